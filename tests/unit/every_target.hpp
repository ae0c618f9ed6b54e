// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cstdint>

namespace berth::test {

/// Calls body once for every set of vector instructions that was built and that this processor has.
template <class Body>
void on_every_target(const Body& body) {
    for (std::int64_t target = hwy::SupportedTargets(); target != 0; target &= target - 1) {
        hwy::SetSupportedTargetsForTest(target & -target);
        SCOPED_TRACE(hwy::TargetName(target & -target));
        body();
        hwy::SetSupportedTargetsForTest(0);
    }
}

}  // namespace berth::test

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cstdint>
#include <random>
#include <vector>

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

/// Random numbers of every size: a random number of random bits, now and then an end of the range.
inline std::vector<std::int32_t> numbers_of_every_size(std::size_t count, std::uint32_t seed) {
    std::mt19937 random(seed);
    std::vector<std::int32_t> numbers(count);
    for (std::int32_t& number : numbers) {
        const auto bits = static_cast<std::int32_t>(random());
        number = random() % 64 == 0 ? (bits < 0 ? -0x7fffffff : 0x7fffffff) : bits >> (random() % 32);
    }
    return numbers;
}

}  // namespace berth::test

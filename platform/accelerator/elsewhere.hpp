// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <future>

namespace berth::platform {

/// Runs work that wants a whole thread's stack: a kernel process has a small one.
template <class Work>
auto elsewhere(const Work& work) {
    return std::async(std::launch::async, work).get();
}

}  // namespace berth::platform

// SPDX-License-Identifier: Apache-2.0
#include "models/core/parallel.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

namespace berth {
namespace {

TEST(Threads, CallsEveryIndexOnceWhateverTheCount) {
    for (const int count : {1, 2, 5}) {
        Threads threads(count);
        std::vector<std::atomic<int>> calls(1000);
        threads.for_each(calls.size(), [&](std::size_t i) { ++calls[i]; });
        for (const auto& call : calls) EXPECT_EQ(call.load(), 1);
    }
}

TEST(Threads, AreAsManyAsAskedForOrEveryCore) {
    EXPECT_EQ(Threads(3).count(), 3);
    EXPECT_GE(Threads(0).count(), 1);
}

TEST(Threads, MayBeMoreThanTheCoresWithoutAWarning) {
    testing::internal::CaptureStderr();
    {
        Threads threads(64);
        threads.for_each(1000, [](std::size_t) {});
    }
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Threads, PassOnAnException) {
    Threads threads(2);
    const auto fail_at_seven = [](std::size_t i) {
        if (i == 7) throw std::runtime_error("seven");
    };
    EXPECT_THROW(threads.for_each(100, fail_at_seven), std::runtime_error);
    EXPECT_NO_THROW(threads.for_each(0, [](std::size_t) { throw std::runtime_error("never"); }));
}

}  // namespace
}  // namespace berth

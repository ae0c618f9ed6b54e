// SPDX-License-Identifier: Apache-2.0
#include "models/core/statistics.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

namespace berth {
namespace {

TEST(Mean, IsTheSumOverTheCount) {
    EXPECT_DOUBLE_EQ(mean(std::vector{1.0, 2.0, 6.0}), 3.0);
    EXPECT_EQ(mean({}), 0.0);
}

TEST(Percentile, InterpolatesBetweenOrderStatistics) {
    const std::vector<double> values{40.0, 10.0, 30.0, 20.0};
    EXPECT_DOUBLE_EQ(percentile(values, 0), 10.0);
    EXPECT_DOUBLE_EQ(percentile(values, 50), 25.0);
    EXPECT_DOUBLE_EQ(percentile(values, 95), 38.5);  // position 0.95 * 3 = 2.85: 30 + 0.85 * 10
    EXPECT_DOUBLE_EQ(percentile(values, 100), 40.0);
}

TEST(Percentile, OfOneValueIsThatValueAndOfNoneIsZero) {
    EXPECT_EQ(percentile(std::vector{7.0}, 95), 7.0);
    EXPECT_EQ(percentile({}, 50), 0.0);
}

RC_GTEST_PROP(Percentile, GrowsWithThePercentAndStaysBetweenTheEnds, ()) {
    const auto whole = *rc::gen::nonEmpty(rc::gen::container<std::vector<int>>(rc::gen::inRange(-1000, 1000)));
    const std::vector<double> values(whole.begin(), whole.end());
    const int low = *rc::gen::inRange(0, 101);
    const int high = *rc::gen::inRange(low, 101);
    RC_ASSERT(percentile(values, low) <= percentile(values, high));
    RC_ASSERT(percentile(values, 0) == *std::min_element(values.begin(), values.end()));
    RC_ASSERT(percentile(values, 100) == *std::max_element(values.begin(), values.end()));
}

}  // namespace
}  // namespace berth

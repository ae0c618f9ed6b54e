// SPDX-License-Identifier: Apache-2.0
#include "compressor/kmeans.hpp"

#include <gtest/gtest.h>

namespace berth::compressor {
namespace {

TEST(Cluster, FindsGroupsAndNumbersThemFromTheOrigin) {
    EXPECT_EQ(cluster({{9.0}, {0.1}, {5.0}, {0.0}, {9.2}, {5.1}}, 3), (std::vector<int>{2, 0, 1, 0, 2, 1}));
}

TEST(Cluster, MovesPointsUntilEachIsNearestToItsOwnMean) {
    // Seeds 0 and 10; the 5.4 first goes to 10, whose mean 7.7 keeps it; the 4 stays with 0.
    EXPECT_EQ(cluster({{0.0}, {4.0}, {5.4}, {10.0}}, 2), (std::vector<int>{0, 0, 1, 1}));
}

TEST(Cluster, MakesNoMoreClustersThanThereArePoints) {
    EXPECT_EQ(cluster({{1.0, 2.0}, {1.0, 2.0}}, 3), (std::vector<int>{0, 0}));
    EXPECT_EQ(cluster({{1.0}}, 3), (std::vector<int>{0}));
    EXPECT_TRUE(cluster({}, 3).empty());
}

}  // namespace
}  // namespace berth::compressor

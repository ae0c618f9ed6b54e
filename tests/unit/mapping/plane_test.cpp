// SPDX-License-Identifier: Apache-2.0
#include "models/mapping/plane.hpp"

#include <gtest/gtest.h>

namespace berth::mapping {
namespace {

TEST(PlaneOwner, NamesTheTasksThatHaveAPlaneInCommon) {
    EXPECT_EQ(owner_of({"cola"}), "cola");
    EXPECT_EQ(owner_of({"cola", "sst2", "trec"}), "cola+sst2+trec");
    EXPECT_EQ(tasks_of("cola+sst2+trec"), (std::vector<std::string_view>{"cola", "sst2", "trec"}));
    EXPECT_EQ(tasks_of("base"), std::vector<std::string_view>{"base"});
    EXPECT_TRUE(is_common("base"));
    EXPECT_TRUE(is_common("cola+sst2"));
    EXPECT_FALSE(is_common("cola"));
}

TEST(PlaneOwner, SaysWhoseVectorsAPlaneIsFor) {
    EXPECT_TRUE(is_for("base", "cola"));
    EXPECT_TRUE(is_for("cola", "cola"));
    EXPECT_TRUE(is_for("sst2+cola", "cola"));
    EXPECT_FALSE(is_for("sst2", "cola"));
    EXPECT_FALSE(is_for("sst2+cola2", "cola")) << "whole names";
}

TEST(PlaneOwner, MeetsAnotherWhereOneTaskReadsBoth) {
    EXPECT_TRUE(meet("base", "cola"));
    EXPECT_TRUE(meet("cola+sst2", "base"));
    EXPECT_TRUE(meet("cola", "sst2+cola"));
    EXPECT_TRUE(meet("cola+sst2", "sst2+trec"));
    EXPECT_TRUE(meet("cola", "cola"));
    EXPECT_FALSE(meet("cola", "sst2"));
    EXPECT_FALSE(meet("cola+sst2", "mrpc+trec"));
    EXPECT_FALSE(meet("mrpc", "cola+sst2"));
}

}  // namespace
}  // namespace berth::mapping

// SPDX-License-Identifier: Apache-2.0
#include "models/mapping/neighbours.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <string>
#include <vector>

namespace berth::mapping {
namespace {

Plane matrix(const std::string& name, const std::string& owner) { return {name, owner, 64, 64, 4}; }
Plane down(const std::string& name, const std::string& owner, const std::string& stage) {
    return {name + ".down", owner, 64, 8, 3, PlaneRole::down_factor, stage};
}
Plane up(const std::string& name, const std::string& owner, const std::string& stage) {
    return {name + ".up", owner, 8, 64, 3, PlaneRole::up_factor, stage};
}

/// The planes of each group, group after group.
std::vector<std::vector<std::size_t>> planes_of(const std::vector<Group>& groups) {
    std::vector<std::vector<std::size_t>> all;
    for (const Group& group : groups) {
        auto& some = all.emplace_back();
        for (const Strip& strip : group) some.insert(some.end(), strip.begin(), strip.end());
    }
    return all;
}

TEST(Neighbours, PutFactorsBehindTheMatrixWhoseSumsTheyJoin) {
    // Query and key take one vector, so their down factors stand together, beside the first of them.
    const std::vector<Plane> planes{matrix("query", "base"),     matrix("key", "base"),         matrix("output", "base"),
                                    down("query", "a", "query"), up("query", "a", "query"),     down("key", "a", "query"),
                                    up("key", "a", "query"),     down("output", "a", "output"), up("output", "a", "output")};
    const std::vector<std::vector<std::size_t>> expected{{0}, {3, 5}, {4}, {1}, {6}, {2}, {7}, {8}};
    EXPECT_EQ(planes_of(make_mapper("banked")->groups(planes)), expected);
    const std::vector<std::vector<std::size_t>> packed{{0}, {3}, {4}, {5}, {1}, {6}, {2}, {7}, {8}};
    EXPECT_EQ(planes_of(make_mapper("packed")->groups(planes)), packed);
}

TEST(Neighbours, KeepTheOrderOfGroupsOfOneMatrix) {
    const std::vector<Plane> planes{matrix("query", "base"), matrix("key", "base"), matrix("key", "a"), matrix("query", "a")};
    const std::vector<Group> given{{{3}}, {{0}}, {{2}}, {{1}}};
    const std::vector<std::vector<std::size_t>> expected{{3}, {0}, {2}, {1}};
    EXPECT_EQ(planes_of(neighbours(given, planes)), expected) << "in the order in which they came";
}

TEST(Neighbours, AreTheSameGroupsInAnotherOrder) {
    ASSERT_TRUE(rc::check("a permutation", [] {
        std::vector<Plane> planes;
        const int count = *rc::gen::inRange(1, 30);
        for (int i = 0; i < count; ++i) {
            const std::string name = "m" + std::to_string(*rc::gen::inRange(0, 5));
            const int kind = *rc::gen::inRange(0, 3);
            planes.push_back(kind == 0 ? matrix(name, "a") : kind == 1 ? down(name, "a", "m0") : up(name, "a", "m0"));
        }
        std::vector<Group> groups;
        for (std::size_t i = 0; i < planes.size(); ++i) groups.push_back({{i}});
        auto sorted = planes_of(neighbours(groups, planes));
        std::sort(sorted.begin(), sorted.end());
        RC_ASSERT(sorted == planes_of(groups));
    }));
}

}  // namespace
}  // namespace berth::mapping

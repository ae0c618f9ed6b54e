// SPDX-License-Identifier: Apache-2.0
#include "models/core/ceil_div.hpp"
#include "models/mapping/mapper.hpp"
#include "models/mapping/placement.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace berth::mapping {
namespace {

using std::int64_t;

HierarchyParams hierarchy(const std::string& mapper) { return {8, 12, 1 << 20, mapper}; }

/// Bases of a few matrices, and tasks with whole deltas, factors, both or neither on them. The first three take one vector.
/// @param common whether neighbouring tasks may have a factor in common.
std::vector<Plane> any_inventory(bool common) {
    std::vector<Plane> planes;
    const int matrices = *rc::gen::inRange(1, 6), tasks = *rc::gen::inRange(1, 10);
    const auto name = [](int matrix) { return "m" + std::to_string(matrix); };
    for (int matrix = 0; matrix < matrices; ++matrix) planes.push_back({name(matrix), "base", 200, 60, *rc::gen::inRange(1, 8)});
    for (int task = 0; task < tasks; ++task)
        for (int matrix = 0; matrix < matrices; ++matrix) {
            const bool joined = common && *rc::gen::inRange(0, 3) == 0;
            const std::string name_of_task = "t" + std::to_string(task), neighbour = "t" + std::to_string(task + 1),
                              owner = joined ? owner_of({name_of_task, neighbour}) : name_of_task, stage = name(matrix < 3 ? 0 : matrix);
            if (*rc::gen::inRange(0, 3) == 0) planes.push_back({name(matrix), owner, 200, *rc::gen::inRange(0, 61), 1});
            if (*rc::gen::inRange(0, 3) == 0) continue;
            const int rank = *rc::gen::inRange(1, 40), bits = *rc::gen::inRange(1, 4);
            planes.push_back({name(matrix) + ".down", owner, 200, rank, bits, PlaneRole::down_factor, stage});
            planes.push_back({name(matrix) + ".up", owner, rank, 60, bits, PlaneRole::up_factor, stage});
        }
    return planes;
}

TEST(BankedMapper, PutsEveryPlaneInOneStripOfOneGroup) {
    ASSERT_TRUE(rc::check("a partition of the planes", [] {
        const std::vector<Plane> planes = any_inventory(true);
        std::vector<int> times(planes.size());
        for (const Group& group : make_mapper("banked")->groups(planes))
            for (const Strip& strip : group) {
                RC_ASSERT(!strip.empty());
                for (const std::size_t index : strip) {
                    ++times[index];
                    RC_ASSERT(planes[index].inputs == planes[strip.front()].inputs);
                    RC_ASSERT(planes[index].owner == planes[strip.front()].owner);
                }
            }
        RC_ASSERT(std::set<int>(times.begin(), times.end()) == std::set<int>{1});
    }));
}

TEST(BankedMapper, SharesConvertersBetweenTasksAlone) {
    ASSERT_TRUE(rc::check("no two planes behind one set of converters are read for one token, but side by side", [] {
        const std::vector<Plane> planes = any_inventory(true);
        const Placement placement = place(planes, {64, 64, 1, "differential"}, hierarchy("banked"));
        std::map<int, std::vector<std::size_t>> behind;
        for (std::size_t i = 0; i < planes.size(); ++i) behind[placement.planes[i].converters].push_back(i);
        for (const auto& [converters, sharing] : behind)
            for (const std::size_t one : sharing)
                for (const std::size_t other : sharing) {
                    if (one == other) continue;
                    RC_ASSERT(planes[one].owner != "base" && planes[other].owner != "base");
                    RC_ASSERT(planes[one].role == planes[other].role);
                    if (planes[one].owner != planes[other].owner) {
                        RC_ASSERT(!meet(planes[one].owner, planes[other].owner));
                        continue;
                    }
                    RC_ASSERT(planes[one].role == PlaneRole::down_factor && planes[one].stage == planes[other].stage);
                }
    }));
}

TEST(BankedMapper, TakesTheConvertersOfTheWidestTaskAndNoMoreArraysThanApart) {
    ASSERT_TRUE(rc::check("sites and arrays", [] {
        const std::vector<Plane> planes = any_inventory(false);
        const ArrayShape shape{64, 64, *rc::gen::element(1, 2), *rc::gen::element(std::string("differential"), std::string("offset"))};
        const Placement banked = place(planes, shape, hierarchy("banked")), separate = place(planes, shape, hierarchy("separate"));
        RC_ASSERT(banked.sites <= banked.arrays);
        RC_ASSERT(banked.arrays <= separate.arrays);
        RC_ASSERT(banked.cells == separate.cells);
        RC_ASSERT(separate.sites == separate.arrays && separate.banks() == 0 && separate.deepest <= 1);
        RC_ASSERT(banked.deepest * banked.sites >= banked.arrays);
        // With another task like one that is there, no converters come to it.
        std::vector<Plane> more = planes;
        for (const Plane& plane : planes)
            if (plane.owner == "t0") {
                more.push_back(plane);
                more.back().owner = "again";
            }
        RC_ASSERT(place(more, shape, hierarchy("banked")).sites == banked.sites);
    }));
}

TEST(BankedMapper, IsAsLargeAsTheClosedFormSays) {
    // Eight tasks of rank 16 and 2 bits of magnitude on a 384 x 384 matrix of 1-b differential cells in arrays of 128 x 128. The base:
    // 384 * 7 / 128 = 21 column blocks, 3 row blocks, 2 polarities.
    std::vector<Plane> planes{{"m", "base", 384, 384, 7}};
    for (int task = 0; task < 8; ++task) {
        const std::string owner = std::to_string(task);
        planes.push_back({"m.down", owner, 384, 16, 2, PlaneRole::down_factor, "m"});
        planes.push_back({"m.up", owner, 16, 384, 2, PlaneRole::up_factor, "m"});
    }
    const Placement placement = place(planes, {128, 128, 1, "differential"}, hierarchy("banked"));
    const int64_t base = 3 * 21 * 2;
    // First factors are 32 columns wide: four tasks side by side in one array, so two banks. Second factors are 384 * 2 / 128 = 6 arrays
    // wide and 16 rows high: eight tasks below one another.
    EXPECT_EQ(placement.sites, base + 3 * 2 + 6 * 2);
    EXPECT_EQ(placement.arrays, base + 2 * 3 * 2 + 6 * 2);
    EXPECT_EQ(placement.banks(), 3 * 2);
    EXPECT_EQ(placement.deepest, 2);
    // Only the active task's rows are driven and only its columns are converted.
    for (std::size_t i = 1; i < planes.size(); i += 2) {
        EXPECT_EQ(placement.planes[i].array_reads, 3 * 2);
        EXPECT_EQ(placement.planes[i].columns, 32 * 3 * 2);
        EXPECT_EQ(placement.planes[i + 1].array_reads, 6 * 2);
        EXPECT_EQ(placement.planes[i + 1].columns, 384 * 2 * 2);
        EXPECT_EQ(placement.planes[i].converters, placement.planes[1].converters);
        EXPECT_EQ(placement.planes[i + 1].converters, placement.planes[2].converters);
    }
    EXPECT_FALSE(placement.planes[0].banked);
    EXPECT_TRUE(placement.planes[1].banked);
    EXPECT_FALSE(placement.planes[2].banked) << "all tasks' second factors stand in the arrays of one";
    EXPECT_NE(placement.planes[1].converters, placement.planes[2].converters);
    EXPECT_NE(placement.planes[0].converters, placement.planes[1].converters);
}

TEST(BankedMapper, StandsDigitalFactorsInNoArray) {
    std::vector<Plane> planes{{"m", "base", 128, 64, 7},
                              {"m.down", "a", 128, 8, 2, PlaneRole::down_factor, "m"},
                              {"m.up", "a", 8, 64, 2, PlaneRole::up_factor, "m"}};
    for (Plane& plane : planes) plane.digital = plane.role != PlaneRole::matrix;
    for (const std::string& mapper : mapper_names()) {
        const Placement placement = place(planes, {128, 128, 1, "differential"}, hierarchy(mapper));
        const Placement base = place({planes.front()}, {128, 128, 1, "differential"}, hierarchy(mapper));
        EXPECT_EQ(placement.arrays, base.arrays);
        EXPECT_EQ(placement.sites, base.sites);
        EXPECT_EQ(placement.cells, base.cells);
        EXPECT_TRUE(placement.planes[1].tiles.empty());
        EXPECT_EQ(placement.planes[2].array_reads, 0);
    }
}

}  // namespace
}  // namespace berth::mapping

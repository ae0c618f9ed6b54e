// SPDX-License-Identifier: Apache-2.0
#include "models/mapping/replication.hpp"

#include "models/core/error.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace berth::mapping {
namespace {

const ArrayShape kShape{64, 64, 1, "differential"};

std::vector<Plane> some_planes() {
    std::vector<Plane> planes;
    const int matrices = *rc::gen::inRange(1, 6);
    for (int matrix = 0; matrix < matrices; ++matrix)
        for (const char* owner : {"base", "one", "two"})
            planes.push_back({std::to_string(matrix), owner, *rc::gen::inRange(1, 200), *rc::gen::inRange(1, 60), *rc::gen::inRange(1, 8)});
    return planes;
}

HierarchyParams hierarchy(int tiles, const std::string& mapper) { return {4, 3, tiles, mapper}; }

int group_of(const Plane& plane) { return std::stoi(plane.matrix); }

RC_GTEST_PROP(WithCopies, PutsEachOnTilesAndConvertersOfItsOwn, ()) {
    const auto planes = some_planes();
    const auto shape_of = hierarchy(1 << 20, *rc::gen::elementOf(std::vector<std::string>{"separate", "packed", "banked"}));
    const Placement first = place(planes, kShape, shape_of);
    const auto wanted = [](const Plane& plane) { return 1 + group_of(plane) % 3; };
    const Placement all = with_copies(first, wanted, kShape, shape_of);
    std::map<int, std::set<std::int32_t>> tiles;
    std::map<int, std::set<int>> converters;
    std::map<std::pair<std::string, std::string>, int> count;
    for (std::size_t i = 0; i < all.planes.size(); ++i) {
        const PlacedPlane& placed = all.planes[i];
        if (i < planes.size()) RC_ASSERT(placed.plane.copy == 0);
        tiles[placed.plane.copy].insert(placed.tiles.begin(), placed.tiles.end());
        converters[placed.plane.copy].insert(placed.converters);
        ++count[{placed.plane.owner, placed.plane.matrix}];
        for (const std::int32_t tile : placed.tiles) RC_ASSERT(tile < all.tiles);
    }
    for (const Plane& plane : planes) RC_ASSERT((count[{plane.owner, plane.matrix}]) == wanted(plane));
    for (const auto& [copy, own] : tiles)
        for (const auto& [other, others] : tiles)
            for (const std::int32_t tile : own) RC_ASSERT(copy == other || !others.contains(tile));
    for (const auto& [copy, own] : converters)
        for (const auto& [other, others] : converters)
            for (const int one : own) RC_ASSERT(copy == other || !others.contains(one));
    std::int64_t cells = 0;
    for (const PlacedPlane& placed : all.planes) cells += placed.cells;
    RC_ASSERT(cells == all.cells);
    RC_ASSERT(all.sites <= all.imas * shape_of.arrays_per_ima);
}

TEST(WithCopies, RefusesWhatDoesNotFit) {
    const std::vector<Plane> planes{{"0", "base", 64, 8, 7}};
    const auto small = hierarchy(1, "separate");
    const Placement first = place(planes, kShape, small);
    const auto twice = [](const Plane&) { return 2; };
    EXPECT_EQ(with_copies(
                  first, [](const Plane&) { return 1; }, kShape, small)
                  .planes.size(),
              1u);
    EXPECT_THROW((void)with_copies(first, twice, kShape, small), InputError);
}

RC_GTEST_PROP(BalancedCopies, FillTheTilesAndLeaveNoBusierGroupBehind, ()) {
    const auto planes = some_planes();
    const auto shape_of = hierarchy(1 << 20, "packed");
    const Placement first = place(planes, kShape, shape_of);
    std::vector<double> work(static_cast<std::size_t>(group_of(planes.back())) + 1);
    for (double& one : work) one = *rc::gen::inRange(1, 5);
    const std::int64_t tiles = first.tiles + *rc::gen::inRange(0, 12);
    const auto copies = balanced_copies(first, group_of, work, tiles, kShape, shape_of);
    const auto tiles_with = [&](const std::vector<int>& numbers) {
        return with_copies(
                   first, [&](const Plane& plane) { return numbers[static_cast<std::size_t>(group_of(plane))]; }, kShape, shape_of)
            .tiles;
    };
    RC_ASSERT(tiles_with(copies) <= tiles);
    for (std::size_t group = 0; group < copies.size(); ++group) {
        RC_ASSERT(copies[group] >= 1);
        auto more = copies;
        ++more[group];
        RC_ASSERT(tiles_with(more) > tiles);
    }
}

}  // namespace
}  // namespace berth::mapping

// SPDX-License-Identifier: Apache-2.0
#include "models/mapping/placement.hpp"
#include "models/mapping/replication.hpp"
#include "models/mapping/slots.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace berth::mapping {
namespace {

const ArrayShape kShape{64, 40, 1, "differential"};

HierarchyParams chip(const std::string& mapper) { return {4, 5, 1 << 20, mapper}; }

std::vector<Plane> some_planes() {
    std::vector<Plane> planes{{"a", "base", 100, 30, 7}, {"b", "base", 50, 20, 7}};
    const int tasks = *rc::gen::inRange(1, 5);
    for (int task = 0; task < tasks; ++task) {
        const std::string owner = "task" + std::to_string(task);
        planes.push_back({"a", owner, 100, *rc::gen::inRange(0, 30), *rc::gen::inRange(1, 4)});
        planes.push_back({"b", owner, 50, *rc::gen::inRange(1, 20), *rc::gen::inRange(1, 4)});
    }
    return planes;
}

/// Every column of a plane is in one block, and no block passes the end of its arrays or of the chip. @return arrays that hold some.
std::int64_t arrays_of(const PlacedPlane& placed, const Placement& chip, const ArrayShape& shape) {
    std::int64_t next = 0;
    std::set<std::int64_t> arrays;
    for (const ColumnBlock& block : placed.blocks.list()) {
        RC_ASSERT(block.first == next);
        RC_ASSERT(block.columns > 0);
        RC_ASSERT(block.column >= 0);
        RC_ASSERT(block.column + block.columns <= shape.cols);
        for (int polarity = 0; polarity < placed.polarities; ++polarity)
            for (int row = 0; row < placed.row_blocks; ++row) arrays.insert(block.site + polarity * block.polarity_sites + row);
        next += block.columns;
    }
    RC_ASSERT(next == std::int64_t{placed.plane.outputs} * placed.slices);
    for (const std::int64_t array : arrays) RC_ASSERT(array < chip.sites);
    return static_cast<std::int64_t>(arrays.size());
}

RC_GTEST_PROP(ColumnBlocks, HoldEveryColumnOnce, ()) {
    const auto mapper = *rc::gen::element<std::string>("separate", "packed", "banked");
    const Placement placed = place(some_planes(), kShape, chip(mapper));
    std::set<std::tuple<std::int64_t, std::int64_t>> taken;
    for (const PlacedPlane& plane : placed.planes) {
        RC_ASSERT(arrays_of(plane, placed, kShape) == plane.array_reads);
        if (mapper == "banked") continue;
        for (const ColumnBlock& block : plane.blocks.list())
            for (int polarity = 0; polarity < plane.polarities; ++polarity)
                for (int row = 0; row < plane.row_blocks; ++row)
                    for (std::int64_t column = 0; column < block.columns; ++column)
                        RC_ASSERT(taken.emplace(block.site + polarity * block.polarity_sites + row, block.column + column).second);
    }
}

RC_GTEST_PROP(ColumnBlocks, LieOnThePlanesTiles, ()) {
    const auto mapper = *rc::gen::element<std::string>("separate", "packed", "banked");
    HierarchyParams hierarchy = chip(mapper);
    hierarchy.spare_imas = *rc::gen::inRange(0, 5);
    const int copies = *rc::gen::inRange(1, 3);
    const auto placed = with_copies(
        place(some_planes(), kShape, hierarchy), [&](const Plane&) { return copies; }, kShape, hierarchy);
    for (const PlacedPlane& plane : placed.planes) {
        std::set<std::int32_t> tiles;
        for (const ColumnBlock& block : plane.blocks.list())
            for (int polarity = 0; polarity < plane.polarities; ++polarity)
                for (int row = 0; row < plane.row_blocks; ++row)
                    tiles.insert(
                        static_cast<std::int32_t>((block.site + polarity * block.polarity_sites + row) / hierarchy.sites_per_tile()));
        // A plane among taller ones leaves sites out, and tiles between its first and last one may then hold none of it.
        RC_ASSERT(std::includes(plane.tiles.begin(), plane.tiles.end(), tiles.begin(), tiles.end()));
        if (tiles.empty()) continue;
        RC_ASSERT(*tiles.begin() == plane.tiles.front());
        RC_ASSERT(*tiles.rbegin() == plane.tiles.back());
    }
}

RC_GTEST_PROP(ColumnBlocks, OfATaskStandWithinItsSlotsRoom, ()) {
    const auto mapper = *rc::gen::element<std::string>("separate", "packed", "banked");
    const auto placed = place_in_slots(some_planes(), 1, kShape, chip(mapper));
    for (const auto& slot : placed.in_slot)
        for (const PlacedPlane& plane : slot) RC_ASSERT(arrays_of(plane, placed.chip, kShape) >= plane.array_reads);
}

TEST(SpareImas, LeaveTilesWithFewerSites) {
    HierarchyParams hierarchy{8, 12, 1000, "separate"};
    const ArrayShape shape{128, 128, 1, "differential"};
    const std::vector<Plane> planes{{"m", "base", 768, 768, 7}};
    EXPECT_EQ(place(planes, shape, hierarchy).tiles, 6) << "504 sites, 96 a tile";
    hierarchy.spare_imas = 2;
    const Placement placed = place(planes, shape, hierarchy);
    EXPECT_EQ(placed.sites, 504);
    EXPECT_EQ(placed.imas, 63);
    EXPECT_EQ(placed.tiles, 7) << "80 a tile";
    hierarchy.tiles = 6;
    EXPECT_ANY_THROW((void)place(planes, shape, hierarchy));
}

}  // namespace
}  // namespace berth::mapping

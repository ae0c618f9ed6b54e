// SPDX-License-Identifier: Apache-2.0
#include "models/mapping/slots.hpp"

#include "models/core/error.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace berth::mapping {
namespace {

const ArrayShape kShape{128, 128, 1, "differential"};

HierarchyParams chip(int tiles, const std::string& mapper) {
    HierarchyParams hierarchy{8, 12, tiles, mapper};
    return hierarchy;
}

/// A base of two matrices, and tasks with deltas of any size on them.
std::vector<Plane> some_planes(int tasks) {
    std::vector<Plane> planes{{"a", "base", 200, 300, 7}, {"b", "base", 300, 200, 7}};
    for (int task = 0; task < tasks; ++task) {
        const std::string owner = "task" + std::to_string(task);
        planes.push_back({"a", owner, 200, *rc::gen::inRange(1, 300), *rc::gen::inRange(1, 5)});
        if (*rc::gen::arbitrary<bool>()) planes.push_back({"b", owner, 300, *rc::gen::inRange(1, 200), *rc::gen::inRange(1, 5)});
    }
    if (tasks > 1) planes.push_back({"c", owner_of({"task0", "task1"}), 200, *rc::gen::inRange(1, 200), 2});
    return planes;
}

RC_GTEST_PROP(Slots, HaveRoomForEveryTasksPlanes, ()) {
    const int tasks = *rc::gen::inRange(1, 6), slots = *rc::gen::inRange(1, tasks + 1);
    const auto mapper = *rc::gen::element<std::string>("separate", "packed", "banked");
    const auto planes = some_planes(tasks);
    const SlottedPlacement placed = place_in_slots(planes, slots, kShape, chip(1000, mapper));
    RC_ASSERT(placed.in_slot.size() == static_cast<std::size_t>(slots));
    for (const auto& slot : placed.in_slot) {
        RC_ASSERT(slot.size() == planes.size());
        for (std::size_t i = 0; i < planes.size(); ++i) {
            const PlacedPlane& one = slot[i];
            // Every array that it reads is in the slot: as many columns as it has fit into them.
            RC_ASSERT(one.plane.outputs == planes[i].outputs);
            const std::int64_t blocks = one.array_reads / (one.row_blocks * one.polarities);
            RC_ASSERT(blocks * kShape.cols >= std::int64_t{one.plane.outputs} * one.slices);
            // And it reads every array that it stands in, wherever in the first of them it begins.
            RC_ASSERT(blocks == static_cast<std::int64_t>(one.blocks.list().size()));
            RC_ASSERT(one.array_reads == blocks * one.row_blocks * one.polarities);
            RC_ASSERT(!one.tiles.empty() && one.tiles.back() < placed.chip.tiles);
            if (is_common(planes[i].owner)) {
                RC_ASSERT(one.tiles == placed.in_slot.front()[i].tiles);
                RC_ASSERT(one.converters == placed.in_slot.front()[i].converters);
            }
        }
    }
}

RC_GTEST_PROP(Slots, TakeWhatEqualTasksTakeAndNoMore, ()) {
    const int tasks = *rc::gen::inRange(1, 5), outputs = *rc::gen::inRange(1, 200);
    const auto mapper = *rc::gen::element<std::string>("separate", "packed", "banked");
    std::vector<Plane> planes{{"a", "base", 200, 300, 7}};
    for (int task = 0; task < tasks; ++task) planes.push_back({"a", "task" + std::to_string(task), 200, outputs, 2});
    const Placement all = place(planes, kShape, chip(1000, mapper));
    const SlottedPlacement slotted = place_in_slots(planes, tasks, kShape, chip(1000, mapper));
    RC_ASSERT(slotted.chip.arrays == all.arrays);
    RC_ASSERT(slotted.chip.sites == all.sites);
    RC_ASSERT(slotted.chip.cells == all.cells);
    for (std::size_t i = 0; i < planes.size(); ++i) {
        RC_ASSERT(slotted.chip.planes[i].tiles == all.planes[i].tiles);
        RC_ASSERT(slotted.chip.planes[i].columns == all.planes[i].columns);
    }
}

RC_GTEST_PROP(Slots, AreAsManyAsFit, ()) {
    const int tasks = *rc::gen::inRange(1, 6), tiles = *rc::gen::inRange(1, 8);
    const auto planes = some_planes(tasks);
    const HierarchyParams hierarchy{2, 3, tiles * 4, "separate"};
    const auto fits = [&](int slots) {
        try {
            (void)place_in_slots(planes, slots, kShape, hierarchy);
            return true;
        } catch (const InputError&) {
            return false;
        }
    };
    if (!fits(1)) {
        RC_ASSERT_THROWS_AS((void)slots_that_fit(planes, kShape, hierarchy), InputError);
        return;
    }
    const int slots = slots_that_fit(planes, kShape, hierarchy);
    RC_ASSERT(fits(slots));
    RC_ASSERT(slots == tasks || !fits(slots + 1));
}

}  // namespace
}  // namespace berth::mapping

// SPDX-License-Identifier: Apache-2.0
#include "models/mapping/slots.hpp"

#include "models/core/error.hpp"
#include "models/crossbar/encoding.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace berth::mapping {
namespace {

/// Owners that come and go, numbered as they appear.
std::map<std::string, int> number_owners(const std::vector<Plane>& planes) {
    std::map<std::string, int> numbers;
    for (const Plane& plane : planes)
        if (!is_common(plane.owner)) numbers.try_emplace(plane.owner, static_cast<int>(numbers.size()));
    return numbers;
}

/// Of each matrix a plane that has room for any owner's.
std::vector<Plane> largest_planes(const std::vector<Plane>& planes) {
    std::vector<Plane> largest;
    std::map<std::string, std::size_t> places;
    for (const Plane& plane : planes) {
        if (is_common(plane.owner)) continue;
        const auto [place, fresh] = places.try_emplace(plane.matrix, largest.size());
        if (fresh) largest.push_back(plane);
        Plane& kept = largest[place->second];
        kept.inputs = std::max(kept.inputs, plane.inputs);
        kept.outputs = std::max(kept.outputs, plane.outputs);
        kept.magnitude_bits = std::max(kept.magnitude_bits, plane.magnitude_bits);
        kept.digital = kept.digital && plane.digital;
    }
    return largest;
}

std::string slot_name(int slot) { return "slot " + std::to_string(slot); }

/// The planes that stay, and so many slots'.
std::vector<Plane> common_and_slots(const std::vector<Plane>& planes, int slots) {
    std::vector<Plane> all;
    for (const Plane& plane : planes)
        if (is_common(plane.owner)) all.push_back(plane);
    const std::vector<Plane> largest = largest_planes(planes);
    for (int slot = 0; slot < slots; ++slot)
        for (Plane plane : largest) {
            plane.owner = slot_name(slot);
            all.push_back(std::move(plane));
        }
    return all;
}

/// A plane in arrays that have room for a larger one: it fills the first of them.
PlacedPlane within(const PlacedPlane& room, const Plane& plane, const ArrayShape& shape, const crossbar::Encoding& encoding) {
    PlacedPlane placed = describe(plane, shape, encoding);
    placed.converters = room.converters;
    placed.banked = room.banked;
    if (plane.digital) return placed;
    const std::int64_t columns = std::int64_t{plane.outputs} * placed.slices;
    const std::int64_t arrays_a_block = std::int64_t{placed.row_blocks} * placed.polarities;
    placed.tiles = room.tiles;
    placed.blocks = room.blocks;
    placed.blocks.columns = columns;
    placed.array_reads = static_cast<std::int64_t>(placed.blocks.list().size()) * arrays_a_block;
    placed.columns = columns * arrays_a_block + placed.array_reads * encoding.unit_columns();
    return placed;
}

}  // namespace

SlottedPlacement place_in_slots(const std::vector<Plane>& planes, int slots, const ArrayShape& shape, const HierarchyParams& hierarchy) {
    const auto encoding = crossbar::make_encoding(shape.encoding);
    SlottedPlacement placement{place(common_and_slots(planes, slots), shape, hierarchy), {}};
    std::map<std::pair<std::string, std::string>, const PlacedPlane*> rooms;
    const std::vector<PlacedPlane> there = std::move(placement.chip.planes);
    for (const PlacedPlane& placed : there) rooms[{placed.plane.owner, placed.plane.matrix}] = &placed;
    for (int slot = 0; slot < slots; ++slot) {
        auto& in_slot = placement.in_slot.emplace_back();
        for (const Plane& plane : planes) {
            const bool stays = is_common(plane.owner);
            const PlacedPlane& room = *rooms.at({stays ? plane.owner : slot_name(slot), plane.matrix});
            in_slot.push_back(stays ? room : within(room, plane, shape, *encoding));
        }
    }
    const auto owners = number_owners(planes);
    placement.chip.planes = placement.in_slot.front();
    placement.chip.cells = 0;
    for (std::size_t i = 0; i < planes.size(); ++i) {
        const int owner = is_common(planes[i].owner) ? -1 : owners.at(planes[i].owner);
        if (owner >= 0) placement.chip.planes[i] = placement.in_slot[static_cast<std::size_t>(owner % slots)][i];
        if (owner < slots) placement.chip.cells += placement.chip.planes[i].cells;
    }
    if (placement.chip.arrays > 0)
        placement.chip.utilisation =
            static_cast<double>(placement.chip.cells) / (static_cast<double>(placement.chip.arrays) * shape.rows * shape.cols);
    return placement;
}

int slots_that_fit(const std::vector<Plane>& planes, const ArrayShape& shape, const HierarchyParams& hierarchy) {
    int fit = 1, owners = std::max(1, static_cast<int>(number_owners(planes).size()));
    const auto fits = [&](int slots) {
        return place(common_and_slots(planes, slots), shape, hierarchy.without_limit()).tiles <= hierarchy.all_tiles();
    };
    if (!fits(1)) (void)place(common_and_slots(planes, 1), shape, hierarchy);
    while (fit < owners) {
        const int middle = fit + (owners - fit + 1) / 2;
        if (fits(middle))
            fit = middle;
        else
            owners = middle - 1;
    }
    return fit;
}

}  // namespace berth::mapping

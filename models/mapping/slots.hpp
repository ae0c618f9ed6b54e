// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/mapping/placement.hpp"

#include <vector>

namespace berth::mapping {

/// Planes on a chip that holds fewer owners at once than there are: what several owners have in common, the base above all, has
/// arrays of its own, and beside it there are slots, each with room for any other owner's planes, matrix by matrix.
struct SlottedPlacement {
    /// The base and the slots. Its planes are the given ones in their order, an owner's in slot (its number in order of appearance, modulo
    /// the slots); arrays, sites, IMAs and tiles are those of the base and of all slots. Cells are those of the owners that are there
    /// first.
    Placement chip;
    std::vector<std::vector<PlacedPlane>> in_slot;  ///< [slot][plane]: where a plane is while its owner is in that slot
};

/// @throws InputError as place() does, where they do not fit.
[[nodiscard]] SlottedPlacement place_in_slots(const std::vector<Plane>& planes, int slots, const ArrayShape& shape,
                                              const HierarchyParams& hierarchy);

/// The most slots that fit, up to the number of owners. @throws InputError where not even one does.
[[nodiscard]] int slots_that_fit(const std::vector<Plane>& planes, const ArrayShape& shape, const HierarchyParams& hierarchy);

}  // namespace berth::mapping

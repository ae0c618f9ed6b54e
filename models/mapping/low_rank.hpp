// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/mapping/inventory.hpp"
#include "models/mapping/placement.hpp"

#include <cstdint>
#include <vector>

namespace berth::mapping {

inline constexpr const char* kFactorMemory = "tile.factor_memory";  ///< of the parts list: pays for a byte and for reading one

/// Marks the low-rank factors that hierarchy.low_rank keeps in the tiles' memory: none, all, or where that takes less area. A stage is
/// decided as a whole, all tasks' factors of the matrices that take the same vector; `cheaper` weighs the sites that its arrays
/// would add, each at its even share of a tile, and their banks, against the memory for its codes. The wider multipliers that a
/// faster digital unit would need are not weighed: it is the platform's as it stands.
/// @throws InputError when the parts list has no memory for factors that are to be kept there.
[[nodiscard]] std::vector<Plane> allot_low_rank(std::vector<Plane> planes, const ArrayShape& shape, const HierarchyParams& hierarchy,
                                                const Inventory& inventory);

/// Bytes of a factor's codes, a sign and magnitude_bits each, in whole bytes.
[[nodiscard]] std::int64_t factor_bytes(const Plane& plane);

/// Those of all digital planes.
[[nodiscard]] std::int64_t factor_bytes(const Placement& placement);

}  // namespace berth::mapping

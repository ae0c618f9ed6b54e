// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/mapping/mapper.hpp"

#include <span>
#include <vector>

namespace berth::mapping {

/// The groups in the order in which the matrices come whose sums theirs join: a matrix, then what is added to it. Tiles follow one another
/// on the chip, so a vector and the sums that it makes stay among neighbours; factors behind all matrices would send both across it.
/// @param groups none of them empty, nor the first strip of any.
[[nodiscard]] std::vector<Group> neighbours(std::vector<Group> groups, std::span<const Plane> planes);

}  // namespace berth::mapping

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/mapping/placement.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace berth::mapping {

/// Lays further copies of planes behind a placement. Copy r of them all stands behind copy r - 1, on tiles and converters of its own, so
/// that no copy is read where another is. Copies come behind the planes there are, each with its number in Plane::copy.
/// @param copies_of how often a plane is wanted, 1 or more.
/// @throws InputError saying how many arrays are needed and there, when they do not fit.
[[nodiscard]] Placement with_copies(Placement placed, const std::function<int(const Plane&)>& copies_of, const ArrayShape& shape,
                                    const HierarchyParams& hierarchy);

/// Copies of groups of planes, as many as `tiles` hold: always one more of the group whose planes have most to do for a copy, of equals the
/// one with fewest cells, as long as one fits; a group that does not fit any more is left as it is.
/// @param group_of the number of a plane's group; below 0: never copied.
/// @param work of a group's arrays for one token, in any unit. @param tiles in all, the first copies' included.
/// @return by group, 1 or more.
[[nodiscard]] std::vector<int> balanced_copies(const Placement& placed, const std::function<int(const Plane&)>& group_of,
                                               const std::vector<double>& work, std::int64_t tiles, const ArrayShape& shape,
                                               const HierarchyParams& hierarchy);

}  // namespace berth::mapping

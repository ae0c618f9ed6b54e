// SPDX-License-Identifier: Apache-2.0
#include "models/mapping/neighbours.hpp"

#include <algorithm>
#include <map>
#include <string_view>

namespace berth::mapping {
namespace {

/// The matrix whose sums a plane's join: its own, or the one that it is a factor of; where down factors share their vector, the first of
/// the matrices that take it.
std::string_view joined_matrix(const Plane& plane) {
    const std::string_view name = plane.matrix;
    if (plane.role == PlaneRole::matrix) return name;
    if (plane.role == PlaneRole::down_factor) return plane.stage;
    return name.substr(0, name.rfind('.'));
}

}  // namespace

std::vector<Group> neighbours(std::vector<Group> groups, std::span<const Plane> planes) {
    std::map<std::string_view, std::size_t> place_of;
    for (const Plane& plane : planes) place_of.try_emplace(joined_matrix(plane), place_of.size());
    const auto place = [&](const Group& group) { return place_of.at(joined_matrix(planes[group.front().front()])); };
    std::stable_sort(groups.begin(), groups.end(), [&](const Group& a, const Group& b) { return place(a) < place(b); });
    return groups;
}

}  // namespace berth::mapping

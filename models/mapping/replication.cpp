// SPDX-License-Identifier: Apache-2.0
#include "models/mapping/replication.hpp"

#include "models/core/ceil_div.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>

namespace berth::mapping {
namespace {

using std::int64_t;

/// Puts a placement behind another, from its next tile on.
void append(Placement& placed, Placement more, const ArrayShape& shape, const HierarchyParams& hierarchy) {
    const int64_t of_a_tile = hierarchy.sites_per_tile();
    int converters = 0;
    for (const PlacedPlane& one : placed.planes) converters = std::max(converters, one.converters + 1);
    for (PlacedPlane& one : more.planes) {
        one.converters += converters;
        for (std::int32_t& tile : one.tiles) tile += static_cast<std::int32_t>(placed.tiles);
        one.blocks.site += placed.tiles * of_a_tile;
    }
    placed.sites = placed.tiles * of_a_tile + more.sites;
    placed.arrays += more.arrays;
    placed.cells += more.cells;
    placed.deepest = std::max(placed.deepest, more.deepest);
    placed.imas = ceil_div(placed.sites, int64_t{hierarchy.arrays_per_ima});
    placed.tiles = ceil_div(placed.imas, int64_t{hierarchy.imas_in_use()});
    std::move(more.planes.begin(), more.planes.end(), std::back_inserter(placed.planes));
    if (placed.arrays > 0)
        placed.utilisation = static_cast<double>(placed.cells) / (static_cast<double>(placed.arrays) * shape.rows * shape.cols);
}

}  // namespace

std::vector<std::string> replication_names() { return {"none", "fixed", "balanced"}; }

Placement with_copies(Placement placed, const std::function<int(const Plane&)>& copies_of, const ArrayShape& shape,
                      const HierarchyParams& hierarchy) {
    std::vector<Plane> planes;
    for (const PlacedPlane& one : placed.planes) planes.push_back(one.plane);
    for (int copy = 1;; ++copy) {
        std::vector<Plane> round;
        for (const Plane& plane : planes) {
            if (plane.digital || copies_of(plane) <= copy) continue;
            round.push_back(plane);
            round.back().copy = copy;
        }
        if (round.empty()) break;
        append(placed, place(round, shape, hierarchy.without_limit()), shape, hierarchy);
    }
    check_fit(placed.sites, shape, hierarchy);
    return placed;
}

std::vector<int> balanced_copies(const Placement& placed, const std::function<int(const Plane&)>& group_of, const std::vector<double>& work,
                                 int64_t tiles, const ArrayShape& shape, const HierarchyParams& hierarchy) {
    std::vector<int> copies(work.size(), 1);
    std::vector<int64_t> cells(work.size(), 0);
    std::vector<bool> open(work.size(), true);
    for (const PlacedPlane& one : placed.planes)
        if (const int group = group_of(one.plane); group >= 0) cells[static_cast<std::size_t>(group)] += one.cells;
    const auto copies_of = [&](const Plane& plane) {
        const int group = group_of(plane);
        return group < 0 ? 1 : copies[static_cast<std::size_t>(group)];
    };
    for (;;) {
        std::optional<std::size_t> busiest;
        for (std::size_t group = 0; group < work.size(); ++group) {
            if (!open[group] || cells[group] == 0) continue;
            const auto share = [&](std::size_t one) { return work[one] / copies[one]; };
            if (!busiest || share(group) > share(*busiest) || (share(group) == share(*busiest) && cells[group] < cells[*busiest]))
                busiest = group;
        }
        if (!busiest) return copies;
        ++copies[*busiest];
        if (with_copies(placed, copies_of, shape, hierarchy.without_limit()).tiles <= tiles) continue;
        --copies[*busiest];
        open[*busiest] = false;
    }
}

}  // namespace berth::mapping

// SPDX-License-Identifier: Apache-2.0
#include "models/mapping/low_rank.hpp"

#include "models/core/ceil_div.hpp"

#include <map>

namespace berth::mapping {
namespace {

using std::int64_t;

/// mm2 that so much of the chip's parts takes, without what every chip has.
double area_of(const Inventory& inventory, const HierarchyParams& hierarchy, const Extent& extent) {
    double sum = 0.0;
    for (const auto& [path, area] : inventory.area(extent, hierarchy)) sum += area;
    for (const auto& [path, area] : inventory.area(Extent{}, hierarchy)) sum -= area;
    return sum;
}

double array_area(const std::vector<Plane>& factors, const ArrayShape& shape, const HierarchyParams& hierarchy,
                  const Inventory& inventory) {
    const Placement placement = place(factors, shape, hierarchy.without_limit());
    const double sites_a_tile = static_cast<double>(hierarchy.sites_per_tile());
    return static_cast<double>(placement.sites) / sites_a_tile * area_of(inventory, hierarchy, {.tiles = 1}) +
           area_of(inventory, hierarchy, {.banks = placement.banks()});
}

double memory_area(const std::vector<Plane>& factors, const HierarchyParams& hierarchy, const Inventory& inventory) {
    int64_t bytes = 0;
    for (const Plane& factor : factors) bytes += factor_bytes(factor);
    return area_of(inventory, hierarchy, {.factor_bytes = bytes});
}

}  // namespace

std::vector<std::string> low_rank_names() { return {"arrays", "digital", "cheaper"}; }

int64_t factor_bytes(const Plane& plane) { return ceil_div(int64_t{plane.inputs} * plane.outputs * (plane.magnitude_bits + 1), 8); }

int64_t factor_bytes(const Placement& placement) {
    int64_t bytes = 0;
    for (const PlacedPlane& placed : placement.planes)
        if (placed.plane.digital) bytes += factor_bytes(placed.plane);
    return bytes;
}

std::vector<Plane> allot_low_rank(std::vector<Plane> planes, const ArrayShape& shape, const HierarchyParams& hierarchy,
                                  const Inventory& inventory) {
    if (hierarchy.low_rank == "arrays") return planes;
    std::map<std::string, std::vector<Plane>> stages;
    for (const Plane& plane : planes)
        if (plane.role != PlaneRole::matrix) stages[plane.stage].push_back(plane);
    std::map<std::string, bool> digital;
    for (const auto& [stage, factors] : stages) {
        (void)inventory.energy(kFactorMemory, "read_byte");
        digital[stage] = hierarchy.low_rank == "digital" ||
                         memory_area(factors, hierarchy, inventory) < array_area(factors, shape, hierarchy, inventory);
    }
    for (Plane& plane : planes)
        if (plane.role != PlaneRole::matrix) plane.digital = digital.at(plane.stage);
    return planes;
}

}  // namespace berth::mapping

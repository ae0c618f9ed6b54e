// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/cell_levels.hpp"

#include <cmath>
#include <stdexcept>

namespace berth::crossbar {
namespace {

std::vector<double> resistances(std::size_t count, double r_on, double r_off, const std::string& spacing, std::span<const double> between) {
    std::vector<double> result;
    if (spacing == "explicit") {
        result.push_back(r_off);
        result.insert(result.end(), between.begin(), between.end());
        result.push_back(r_on);
        return result;
    }
    for (std::size_t k = 0; k < count; ++k) {
        const double share = double(k) / double(count - 1);
        result.push_back(spacing == "resistance" ? std::lerp(r_off, r_on, share) : 1.0 / std::lerp(1.0 / r_off, 1.0 / r_on, share));
    }
    return result;
}

}  // namespace

std::vector<std::string> level_spacings() { return {"conductance", "resistance", "explicit"}; }

std::vector<std::string> offset_corrections() { return {"none", "reference_column", "digital"}; }

std::vector<double> level_conductances(int cell_bits, double r_on, double r_off, const std::string& spacing,
                                       std::span<const double> between) {
    std::vector<double> levels = resistances(std::size_t{1} << cell_bits, r_on, r_off, spacing, between);
    if (levels.size() != std::size_t{1} << cell_bits) throw std::invalid_argument("a cell's levels are not 2^cell_bits resistances");
    for (double& level : levels) level = 1.0 / level;
    for (std::size_t k = 1; k < levels.size(); ++k)
        if (!(levels[k] > levels[k - 1])) throw std::invalid_argument("the resistances of a cell's levels do not descend");
    return levels;
}

double CellScale::level_units(double conductance) const {
    constexpr double rounding = 0x1.0p-30;
    const double exact = units(conductance), whole = std::round(exact);
    return std::abs(exact - whole) < rounding ? whole : exact;
}

CellScale cell_scale(std::span<const double> levels, const std::string& offset_correction) {
    CellScale scale;
    scale.unit = (levels.back() - levels.front()) / double(levels.size() - 1);
    if (offset_correction == "reference_column") scale.removed = levels.front();
    if (offset_correction == "digital") scale.background = levels.front() / scale.unit;
    return scale;
}

}  // namespace berth::crossbar

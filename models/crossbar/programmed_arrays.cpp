// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/programmed_arrays.hpp"

#include "models/crossbar/read_draws.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace berth::crossbar {
namespace {

constexpr int kMostFractionBits = 14;
constexpr double kLargestCell = std::numeric_limits<std::int16_t>::max();
constexpr double kLargestOffset = 1 << 29;  // leaves the cells' sum, at most 2^29 too, room in 32 bits

double largest_of(const std::vector<float>& values) {
    double largest = 0.0;
    for (const float value : values) largest = std::max(largest, std::abs(double{value}));
    return largest;
}

/// Bits behind the point with which no number up to `largest` passes `limit`.
int fraction_bits(double largest, double limit) {
    return largest > 0.0 ? std::min(kMostFractionBits, static_cast<int>(std::floor(std::log2(limit / largest)))) : kMostFractionBits;
}

std::vector<std::int16_t> in_fixed_point(const std::vector<float>& values, int bits) {
    const double unit = std::ldexp(1.0, bits);
    std::vector<std::int16_t> fixed(values.size());
    std::transform(values.begin(), values.end(), fixed.begin(), [unit](float value) {
        return static_cast<std::int16_t>(std::clamp(std::nearbyint(value * unit), -kLargestCell, kLargestCell));
    });
    return fixed;
}

/// The largest variance that a cell may have, for a column's sum of them times squared inputs to stay in 31 bits.
double largest_variance(int rows, int largest_input) {
    return std::min(kLargestCell, std::floor(std::numeric_limits<std::int32_t>::max() / (double(rows) * largest_input * largest_input)));
}

bool counts_up(const std::vector<double>& levels) {
    for (std::size_t level = 0; level < levels.size(); ++level)
        if (levels[level] != static_cast<double>(level)) return false;
    return true;
}

}  // namespace

int ProgrammedArrays::largest_input() const {
    int largest = 0;
    for (const auto& read : reads) largest = std::max(largest, read.largest());
    return largest;
}

void ProgrammedArrays::program(const Encoding& encoding, std::span<const std::int8_t> weights) {
    blocks.clear();
    for (int block = 0; block < layout.row_blocks; ++block) blocks.push_back(crossbar::program(layout, encoding, weights, block));
}

bool ProgrammedArrays::whole_units() const {
    return ideal() && std::all_of(exponents.begin(), exponents.end(), [](int exponent) { return exponent == 0; });
}

bool ProgrammedArrays::noisy() const { return !design.cells->noise().none() || design.sense.noise_sigma > 0.0; }

bool ProgrammedArrays::ideal() const {
    const CellModel& cells = *design.cells;
    return cells.nominal() && counts_up(cells.levels()) && cells.digital_background() == 0.0 && !noisy() &&
           design.sense.offset_sigma == 0.0 && design.adc->alike() && design.dac.linear();
}

std::vector<std::int64_t> ProgrammedArrays::largest_currents() const {
    std::vector<std::int64_t> largest(std::size_t(layout.out));
    const std::int64_t input = largest_input();
    for (const ProgrammedBlock& block : blocks)
        for (std::size_t column = 0; column < block.sums.size(); ++column) {
            auto& of_channel = largest[column % largest.size()];
            of_channel = std::max(of_channel, std::int64_t{block.sums[column]} * input);
        }
    return largest;
}

std::int64_t ProgrammedArrays::largest_unit_current() const {
    const int units = layout.unit_columns;
    return units == 0 ? 0 : std::int64_t{blocks.front().unit_rows(0, units)} * largest_input();
}

std::int64_t ProgrammedArrays::largest_current() const {
    const auto currents = largest_currents();
    return std::max(*std::max_element(currents.begin(), currents.end()), largest_unit_current());
}

FixedBlock ProgrammedArrays::fixed_block(std::size_t index) const {
    const CellModel& model = *design.cells;
    ConductanceBlock programmed;
    if (model.nominal()) {
        programmed = nominal_conductances(layout, blocks[index], model.levels());
        const auto& variances = model.noise().level_variances;
        if (!variances.empty()) programmed.variances = nominal_conductances(layout, blocks[index], variances).cells;
    } else {
        programmed = model.program(layout, blocks[index], static_cast<int>(index), component);
    }
    FixedBlock fixed;
    fixed.rows = programmed.rows;
    fixed.columns = programmed.columns;
    fixed.fraction_bits = fraction_bits(largest_of(programmed.cells), kLargestCell);
    fixed.cells = in_fixed_point(programmed.cells, fixed.fraction_bits);
    fixed.variance_bits = fraction_bits(largest_of(programmed.variances), largest_variance(fixed.rows, largest_input()));
    fixed.variances = in_fixed_point(programmed.variances, fixed.variance_bits);
    if (design.sense.offset_sigma == 0.0) return fixed;

    const auto key = draw_key(design.seed, component, 0, ReadDraw::sense_offset);
    for (std::size_t column = 0; column < fixed.columns; ++column) {
        const auto words = philox({static_cast<std::uint32_t>(column), 0, static_cast<std::uint32_t>(index), 0}, key);
        const double offset = std::ldexp(design.sense.offset_sigma * normal(words[0], words[1]), fixed.fraction_bits);
        fixed.offsets.push_back(static_cast<std::int32_t>(std::clamp(std::nearbyint(offset), -kLargestOffset, kLargestOffset)));
    }
    return fixed;
}

std::uint64_t ProgrammedArrays::converter(std::size_t block, int polarity, int group) const {
    const auto words =
        philox({static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(polarity), static_cast<std::uint32_t>(group), 0},
               draw_key(0, component, 0, ReadDraw::converter));
    return std::uint64_t{words[1]} << 32 | words[0];
}

double ProgrammedArrays::code_current(int exponent) const { return std::ldexp(design.adc->step(), exponent); }

std::int64_t ProgrammedArrays::codes_per_unit() const { return std::llround(1.0 / design.adc->step()); }

void ProgrammedArrays::join_unit_columns(std::size_t block, std::span<const std::int64_t> array_sums, std::span<std::int64_t> sums) const {
    for (int polarity = 0; polarity < layout.polarities; ++polarity)
        for (int slice = 0; slice < layout.slices; ++slice)
            for (int channel = 0; channel < layout.out; ++channel)
                sums[std::size_t(channel)] += array_sums[std::size_t(polarity * layout.column_groups + layout.group(slice, channel))] *
                                              blocks[block].unit_weights[layout.column(polarity, slice, channel)];
}

std::int32_t ProgrammedArrays::background_codes(std::int64_t driven, int exponent) const {
    const double background = design.cells->digital_background();
    if (background == 0.0) return 0;
    return static_cast<std::int32_t>(std::nearbyint(background * static_cast<double>(driven) / code_current(exponent)));
}

}  // namespace berth::crossbar

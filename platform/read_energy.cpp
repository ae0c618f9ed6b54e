// SPDX-License-Identifier: Apache-2.0
#include "platform/read_energy.hpp"

#include "models/crossbar/cell_table.hpp"
#include "models/periphery/dac.hpp"
#include "platform/cell_presets.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <numeric>

namespace berth::platform {
namespace {

/// Level sums of columns that are never flipped: a weight's cells together depend on the weight alone.
void add_plain(const crossbar::CellTable& table, std::span<const std::int8_t> weights, std::size_t in, std::span<std::uint64_t> levels) {
    std::array<std::uint32_t, 256> of_weight{};
    for (int weight = std::numeric_limits<std::int8_t>::min(); weight <= std::numeric_limits<std::int8_t>::max(); ++weight) {
        const auto cells = table.of(weight);
        of_weight[static_cast<std::uint8_t>(weight)] = std::accumulate(cells.begin(), cells.end(), 0u);
    }
    for (; !weights.empty(); weights = weights.subspan(in))
        for (std::size_t i = 0; i < in; ++i) levels[i] += of_weight[static_cast<std::uint8_t>(weights[i])];
}

/// The same where each column of a row block is stored inverted if its sum is large.
void add_flipped(const crossbar::CellTable& table, std::span<const std::int8_t> weights, std::size_t in,
                 const crossbar::CrossbarParams& crossbar, std::span<std::uint64_t> levels) {
    const auto rows = static_cast<std::size_t>(crossbar.rows);
    const int largest = (1 << crossbar.cell_bits) - 1;
    for (std::size_t channel = 0; channel < weights.size() / in; ++channel)
        for (std::size_t first = 0; first < in; first += rows) {
            const auto block = weights.subspan(channel * in + first, std::min(rows, in - first));
            for (std::size_t column = 0; column < table.columns(); ++column) {
                std::int64_t sum = 0;
                for (const std::int8_t weight : block) sum += table.of(weight)[column];
                const bool flipped = crossbar::flips(sum, static_cast<int>(block.size()), crossbar.cell_bits);
                for (std::size_t row = 0; row < block.size(); ++row) {
                    const int level = table.of(block[row])[column];
                    levels[first + row] += static_cast<std::uint64_t>(flipped ? largest - level : level);
                }
            }
        }
}

}  // namespace

void WordlineLevels::add(std::span<const std::int8_t> weights, int out, int in, int magnitude_bits,
                         const crossbar::CrossbarParams& crossbar) {
    const auto encoding = crossbar::make_encoding(crossbar.encoding);
    const crossbar::CellTable table(*encoding, magnitude_bits, crossbar.cell_bits);
    const auto width = static_cast<std::size_t>(in);
    columns += static_cast<std::uint64_t>(out) * table.columns();
    levels.resize(width);
    if (encoding->flips_columns())
        add_flipped(table, weights, width, crossbar, levels);
    else
        add_plain(table, weights, width, levels);
}

CellReads count_cell_reads(const WordlineLevels& wordlines, std::span<const std::int8_t> inputs, int tokens,
                           const periphery::DacParams& dac) {
    const auto slices = dac.slices();
    std::array<std::uint32_t, 1 << periphery::kActivationBits> of_value{};
    for (std::size_t value = 0; value < of_value.size(); ++value)
        for (const auto& slice : slices) {
            const int driven = slice.of(static_cast<std::int8_t>(value));
            of_value[value] += static_cast<std::uint32_t>(driven * driven);
        }
    const std::size_t in = wordlines.levels.size();
    CellReads reads;
    reads.cells = wordlines.columns * in * static_cast<std::uint64_t>(tokens) * slices.size();
    for (std::size_t token = 0; token < static_cast<std::size_t>(tokens); ++token)
        for (std::size_t i = 0; i < in; ++i) {
            const std::uint64_t squares = of_value[static_cast<std::uint8_t>(inputs[token * in + i])];
            reads.driven += squares;
            reads.levels += squares * wordlines.levels[i];
        }
    reads.driven *= wordlines.columns;
    return reads;
}

double energy_over_average(const CellReads& reads, double r_on_ohm, double r_off_ohm, int cell_bits, const periphery::DacParams& dac) {
    const auto slices = dac.slices();
    double mean_square = 0.0;  // of v; the mean square of 0, 1, ..., n is n (2 n + 1) / 6
    for (const auto& slice : slices)
        mean_square += slice.largest() * (2.0 * slice.largest() + 1.0) / 6.0 / static_cast<double>(slices.size());
    const double on = 1.0 / r_on_ohm, off = 1.0 / r_off_ohm, largest = (1 << cell_bits) - 1;
    const auto driven = static_cast<double>(reads.driven), levels = static_cast<double>(reads.levels) / largest;
    return (off * driven + (on - off) * levels) / (static_cast<double>(reads.cells) * mean_square * (on + off) / 2.0);
}

boost::json::object array_energy_block(const CellReads& reads, double by_average_j, int cell_bits, const periphery::DacParams& dac) {
    boost::json::object cells;
    for (const auto& cell : describe_cells()) {
        const double ratio =
            energy_over_average(reads, cell.at("r_on_ohm").to_number<double>(), cell.at("r_off_ohm").to_number<double>(), cell_bits, dac);
        cells[cell.at("name").as_string()] =
            boost::json::object{{"by_values_j", by_average_j * ratio},
                                {"error_of_average", ratio > 0 ? boost::json::value(1.0 / ratio - 1.0) : boost::json::value()}};
    }
    const double largest_drive = (1 << dac.bits) - 1, largest_level = (1 << cell_bits) - 1;
    const auto share = [](std::uint64_t part, std::uint64_t whole, double largest) {
        return whole > 0 ? boost::json::value(static_cast<double>(part) / (static_cast<double>(whole) * largest)) : boost::json::value();
    };
    return {{"by_average_j", by_average_j},
            {"driven_share", share(reads.driven, reads.cells, largest_drive * largest_drive)},
            {"mean_level", share(reads.levels, reads.driven, largest_level)},
            {"cells", std::move(cells)}};
}

boost::json::object array_energy_block(const CellReads& reads, const Ledger& ledger, const PlatformConfig& config) {
    constexpr const char *array = "tile.ima.array", *read = "cell_read";
    const double by_average = static_cast<double>(ledger.count(array, read)) * config.inventory.energy(array, read);
    return array_energy_block(reads, by_average, config.crossbar.cell_bits, config.dac);
}

}  // namespace berth::platform

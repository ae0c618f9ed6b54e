// SPDX-License-Identifier: Apache-2.0
#include "platform/read_energy.hpp"

#include "models/crossbar/encoding.hpp"
#include "platform/cell_presets.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace berth::platform {
namespace {

/// The cells of every weight there can be, as levels: [weight + largest][polarity and slice].
class CellTable {
public:
    CellTable(const crossbar::Encoding& encoding, int magnitude_bits, int cell_bits)
        : columns_(static_cast<std::size_t>(encoding.polarities() * encoding.slices(magnitude_bits, cell_bits))),
          largest_((1 << magnitude_bits) - 1),
          levels_(columns_ * static_cast<std::size_t>(2 * largest_ + 1)) {
        for (int weight = -largest_; weight <= largest_; ++weight)
            encoding.encode(weight, magnitude_bits, cell_bits, std::span(levels_).subspan(begin(weight), columns_));
    }

    [[nodiscard]] std::size_t columns() const { return columns_; }
    [[nodiscard]] std::span<const std::uint8_t> operator[](int weight) const { return std::span(levels_).subspan(begin(weight), columns_); }

private:
    [[nodiscard]] std::size_t begin(int weight) const { return static_cast<std::size_t>(weight + largest_) * columns_; }

    std::size_t columns_;
    int largest_;
    std::vector<std::uint8_t> levels_;
};

/// By wordline, the sum of the levels that its cells are stored at.
std::vector<double> levels_by_row(std::span<const std::int8_t> weights, int out, int in, int magnitude_bits,
                                  const crossbar::CrossbarParams& params) {
    const auto encoding = crossbar::make_encoding(params.encoding);
    const CellTable table(*encoding, magnitude_bits, params.cell_bits);
    const int largest = (1 << params.cell_bits) - 1;
    std::vector<double> sums(static_cast<std::size_t>(in));
    for (int first = 0; first < in; first += params.rows) {
        const int rows = std::min(params.rows, in - first);
        for (int channel = 0; channel < out; ++channel) {
            const auto block =
                weights.subspan(static_cast<std::size_t>(channel) * static_cast<std::size_t>(in) + static_cast<std::size_t>(first),
                                static_cast<std::size_t>(rows));
            std::vector<std::int64_t> columns(table.columns());
            for (const std::int8_t weight : block)
                for (std::size_t column = 0; column < columns.size(); ++column) columns[column] += table[weight][column];
            for (std::size_t column = 0; column < columns.size(); ++column) {
                const bool flipped = encoding->flips_columns() && 2 * columns[column] > std::int64_t{rows} * largest;
                for (int row = 0; row < rows; ++row) {
                    const int level = table[block[static_cast<std::size_t>(row)]][column];
                    sums[static_cast<std::size_t>(first + row)] += flipped ? largest - level : level;
                }
            }
        }
    }
    return sums;
}

/// By wordline, the sum of (v / largest v)^2 over all tokens and input slices.
std::vector<double> drive_by_row(std::span<const std::int8_t> inputs, int in, int tokens, int dac_bits) {
    const auto slices = periphery::input_slices(periphery::kActivationBits, dac_bits);
    std::vector<double> of_value(1 << periphery::kActivationBits);
    for (std::size_t value = 0; value < of_value.size(); ++value)
        for (const auto& slice : slices) {
            const double volts = static_cast<double>(slice.of(static_cast<std::int8_t>(value))) / ((1 << dac_bits) - 1);
            of_value[value] += volts * volts;
        }
    std::vector<double> sums(static_cast<std::size_t>(in));
    for (int token = 0; token < tokens; ++token)
        for (std::size_t row = 0; row < sums.size(); ++row)
            sums[row] += of_value[static_cast<std::uint8_t>(inputs[static_cast<std::size_t>(token) * sums.size() + row])];
    return sums;
}

}  // namespace

CellReads count_cell_reads(std::span<const std::int8_t> weights, int out, int in, std::span<const std::int8_t> inputs, int tokens,
                           int magnitude_bits, const crossbar::CrossbarParams& crossbar, const periphery::DacParams& dac) {
    const auto encoding = crossbar::make_encoding(crossbar.encoding);
    const double columns = static_cast<double>(encoding->polarities() * encoding->slices(magnitude_bits, crossbar.cell_bits)) * out;
    const double largest = (1 << crossbar.cell_bits) - 1;
    const std::vector<double> levels = levels_by_row(weights, out, in, magnitude_bits, crossbar);
    const std::vector<double> drive = drive_by_row(inputs, in, tokens, dac.bits);
    CellReads reads;
    reads.cells = columns * in * tokens * periphery::input_reads(periphery::kActivationBits, dac.bits);
    for (std::size_t row = 0; row < drive.size(); ++row) {
        reads.driven += drive[row] * columns;
        reads.levels += drive[row] * levels[row] / largest;
    }
    return reads;
}

double energy_over_average(const CellReads& reads, double r_on_ohm, double r_off_ohm, int dac_bits) {
    const auto slices = periphery::input_slices(periphery::kActivationBits, dac_bits);
    const double full_scale = (1 << dac_bits) - 1;
    double mean_square = 0.0;  // of v / largest v; the mean square of 0, 1, ..., n is n (2 n + 1) / 6
    for (const auto& slice : slices)
        mean_square +=
            slice.largest() * (2.0 * slice.largest() + 1.0) / 6.0 / (full_scale * full_scale) / static_cast<double>(slices.size());
    const double on = 1.0 / r_on_ohm, off = 1.0 / r_off_ohm;
    return (off * reads.driven + (on - off) * reads.levels) / (reads.cells * mean_square * (on + off) / 2.0);
}

boost::json::object array_energy_block(const CellReads& reads, double by_average_j, int dac_bits) {
    boost::json::object cells;
    for (const auto& cell : describe_cells()) {
        const double ratio =
            energy_over_average(reads, cell.at("r_on_ohm").to_number<double>(), cell.at("r_off_ohm").to_number<double>(), dac_bits);
        cells[cell.at("name").as_string()] =
            boost::json::object{{"by_values_j", by_average_j * ratio},
                                {"error_of_average", ratio > 0 ? boost::json::value(1.0 / ratio - 1.0) : boost::json::value()}};
    }
    const auto share = [](double part, double whole) { return whole > 0 ? boost::json::value(part / whole) : boost::json::value(); };
    return {{"by_average_j", by_average_j},
            {"driven_share", share(reads.driven, reads.cells)},
            {"mean_level", share(reads.levels, reads.driven)},
            {"cells", std::move(cells)}};
}

}  // namespace berth::platform

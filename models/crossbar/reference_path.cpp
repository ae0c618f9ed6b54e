// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/reference_path.hpp"

namespace berth::crossbar {
namespace {

/// The numbers on a block's wordlines in one read.
void drive(std::span<const std::int8_t> x, const periphery::InputSlice& read, std::span<std::int32_t> wordlines) {
    for (std::size_t row = 0; row < wordlines.size(); ++row) wordlines[row] = read.of(x[row]);
}

std::span<const std::int8_t> inputs_of(const ArrayLayout& layout, const ProgrammedBlock& block, const ArrayProduct& product, int token) {
    return product.x.subspan(std::size_t(token) * std::size_t(layout.in) + std::size_t(block.first_row), std::size_t(block.rows));
}

/// The cells of the channels' columns of one polarity and slice, [out, rows].
void fetch_cells(const ArrayLayout& layout, const ProgrammedBlock& block, std::size_t polarity_and_slice, std::span<std::int32_t> cells) {
    for (std::size_t channel = 0; channel < std::size_t(layout.out); ++channel)
        for (int row = 0; row < block.rows; ++row)
            cells[channel * std::size_t(block.rows) + std::size_t(row)] = block.cell(polarity_and_slice, channel, row);
}

void read_columns(std::span<const std::int32_t> wordlines, std::span<const std::int32_t> cells, std::span<double> currents) {
    for (std::size_t column = 0; column < currents.size(); ++column) {
        const std::int32_t* const stored = cells.data() + column * wordlines.size();
        std::int32_t current = 0;
        for (std::size_t row = 0; row < wordlines.size(); ++row) current += wordlines[row] * stored[row];
        currents[column] = current;
    }
}

}  // namespace

std::uint64_t read_by_reference(const ArrayLayout& layout, std::span<const ProgrammedBlock> blocks,
                                std::span<const periphery::InputSlice> reads, const periphery::Adc& adc, const ArrayProduct& product) {
    const auto out = std::size_t(layout.out);
    const std::size_t columns = layout.columns();
    std::vector<std::int32_t> wordlines, cells, codes(out);
    std::vector<double> currents(out);
    std::uint64_t clipped = 0;
    for (std::size_t b = 0; b < blocks.size(); ++b) {
        const ProgrammedBlock& block = blocks[b];
        wordlines.resize(std::size_t(block.rows));
        cells.resize(out * std::size_t(block.rows));
        for (std::size_t first = 0; first < columns; first += out) {
            fetch_cells(layout, block, first / out, cells);
            for (int token = 0; token < product.tokens; ++token) {
                const auto sums = product.sums.subspan(std::size_t(token) * out, out);
                for (std::size_t r = 0; r < reads.size(); ++r) {
                    drive(inputs_of(layout, block, product, token), reads[r], wordlines);
                    read_columns(wordlines, cells, currents);
                    clipped += adc.convert(currents, codes);
                    for (std::size_t channel = 0; channel < out; ++channel)
                        sums[channel] += reads[r].weight() * block.weights[first + channel] * codes[channel];
                    if (product.codes.empty()) continue;
                    const std::size_t place = ((std::size_t(token) * reads.size() + r) * blocks.size() + b) * columns + first;
                    std::copy(codes.begin(), codes.end(), product.codes.begin() + std::ptrdiff_t(place));
                }
            }
        }
    }
    return clipped + read_unit_columns(layout, blocks, reads, adc, product);
}

std::uint64_t read_unit_columns(const ArrayLayout& layout, std::span<const ProgrammedBlock> blocks,
                                std::span<const periphery::InputSlice> reads, const periphery::Adc& adc, const ArrayProduct& product) {
    if (layout.unit_columns == 0) return 0;
    const auto out = std::size_t(layout.out), units = std::size_t(layout.unit_columns);
    std::vector<std::int32_t> wordlines, codes(units);
    std::vector<double> currents(units);
    std::uint64_t clipped = 0;
    for (const ProgrammedBlock& block : blocks)
        for (int token = 0; token < product.tokens; ++token) {
            std::int64_t input_sum = 0;
            for (const auto& read : reads) {
                wordlines.resize(std::size_t(block.rows));
                drive(inputs_of(layout, block, product, token), read, wordlines);
                std::fill(currents.begin(), currents.end(), 0.0);
                for (std::size_t row = 0; row < wordlines.size(); ++row) currents[row % units] += wordlines[row];
                clipped += adc.convert(currents, codes) * std::uint64_t(layout.column_groups);
                for (const std::int32_t code : codes) input_sum += read.weight() * code;
            }
            const auto sums = product.sums.subspan(std::size_t(token) * out, out);
            for (std::size_t channel = 0; channel < out; ++channel) sums[channel] += input_sum * block.unit_weights[channel];
        }
    return clipped;
}

}  // namespace berth::crossbar

// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/array_cells.hpp"

#include "models/crossbar/conductance_block.hpp"

#include <algorithm>

namespace berth::crossbar {
namespace {

/// Adds the bits of columns that lie in one line, `count` of them from `channel` on.
void add_bits(const ProgrammedBlock& block, std::size_t polarity_and_slice, std::size_t channel, std::size_t count, std::uint8_t* numbers,
              std::size_t stride) {
    for (int plane = 0; plane < block.cell_bits; ++plane) {
        const CellLine* const lines = &block.lines[block.line(polarity_and_slice, channel / kLineColumns, plane)];
        for (int row = 0; row < block.rows; ++row) {
            const std::uint8_t* const bytes = lines[row / 8].bytes.data() + channel % kLineColumns;
            std::uint8_t* const cells = numbers + std::size_t(row) * stride;
            for (std::size_t i = 0; i < count; ++i) cells[i] = static_cast<std::uint8_t>(cells[i] | (bytes[i] >> (row % 8) & 1) << plane);
        }
    }
}

}  // namespace

ArrayColumns array_columns(const ArrayLayout& layout, int polarity, int group) {
    const int all = layout.slices * layout.out, first = group * layout.array_columns;
    return {.first_weight = layout.column(polarity, 0, 0) + std::size_t(first),
            .weights = std::min(layout.array_columns, all - first),
            .first_unit = ConductanceBlock::unit_column(layout, polarity, group, 0),
            .units = layout.unit_columns};
}

std::vector<std::uint8_t> numbers_of(const ArrayColumns& columns, const ArrayLayout& layout, const ProgrammedBlock& block) {
    const auto out = std::size_t(layout.out), stride = std::size_t(columns.count());
    std::vector<std::uint8_t> numbers(std::size_t(block.rows) * stride);
    for (std::size_t i = 0; i < std::size_t(columns.weights);) {
        const std::size_t column = columns.first_weight + i, channel = column % out;
        const std::size_t count =
            std::min({std::size_t(kLineColumns) - channel % kLineColumns, out - channel, std::size_t(columns.weights) - i});
        add_bits(block, column / out, channel, count, numbers.data() + i, stride);
        i += count;
    }
    for (int row = 0; columns.units > 0 && row < block.rows; ++row)
        numbers[std::size_t(row) * stride + std::size_t(columns.weights + row % columns.units)] = 1;
    return numbers;
}

}  // namespace berth::crossbar

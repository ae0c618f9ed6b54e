// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/programmed_block.hpp"

#include "models/crossbar/cell_table.hpp"

#include <algorithm>

namespace berth::crossbar {
namespace {

/// Stores the columns of one output channel.
void store_channel(const ArrayLayout& layout, const CellTable& table, std::span<const std::int8_t> weights, int channel,
                   ProgrammedBlock& block) {
    const std::size_t width = table.columns(), out = std::size_t(layout.out);
    for (int row = 0; row < block.rows; ++row) {
        const auto cells = table.of(weights[std::size_t(row)]);
        for (std::size_t k = 0; k < width; ++k) {
            if (cells[k] == 0) continue;
            block.sums[k * out + std::size_t(channel)] += cells[k];
            for (int plane = 0; plane < layout.cell_bits; ++plane)
                block.byte(k, std::size_t(channel), plane, row / 8) |= static_cast<std::uint8_t>((cells[k] >> plane & 1) << (row % 8));
        }
    }
}

void invert_column(const ArrayLayout& layout, std::size_t column, ProgrammedBlock& block) {
    const std::size_t out = std::size_t(layout.out);
    for (int plane = 0; plane < layout.cell_bits; ++plane)
        for (int row_byte = 0; row_byte < block.row_bytes; ++row_byte) {
            const int rows_here = std::min(8, block.rows - row_byte * 8);
            block.byte(column / out, column % out, plane, row_byte) ^= static_cast<std::uint8_t>((1 << rows_here) - 1);
        }
}

/// true current = largest cell * input sum - current of the inverted column.
void flip_heavy_columns(const ArrayLayout& layout, ProgrammedBlock& block) {
    const int largest_cell = (1 << layout.cell_bits) - 1;
    const int largest_sum = block.rows * largest_cell;
    for (std::size_t column = 0; column < layout.columns(); ++column) {
        if (!flips(block.sums[column], block.rows, layout.cell_bits)) continue;
        invert_column(layout, column, block);
        block.sums[column] = largest_sum - block.sums[column];
        block.unit_weights[column] += std::int64_t{block.weights[column]} * largest_cell;
        block.weights[column] = -block.weights[column];
    }
}

}  // namespace

ProgrammedBlock program(const ArrayLayout& layout, const Encoding& encoding, std::span<const std::int8_t> weights, int index) {
    ProgrammedBlock block;
    block.first_row = layout.first_row(index);
    block.rows = layout.rows_in(index);
    block.row_bytes = (block.rows + 7) / 8;
    const std::size_t columns = layout.columns();
    block.cell_bits = layout.cell_bits;
    block.channel_groups = (std::size_t(layout.out) + kLineColumns - 1) / kLineColumns;
    block.lines.resize(block.line(std::size_t(layout.polarities) * std::size_t(layout.slices), 0, 0));
    block.sums.resize(columns);
    block.weights.resize(columns);
    block.unit_weights.assign(columns, 0);
    for (int channel = 0; channel < layout.out; ++channel)
        block.unit_weights[layout.column(0, layout.slices - 1, channel)] =
            encoding.input_sum_weight(layout.magnitude_bits, layout.cell_bits);

    const CellTable table(encoding, layout.magnitude_bits, layout.cell_bits);
    for (int channel = 0; channel < layout.out; ++channel) {
        const auto begin = std::size_t(channel) * std::size_t(layout.in) + std::size_t(block.first_row);
        store_channel(layout, table, weights.subspan(begin, std::size_t(block.rows)), channel, block);
    }
    for (std::size_t column = 0; column < columns; ++column) {
        const auto k = static_cast<int>(column / std::size_t(layout.out));
        block.weights[column] = static_cast<std::int32_t>(
            encoding.column_weight(k / layout.slices, k % layout.slices, layout.magnitude_bits, layout.cell_bits));
    }
    if (encoding.flips_columns()) flip_heavy_columns(layout, block);
    return block;
}

}  // namespace berth::crossbar

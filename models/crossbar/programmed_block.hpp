// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/array_layout.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace berth::crossbar {

inline constexpr int kLineColumns = 64;

/// One bit of the cells in eight rows of 64 columns, a byte a column: bit r mod 8 of byte c is row r, column c.
struct alignas(kLineColumns) CellLine {
    std::array<std::uint8_t, kLineColumns> bytes{};
};

/// The ideal cells of one block of rows, as bits, and what the digital side must know to read them.
struct ProgrammedBlock {
    int first_row = 0;
    int rows = 0;       ///< wordlines in use
    int row_bytes = 0;  ///< ceil(rows / 8)
    int cell_bits = 0;

    /// Shape [polarities * slices, ceil(out / 64), cell_bits, row_bytes]. Rows that are not in use and channels past the last
    /// have zeros.
    std::vector<CellLine> lines;
    std::size_t channel_groups = 0;  ///< ceil(out / 64)

    /// What the cells of a column sum to, as stored. Shape [columns].
    std::vector<std::int32_t> sums;

    /// What one unit of a column's code counts in the weighted sum, negated where the column is stored inverted. Shape [columns].
    std::vector<std::int32_t> weights;

    /// What one unit of the code of its array's unit columns counts for each column: what an inverted column lacks, and, with the top
    /// slice, the encoding's bias. Shape [columns].
    std::vector<std::int64_t> unit_weights;

    /// The first of the row_bytes lines that hold one bit of the cells of 64 channels' columns in one polarity and slice.
    [[nodiscard]] std::size_t line(std::size_t polarity_and_slice, std::size_t group, int plane) const {
        return ((polarity_and_slice * channel_groups + group) * std::size_t(cell_bits) + std::size_t(plane)) * std::size_t(row_bytes);
    }

    [[nodiscard]] std::uint8_t& byte(std::size_t polarity_and_slice, std::size_t channel, int plane, int row_byte) {
        return lines[line(polarity_and_slice, channel / kLineColumns, plane) + std::size_t(row_byte)].bytes[channel % kLineColumns];
    }

    /// The number in one cell.
    [[nodiscard]] int cell(std::size_t polarity_and_slice, std::size_t channel, int row) const {
        int number = 0;
        for (int plane = 0; plane < cell_bits; ++plane) {
            const CellLine& eight = lines[line(polarity_and_slice, channel / kLineColumns, plane) + std::size_t(row / 8)];
            number |= (eight.bytes[channel % kLineColumns] >> (row % 8) & 1) << plane;
        }
        return number;
    }

    /// Ones that unit column `unit` of `count` holds: rows unit, unit + count, ...
    [[nodiscard]] int unit_rows(int unit, int count) const { return (rows - unit + count - 1) / count; }
};

/// Encodes the rows of block `block` of `weights` [out, in], none of them larger than the layout's magnitude.
[[nodiscard]] ProgrammedBlock program(const ArrayLayout& layout, const Encoding& encoding, std::span<const std::int8_t> weights, int block);

}  // namespace berth::crossbar

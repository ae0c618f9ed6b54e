// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/array_layout.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace berth::crossbar {

/// The ideal cells of one block of rows, as bits, and what the digital side must know to read them.
struct ProgrammedBlock {
    int first_row = 0;
    int rows = 0;       ///< wordlines in use
    int row_bytes = 0;  ///< ceil(rows / 8)

    /// Shape [cell_bits, row_bytes, columns]: bit r mod 8 of byte r / 8 is that bit of the cell in row r. Rows that are not
    /// in use have zeros.
    std::vector<std::uint8_t> bits;

    /// What the cells of a column sum to, as stored. Shape [columns].
    std::vector<std::int32_t> sums;

    /// What one unit of a column's code counts in the weighted sum, negated where the column is stored inverted. Shape [columns].
    std::vector<std::int32_t> weights;

    /// What one unit of the unit columns' code counts: the encoding's bias, and what inverted columns lack. Shape [out].
    std::vector<std::int64_t> unit_weights;

    [[nodiscard]] bool bit(int plane, int row, std::size_t column) const {
        const std::size_t byte = (std::size_t(plane) * std::size_t(row_bytes) + std::size_t(row / 8)) * sums.size() + column;
        return (bits[byte] >> (row % 8) & 1) != 0;
    }

    /// Ones that unit column `unit` of `count` holds: rows unit, unit + count, ...
    [[nodiscard]] int unit_rows(int unit, int count) const { return (rows - unit + count - 1) / count; }
};

/// Encodes the rows of block `block` of `weights` [out, in].
/// @throws std::invalid_argument where a weight is larger than the layout's magnitude.
[[nodiscard]] ProgrammedBlock program(const ArrayLayout& layout, const Encoding& encoding, std::span<const std::int8_t> weights, int block);

}  // namespace berth::crossbar

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/crossbar_params.hpp"
#include "models/crossbar/encoding.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace berth::crossbar {

/// How a signed matrix [out, in] lies over arrays: rows cut into blocks of wordlines, the last one ragged; in each block and
/// polarity the columns of all slices side by side, cut into arrays, each with unit columns of its own where the encoding has any.
/// Columns of a block are counted polarity by polarity, slice by slice, output channel by output channel.
struct ArrayLayout {
    int out = 0, in = 0;
    int magnitude_bits = 0;  ///< |weight| <= 2^magnitude_bits - 1
    int cell_bits = 0;
    int rows = 0;  ///< wordlines of an array
    int row_blocks = 0;
    int polarities = 0;
    int slices = 0;         ///< columns of an output channel in each polarity
    int unit_columns = 0;   ///< of one array
    int array_columns = 0;  ///< of one array, beside its unit columns; the last array of a polarity may have fewer in use
    int column_groups = 0;  ///< arrays beside each other in one block and polarity

    /// @throws std::invalid_argument where the matrix is empty, the magnitude is not 1 to 8 bits wide, or an array has no
    /// columns beside the unit columns.
    ArrayLayout(int out, int in, int magnitude_bits, const CrossbarParams& params, const Encoding& encoding);

    [[nodiscard]] int first_row(int block) const { return block * rows; }
    [[nodiscard]] int rows_in(int block) const { return std::min(rows, in - first_row(block)); }

    /// Columns of one block that hold weights.
    [[nodiscard]] std::size_t columns() const { return std::size_t(polarities) * std::size_t(slices) * std::size_t(out); }
    [[nodiscard]] std::size_t column(int polarity, int slice, int channel) const {
        return (std::size_t(polarity) * std::size_t(slices) + std::size_t(slice)) * std::size_t(out) + std::size_t(channel);
    }

    /// The array, of those beside each other, that holds a column of its polarity.
    [[nodiscard]] int group(int slice, int channel) const {
        return static_cast<int>((std::int64_t{slice} * out + channel) / array_columns);
    }

    /// Arrays that one input slice drives.
    [[nodiscard]] std::uint64_t arrays() const {
        return std::uint64_t(row_blocks) * std::uint64_t(polarities) * std::uint64_t(column_groups);
    }

    /// Columns converted for one input slice.
    [[nodiscard]] std::uint64_t conversions() const {
        return std::uint64_t(row_blocks) * columns() + arrays() * std::uint64_t(unit_columns);
    }
};

}  // namespace berth::crossbar

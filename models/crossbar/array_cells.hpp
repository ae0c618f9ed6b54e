// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/array_layout.hpp"
#include "models/crossbar/programmed_block.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace berth::crossbar {

/// Where the columns of one array stand among those of its block (ConductanceBlock): its weights' columns side by side, and behind
/// them its unit columns. Columns that hold nothing are not there: the array ends with its last one.
struct ArrayColumns {
    std::size_t first_weight = 0;  ///< place of its first weights' column
    int weights = 0;
    std::size_t first_unit = 0;  ///< place of its first unit column
    int units = 0;

    [[nodiscard]] int count() const { return weights + units; }

    /// Place of column `index` of the array in the block.
    [[nodiscard]] std::size_t place(int index) const {
        return index < weights ? first_weight + std::size_t(index) : first_unit + std::size_t(index - weights);
    }
};

[[nodiscard]] ArrayColumns array_columns(const ArrayLayout& layout, int polarity, int group);

/// What the cells of an array shall hold, [rows, columns]: the weights' cells, and ones where unit columns have them, row r in unit
/// column r mod units.
[[nodiscard]] std::vector<std::uint8_t> numbers_of(const ArrayColumns& columns, const ArrayLayout& layout, const ProgrammedBlock& block);

}  // namespace berth::crossbar

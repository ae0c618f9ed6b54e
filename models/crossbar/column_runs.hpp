// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/programmed_arrays.hpp"

#include <cstddef>
#include <vector>

namespace berth::crossbar {

/// Columns of a block that lie beside each other, in one polarity and slice, behind converters that are alike or one array's.
struct ColumnRun {
    std::size_t first = 0, count = 0;
    int polarity = 0;
    int group = 0;  ///< the array, where converters are not alike
    int exponent = 0;
};

/// Every block's columns of weights.
[[nodiscard]] std::vector<ColumnRun> weight_runs(const ProgrammedArrays& arrays);

/// Every block's unit columns, array by array.
[[nodiscard]] std::vector<ColumnRun> unit_runs(const ArrayLayout& layout);

}  // namespace berth::crossbar

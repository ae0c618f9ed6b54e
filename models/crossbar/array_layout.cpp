// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/array_layout.hpp"

#include "models/core/ceil_div.hpp"

#include <stdexcept>

namespace berth::crossbar {
namespace {

constexpr int kWidestMagnitude = 8;

}  // namespace

ArrayLayout::ArrayLayout(int outputs, int inputs, int bits, const CrossbarParams& params, const Encoding& encoding)
    : out(outputs), in(inputs), magnitude_bits(bits), cell_bits(params.cell_bits), rows(params.rows) {
    if (out < 1 || in < 1 || bits < 1 || bits > kWidestMagnitude)
        throw std::invalid_argument("a crossbar holds matrices of at least one weight of 1 to 8 bits of magnitude");
    row_blocks = static_cast<int>(ceil_div(in, rows));
    polarities = encoding.polarities();
    slices = encoding.slices(bits, cell_bits);
    unit_columns = encoding.unit_columns();
    if (params.cols <= unit_columns) throw std::invalid_argument("an array has no columns beside its unit columns");
    array_columns = params.cols - unit_columns;
    column_groups = static_cast<int>(ceil_div(std::int64_t{out} * slices, array_columns));
}

}  // namespace berth::crossbar

// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/cell_table.hpp"

#include <algorithm>
#include <limits>

namespace berth::crossbar {
namespace {

constexpr int kLeastWeight = std::numeric_limits<std::int8_t>::min(), kLargestWeight = std::numeric_limits<std::int8_t>::max();

}  // namespace

CellTable::CellTable(const Encoding& encoding, int magnitude_bits, int cell_bits)
    : columns_(std::size_t(encoding.polarities() * encoding.slices(magnitude_bits, cell_bits))),
      cells_(std::size_t(kLargestWeight - kLeastWeight + 1) * columns_) {
    const int largest = (1 << magnitude_bits) - 1;
    for (int weight = std::max(-largest, kLeastWeight); weight <= std::min(largest, kLargestWeight); ++weight)
        encoding.encode(weight, magnitude_bits, cell_bits, std::span(cells_).subspan(place(weight), columns_));
}

std::size_t CellTable::place(int weight) const { return std::size_t(weight - kLeastWeight) * columns_; }

}  // namespace berth::crossbar

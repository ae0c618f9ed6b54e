// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/encoding.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace berth::crossbar {

/// The numbers that an encoding stores for every weight of int8.
class CellTable {
public:
    /// @param magnitude_bits |weight| <= 2^magnitude_bits - 1; weights beyond have zeros.
    CellTable(const Encoding& encoding, int magnitude_bits, int cell_bits);

    /// Cells of a weight in every polarity and slice.
    [[nodiscard]] std::size_t columns() const { return columns_; }
    [[nodiscard]] std::span<const std::uint8_t> of(int weight) const { return std::span(cells_).subspan(place(weight), columns_); }

private:
    [[nodiscard]] std::size_t place(int weight) const;

    std::size_t columns_;
    std::vector<std::uint8_t> cells_;
};

/// Whether an encoding that flips columns stores this one inverted: its cells sum to more than half of what they can hold.
[[nodiscard]] constexpr bool flips(std::int64_t sum, int rows, int cell_bits) {
    return 2 * sum > std::int64_t{rows} * ((1 << cell_bits) - 1);
}

}  // namespace berth::crossbar

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/vector/fixed_point.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace berth::vector {

/// Factors and addends of a row's columns, kept apart so that whole vectors of each load at once.
struct Columns {
    std::vector<std::uint32_t> significands;
    std::vector<std::int32_t> shifts;
    std::vector<std::int32_t> offsets;

    [[nodiscard]] std::size_t size() const { return significands.size(); }
    void resize(std::size_t size) { significands.resize(size), shifts.resize(size), offsets.resize(size); }
    void set(std::size_t i, Multiplier m, std::int32_t offset) {
        significands[i] = m.significand, shifts[i] = m.shift, offsets[i] = offset;
    }
    [[nodiscard]] Multiplier factor(std::size_t i) const { return {significands[i], shifts[i]}; }
};

/// One accumulator: round(accumulator * row * column) + offset, saturated.
[[nodiscard]] constexpr std::int32_t requantise(std::int32_t accumulator, Multiplier row, Multiplier column, std::int32_t offset) {
    return saturating_add(requantise(accumulator, compose(row, column)), offset);
}

/// A row of accumulators to 16 fraction bits: y[i] = round(accumulators[i] * row * columns.factor(i)) + columns.offsets[i].
void requantise(std::span<const std::int32_t> accumulators, Multiplier row, const Columns& columns, std::span<std::int32_t> y);

/// The same where every column has the factor 1 and no offset.
void requantise(std::span<const std::int32_t> accumulators, Multiplier row, std::span<std::int32_t> y);

/// x[i] += y[i], saturated: the residual sum.
void add(std::span<std::int32_t> x, std::span<const std::int32_t> y);

}  // namespace berth::vector

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/philox.hpp"

#include <array>
#include <cstdint>

namespace berth::crossbar {

/// Which cells random telegraph noise holds back in a read, and what their column lacks then: amplitude * sum of input * (cell + removed)
/// over them. A cell is held back where its word is below the threshold.
struct TelegraphNoise {
    std::uint32_t threshold = 0;  ///< probability * 2^32
    float amplitude = 0.0f;
    float removed = 0.0f;  ///< what offset correction took from every cell, in the currents' unit
    std::array<std::uint32_t, 2> key{};

    /// The counter's second word of the upper halves of rows 8 i to 8 i + 7 in one read: row 8 i + j has half j of the counter's words,
    /// from the least significant.
    [[nodiscard]] static constexpr std::uint32_t counter(std::uint32_t eight_rows, std::uint32_t read) { return eight_rows | read << 16; }

    /// The word's lower half has a counter of its own: it seldom matters.
    [[nodiscard]] std::uint32_t word(std::uint32_t column, std::uint32_t row, std::uint32_t read, std::uint32_t block,
                                     std::uint32_t token) const {
        const auto uppers = philox({column, counter(row / 8, read), block, token}, key);
        const auto lower = philox({column, kLowerHalves | row | read << 16, block, token}, key)[0] & 0xffffu;
        return (uppers[row % 8 / 2] >> (row % 2 * 16) & 0xffffu) << 16 | lower;
    }

private:
    static constexpr std::uint32_t kLowerHalves = 1u << 31;
};

}  // namespace berth::crossbar

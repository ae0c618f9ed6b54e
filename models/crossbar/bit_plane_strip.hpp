// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/code_rule.hpp"
#include "models/crossbar/programmed_block.hpp"
#include "models/periphery/dac.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace berth::crossbar {

/// Codes up to this, shifted and added over the reads of an 8-bit input, stay in 16 bits: 128 * 255 < 2^15.
inline constexpr int kLargestNarrowCode = 255;

/// The columns of 64 channels in one polarity, slice and block, and the tokens that they read.
struct BitPlaneStrip {
    const CellLine* lines = nullptr;  ///< [cell_bits, row_bytes]
    int cell_bits = 0;
    int row_bytes = 0;
    int tokens = 0;
    const std::uint32_t* inputs = nullptr;  ///< [tokens, 8, row_bytes]: a bit of the inputs of eight rows, the byte four times over
    std::span<const periphery::InputSlice> reads;
    const std::int32_t* weights = nullptr;  ///< [64], what one unit of a column's code counts
    bool may_clip = false;                  ///< whether any current can lie above the rule's largest
    std::int32_t* sums = nullptr;           ///< [tokens, sums_stride], added to
    std::size_t sums_stride = 0;
    std::uint16_t* codes = nullptr;  ///< [tokens, reads, 64], or null
};

/// @return how many conversions clipped.
[[nodiscard]] std::uint64_t read_strip(const BitPlaneStrip& strip, const CodeRule& rule);

}  // namespace berth::crossbar

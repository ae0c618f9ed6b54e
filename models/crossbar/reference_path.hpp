// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/array_layout.hpp"
#include "models/crossbar/programmed_block.hpp"
#include "models/periphery/adc.hpp"
#include "models/periphery/dac.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace berth::crossbar {

/// One product through arrays: what goes in, and where the codes' weighted sum and, where wanted, the codes go.
struct ArrayProduct {
    std::span<const std::int8_t> x;  ///< [tokens, in]
    int tokens = 0;
    std::span<std::int64_t> sums;   ///< [tokens, out], in units of one code, added to
    std::span<std::int32_t> codes;  ///< [tokens, reads, row blocks, polarities, slices, out], or empty
};

/// Array by array, read by read, column by column: slow, and the meaning of every other path.
/// @return how many conversions clipped, those of every array's unit columns among them.
[[nodiscard]] std::uint64_t read_by_reference(const ArrayLayout& layout, std::span<const ProgrammedBlock> blocks,
                                              std::span<const periphery::InputSlice> reads, const periphery::Adc& adc,
                                              const ArrayProduct& product);

/// The unit columns of every block, whose codes join the sums: the part that every path through arrays shares.
/// @return how many conversions clipped, those of every array counted.
[[nodiscard]] std::uint64_t read_unit_columns(const ArrayLayout& layout, std::span<const ProgrammedBlock> blocks,
                                              std::span<const periphery::InputSlice> reads, const periphery::Adc& adc,
                                              const ArrayProduct& product);

}  // namespace berth::crossbar

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/array_layout.hpp"
#include "models/crossbar/code_rule.hpp"
#include "models/crossbar/programmed_block.hpp"
#include "models/crossbar/reference_path.hpp"

#include <cstdint>
#include <span>

namespace berth::crossbar {

/// Whether read_by_bit_planes can hold the codes' sums: see there.
[[nodiscard]] bool fits_bit_planes(const ArrayLayout& layout, const Encoding& encoding, std::span<const periphery::InputSlice> reads,
                                   const CodeRule& rule);

/// The reference's codes, sums and clipping, from whole vectors of columns: currents are population counts of the inputs' bits
/// and the cells', eight rows at a time, and codes come from the rule. Sums of one block are kept in 32 bits.
/// @return how many conversions clipped, those of every array's unit columns among them.
[[nodiscard]] std::uint64_t read_by_bit_planes(const ArrayLayout& layout, std::span<const ProgrammedBlock> blocks,
                                               std::span<const periphery::InputSlice> reads, const periphery::Adc& adc,
                                               const CodeRule& rule, const ArrayProduct& product);

}  // namespace berth::crossbar

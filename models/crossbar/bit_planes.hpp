// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/programmed_arrays.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace berth::crossbar {

/// The bits of some tokens' inputs on one block's rows, [tokens, 8, row_bytes], each byte repeated in the four of its word: what a
/// BitPlaneStrip reads.
void spread_bits(const ArrayLayout& layout, const ProgrammedBlock& block, const ArrayProduct& product, int first_token, int tokens,
                 std::vector<std::uint32_t>& bits);

/// Whether the weighted codes that any channel's columns of one block give over all reads stay within 32 bits.
/// @param largest_codes by exponent.
[[nodiscard]] bool sums_fit(const ProgrammedArrays& arrays, std::span<const std::int64_t> largest_codes);

}  // namespace berth::crossbar

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/code_distribution.hpp"
#include "models/crossbar/programmed_block.hpp"
#include "models/periphery/dac.hpp"

#include <array>
#include <cstdint>
#include <span>

namespace berth::crossbar {

/// The columns of 64 channels in one polarity, slice and block, of 1-bit cells, read by one token.
struct NoisyColumns {
    const CodeDistribution* distribution = nullptr;
    const CodeDistribution::Columns* const* states = nullptr;  ///< [reads], of each read's number of active inputs
    const std::uint8_t* ones = nullptr;                        ///< [reads, 64], driven cells at level one
    int columns = 0;                                           ///< in use
    std::span<const periphery::InputSlice> reads;
    const std::int32_t* background = nullptr;  ///< [reads], taken away from the codes
    const std::int32_t* weights = nullptr;     ///< [64], what one unit of a column's code counts
    std::int32_t* sums = nullptr;              ///< [64], added to
    std::int32_t* codes = nullptr;             ///< [reads, 64], or null

    /// Key and counter of the words that decide: see CodeDistribution::word.
    std::array<std::uint32_t, 2> key{};
    std::uint32_t first_column = 0, block = 0, token = 0;
};

/// @return how many conversions clipped.
[[nodiscard]] std::uint64_t read_columns(const NoisyColumns& columns);

}  // namespace berth::crossbar

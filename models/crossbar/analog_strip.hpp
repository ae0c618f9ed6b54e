// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/fixed_rule.hpp"
#include "models/crossbar/telegraph_noise.hpp"
#include "models/periphery/dac.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace berth::crossbar {

inline constexpr int kStripColumns = 32;
inline constexpr int kMostReads = periphery::kActivationBits;

/// The cells of 32 columns beside each other in two rows: those of one column are a word, so that one instruction multiplies and adds
/// both. Zero where there is no row or column.
struct alignas(64) PairedRows {
    std::array<std::int16_t, 2 * kStripColumns> cells{};
};

/// Noise of a strip's conversions: normal, of a variance that is the sum of its cells' and the sense amplifier's, and its cells' telegraph
/// noise, which is drawn cell by cell, its sum having no distribution that could be.
struct StripNoise {
    const PairedRows* variances = nullptr;  ///< [pairs]; null where the amplifiers alone are noisy
    double cell_variance = 0.0;             ///< what one unit of the cells' variances is in squared units of the currents
    double sense_variance = 0.0;            ///< the same of the amplifier's
    float largest = 0.0f;                   ///< what is drawn is clamped to this distance, so that currents keep their bounds; 0 for none
    const TelegraphNoise* telegraph = nullptr;

    /// Draws are keyed by {column, four reads, block, token}; see read_draws.hpp.
    std::array<std::uint32_t, 2> key{};
    std::uint32_t first_column = 0, block = 0, first_token = 0;
};

/// Columns behind one converter, and the tokens that they read.
struct AnalogStrip {
    const PairedRows* cells = nullptr;      ///< [pairs]
    const std::int32_t* offsets = nullptr;  ///< [32], added to the currents, or null
    const StripNoise* noise = nullptr;      ///< or null
    int pairs = 0;                          ///< of rows
    int columns = 0;                        ///< in use
    int tokens = 0;
    const std::int32_t* inputs = nullptr;   ///< [tokens, pairs, reads]: the numbers on two wordlines, the first in the lower half
    const std::int32_t* squares = nullptr;  ///< the same of their squares; read where cells are noisy
    std::span<const periphery::InputSlice> reads;
    const std::int32_t* background = nullptr;          ///< [tokens, reads], taken away from the codes
    std::array<const FixedRule*, kMostReads> rules{};  ///< [reads]
    bool may_clip = false;
    const std::int32_t* weights = nullptr;  ///< [32], what one unit of a column's code counts
    std::int32_t* sums = nullptr;           ///< [tokens, sums_stride], added to; 32 columns are written to
    std::size_t sums_stride = 0;
    std::int32_t* codes = nullptr;  ///< [tokens, reads, 32], or null
};

/// @return how many conversions clipped.
[[nodiscard]] std::uint64_t read_strip(const AnalogStrip& strip);

}  // namespace berth::crossbar

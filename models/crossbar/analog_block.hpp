// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/analog_strip.hpp"
#include "models/crossbar/programmed_arrays.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace berth::crossbar {

/// A block's columns cut into strips whose columns lie beside each other, in one polarity and slice, behind one converter.
struct AnalogBlock {
    struct Strip {
        std::size_t first_column = 0;  ///< in the block
        int columns = 0;
        int exponent = 0;
        std::array<std::size_t, kMostReads> rules{};  ///< of each read
        bool may_clip = false;
        std::int32_t weights[kStripColumns] = {};  ///< what one unit of a column's code counts; 1 in unit columns
    };

    /// What one unit of the sum of an array's unit columns' codes counts for a channel.
    struct UnitWeight {
        std::size_t channel = 0, array = 0;
        std::int64_t weight = 0;
    };

    int pairs = 0;  ///< of rows
    std::vector<FixedRule> rules;
    std::vector<Strip> strips;                       ///< of weights, and then of unit columns
    std::vector<std::vector<PairedRows>> cells;      ///< of every strip
    std::vector<std::vector<PairedRows>> variances;  ///< likewise, or empty
    std::vector<std::vector<std::int32_t>> offsets;  ///< likewise [32], or empty
    std::vector<UnitWeight> unit_weights;

    double cell_variance = 0.0, sense_variance = 0.0;  ///< see StripNoise
    float largest_noise = 0.0f;
    std::optional<TelegraphNoise> telegraph;  ///< without the key
};

/// Programs a block and cuts it.
/// @return nothing where a converter has no rule, or where the sums of a channel would not stay in 32 bits.
[[nodiscard]] std::optional<AnalogBlock> analog_block(const ProgrammedArrays& arrays, std::size_t index);

}  // namespace berth::crossbar

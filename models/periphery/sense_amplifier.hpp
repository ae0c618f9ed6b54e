// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/draws.hpp"
#include "models/core/params.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>

namespace berth::periphery {

/// What a bitline's sense amplifier adds to its current before the converter sees it: an offset that is its own for good, drawn
/// once from a normal distribution, and noise drawn anew for every conversion.
struct SenseParams {
    double offset_sigma = 0.0;
    double noise_sigma = 0.0;

    static constexpr std::tuple fields{
        Field{"offset_sigma", &SenseParams::offset_sigma, "unit current", 0.0, 1e6, "standard deviation of the amplifiers' offsets"},
        Field{"noise_sigma", &SenseParams::noise_sigma, "unit current", 0.0, 1e6, "standard deviation of their noise in one conversion"},
    };
};

/// One read of a block's arrays: with the column it keys the noise.
struct SensedRead {
    std::uint64_t request = 0;  ///< number of the sentence in the run
    std::uint32_t token = 0;    ///< place in the sentence
    std::uint32_t read = 0;     ///< number of the input slice
    std::uint32_t block = 0;    ///< number of the block of rows
};

/// The sense amplifiers of one matrix, one to a bitline. Bitlines are counted within a block of rows, so that (block, column) names
/// one whatever arrays it is cut to: the weights' columns and, behind them, the unit columns. A draw is a function of seed, component,
/// block and column, and for noise of request, token and read; nothing depends on how many columns are asked for at once.
class SenseAmplifiers {
public:
    /// @param component number of the matrix among all that the chip holds.
    SenseAmplifiers(const SenseParams& params, std::uint64_t seed, std::uint64_t component);

    [[nodiscard]] bool have_offsets() const { return params_.offset_sigma > 0.0; }
    [[nodiscard]] bool have_noise() const { return params_.noise_sigma > 0.0; }

    /// Variance of the noise of one conversion, in unit currents squared, for those who draw it together with other noise.
    [[nodiscard]] double noise_variance() const { return params_.noise_sigma * params_.noise_sigma; }

    /// Adds to currents[i] the offset of column first_column + i, in unit currents.
    void add_offsets(std::uint32_t block, std::size_t first_column, std::span<double> currents) const;

    /// Adds to currents[i] the noise of this conversion of column first_column + i, in unit currents.
    void add_noise(const SensedRead& read, std::size_t first_column, std::span<double> currents) const;

private:
    SenseParams params_;
    DrawKey offsets_, noise_;
};

}  // namespace berth::periphery

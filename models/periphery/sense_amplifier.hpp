// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/params.hpp"

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

}  // namespace berth::periphery

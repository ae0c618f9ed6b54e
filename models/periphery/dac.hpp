// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/params.hpp"

namespace berth::periphery {

/// Digital-to-analogue converters on the wordlines: an 8-bit input is applied `bits` at a time, two's complement, least
/// significant slice first; the top slice carries the sign bit with its negative weight.
struct DacParams {
    int bits;

    static constexpr std::tuple fields{
        Field{"bits", &DacParams::bits, "bit", 1, 4, "bits applied to a wordline in one read"},
    };
};

}  // namespace berth::periphery

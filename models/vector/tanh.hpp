// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/vector/exponential.hpp"
#include "models/vector/fixed_point.hpp"

#include <cmath>
#include <cstdint>

namespace berth::vector {

/// tanh(x) = sign(x) (1 - e) / (1 + e), e = exp(-2 |x|) by the softmax's exponential; in 16 fraction bits.
[[nodiscard]] constexpr std::int32_t tanh(std::int32_t x) {
    constexpr std::uint32_t top = exponential::kUnity;
    const std::uint32_t power = exp_of_minus(std::min(magnitude(x), exponential::kDeepest) * 2);
    return with_sign_of(x, ((top - power) << kFractionBits) / (top + power));
}

[[nodiscard]] inline float tanh(float x) { return std::tanh(x); }

}  // namespace berth::vector

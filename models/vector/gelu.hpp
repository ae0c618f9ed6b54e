// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/vector/fixed_point.hpp"

#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>

namespace berth::vector {

/// I-BERT's GELU (Kim et al., 2021, algorithm 1): x/2 (1 + erf(x / sqrt 2)) with erf(t) ~ sign(t) (1 - 0.2888 (min(|t|, 1.769) - 1.769)^2).
/// In terms of |x| the share of x that is lost, (1 - erf(|x| / sqrt 2)) / 2, is 0.0722 (2.5017 - |x|)^2.
namespace gelu_constants {
inline constexpr std::uint32_t kReach = 163954;      ///< 1.769 sqrt 2
inline constexpr std::uint32_t kCoefficient = 4732;  ///< 0.2888 / 4
}  // namespace gelu_constants

/// GELU of one value in 16 fraction bits. Every step fits 32 unsigned bits.
[[nodiscard]] constexpr std::int32_t gelu(std::int32_t x) {
    using namespace gelu_constants;
    const std::uint32_t size = magnitude(x), inside = std::min(size, kReach);
    const std::uint32_t distance = (kReach - inside) >> 2;
    const std::uint32_t lost = (((distance * distance) >> 13) * kCoefficient + (1u << 16)) >> 17;
    const std::uint32_t kept = x < 0 ? lost : (1u << 14) - lost;
    const std::uint32_t part = (inside * kept + (1u << 13)) >> 14;
    return with_sign_of(x, x < 0 ? part : size - inside + part);
}

[[nodiscard]] inline float gelu(float x) { return 0.5f * x * (1.0f + std::erf(x * static_cast<float>(std::numbers::sqrt2 / 2))); }

/// Every value, in place.
void gelu(std::span<std::int32_t> x);
void gelu(std::span<float> x);

}  // namespace berth::vector

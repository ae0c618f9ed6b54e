// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/vector/fixed_point.hpp"

#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>

namespace berth::vector {

/// GELU = x Phi(x). In I-BERT's way (Kim et al., 2021, algorithm 1) the magnitude is cut where the function has met its
/// asymptote, and a polynomial in the distance to there gives the share of x that is lost, 1 - Phi(|x|) = p^2, where
/// p = 0.06065 d - 0.04898 d^2 + 0.04578 d^3 - 0.006382 d^4 and d = 3.8 - min(|x|, 3.8), a minimax fit of x Phi(x).
/// The paper's own p = 0.2687 (2.502 - min(|x|, 2.502)) is off by 0.018, which networks not trained with it do not bear.
namespace gelu_constants {
inline constexpr std::uint32_t kReach = 249037;  ///< 3.8
/// Coefficients of d / 4, its powers 1 to 4, in 14 fraction bits.
inline constexpr std::int32_t kFirst = 3975, kSecond = -12839, kThird = 48001, kFourth = -26767;
}  // namespace gelu_constants

/// GELU of one value in 16 fraction bits, within 0.0005. Every step fits 32 bits.
[[nodiscard]] constexpr std::int32_t gelu(std::int32_t x) {
    using namespace gelu_constants;
    const std::uint32_t size = magnitude(x), inside = std::min(size, kReach);
    const auto quarter = static_cast<std::int32_t>((kReach - inside) >> 3);
    std::int32_t p = kThird + ((kFourth * quarter) >> 15);
    p = kSecond + ((p * quarter) >> 15);
    p = kFirst + ((p * quarter) >> 15);
    p = (p * quarter) >> 15;
    const std::uint32_t lost = (static_cast<std::uint32_t>(p * p) + (1u << 13)) >> 14;
    const std::uint32_t kept = x < 0 ? lost : (1u << 14) - lost;
    const std::uint32_t part = (inside * kept + (1u << 13)) >> 14;
    return with_sign_of(x, std::min<std::uint32_t>(x < 0 ? part : size - inside + part, kLargest));
}

[[nodiscard]] inline float gelu(float x) { return 0.5f * x * (1.0f + std::erf(x * static_cast<float>(std::numbers::sqrt2 / 2))); }

/// Every value, in place.
void gelu(std::span<std::int32_t> x);
void gelu(std::span<float> x);

}  // namespace berth::vector

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/vector/fixed_point.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace berth::vector {

/// What LayerNorm multiplies and adds at the end, and what it adds to the variance.
struct IntegerNorm {
    std::vector<std::int32_t> gamma, beta;  ///< 16 fraction bits
    std::uint64_t epsilon = 0;              ///< 32 fraction bits

    IntegerNorm() = default;
    IntegerNorm(std::span<const float> real_gamma, std::span<const float> real_beta, double real_epsilon);
};

struct FloatNorm {
    std::vector<float> gamma, beta;
    double epsilon = 0;

    FloatNorm() = default;
    FloatNorm(std::span<const float> real_gamma, std::span<const float> real_beta, double real_epsilon);
};

/// floor(sqrt(n)) by Newton's iteration from above (I-BERT, algorithm 4; Crandall and Pomerance, "Prime Numbers", 9.2.11).
[[nodiscard]] std::uint64_t integer_sqrt(std::uint64_t n);

/// Deviations are squared after a shift that leaves them at most this many bits.
inline constexpr int kDeviationBits = 24;
/// Values are taken within +-(2^30 - 1), so that a deviation from their mean stays in 32 bits.
inline constexpr std::int32_t kNormRange = (1 << 30) - 1;

/// The shift that does so, given the largest deviation.
[[nodiscard]] constexpr int deviation_shift(std::uint32_t largest) {
    return std::max(0, static_cast<int>(std::bit_width(largest)) - kDeviationBits);
}

[[nodiscard]] constexpr std::int32_t within_norm_range(std::int32_t x) { return std::clamp(x, -kNormRange, kNormRange); }

[[nodiscard]] constexpr std::int32_t normalised(std::int32_t deviation, Multiplier inverse, std::int32_t gamma, std::int32_t beta) {
    const std::int32_t size = requantise(requantise(deviation, inverse), {magnitude(gamma), kFractionBits});
    return saturating_add(gamma < 0 ? -size : size, beta);
}

/// 1 / sqrt(squares 2^(2 shift) / n + epsilon), from the sum of the n squared, shifted deviations.
[[nodiscard]] Multiplier inverse_deviation(std::uint64_t squares, int shift, std::size_t n, std::uint64_t epsilon);

/// I-BERT's LayerNorm (algorithm 3) of one vector in 16 fraction bits, in place; its length n < 2^15.
void layer_norm(std::span<std::int32_t> x, const IntegerNorm& norm);

/// Its definition, element by element: what layer_norm() computes on every processor.
void layer_norm_by_element(std::span<std::int32_t> x, const IntegerNorm& norm);

void layer_norm(std::span<float> x, const FloatNorm& norm);

}  // namespace berth::vector

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

namespace berth::vector {

/// The exponential of I-BERT (Kim et al., 2021, algorithm 2) in 16 fraction bits: exp(-x) = 2^-z * exp(-rest), a polynomial
/// of the rest on [0, ln 2]. Its polynomial is of degree 3 here, a minimax fit with value 1 at 0 (error 0.00006), where the
/// paper's degree 2 is off by 0.002. Every step fits 32 unsigned bits.
namespace exponential {
inline constexpr std::uint32_t kLn2 = 45426;                                    ///< ln 2
inline constexpr std::uint32_t kDeepest = 30 * kLn2;                            ///< beyond it the result is 0
inline constexpr std::uint32_t kInverseLn2 = 94548;                             ///< 2^26 / (kLn2 / 64)
inline constexpr std::uint32_t kLinear = 65412, kSquare = 31636, kCube = 7903;  ///< 1 - 0.99811 r + 0.48273 r^2 - 0.12058 r^3
inline constexpr std::uint32_t kUnity = 65535;  ///< 1, less a unit so that a quotient by a sum stays in 32 bits
}  // namespace exponential

/// exp(-x) for x >= 0, both in 16 fraction bits; within 0.0001 of it.
[[nodiscard]] constexpr std::uint32_t exp_of_minus(std::uint32_t x) {
    using namespace exponential;
    x = std::min(x, kDeepest);
    // The quotient may be one short just under a multiple of ln 2, where the polynomial still holds.
    const std::uint32_t z = ((x >> 6) * kInverseLn2) >> 26;
    const std::uint32_t rest = x - z * kLn2;
    const std::uint32_t bend = kSquare - ((kCube * rest) >> 16);
    const std::uint32_t slope = kLinear - ((bend * rest) >> 16);
    // Rounded: cutting would take half a unit off every small share of a softmax, and a row has many.
    const std::uint32_t half = (1u << z) >> 1;
    return (kUnity - ((slope * rest) >> 16) + half) >> z;
}

}  // namespace berth::vector

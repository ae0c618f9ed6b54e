// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/inference/network.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace berth::compressor {

/// Fine-tuned minus base, element by element, in the 8-bit integer domain of the base's scales (Kang et al., ICCAD 2021):
/// values in [-254, 254], row-major [out, in].
struct DeltaMatrix {
    int out = 0, in = 0;
    std::vector<std::int16_t> values;

    [[nodiscard]] std::span<const std::int16_t> channel(std::size_t index) const;
};

/// @param fine_tuned real weights [base.out, base.in]; they are quantised at the base's scales and clipped to [-127, 127].
[[nodiscard]] DeltaMatrix subtract(std::span<const float> fine_tuned, const inference::Int8Matrix& base);

/// How often each magnitude occurs: all that the first stage needs to know of a delta, in whole numbers.
class Magnitudes {
public:
    static constexpr int kLargest = 254;

    void add(std::span<const std::int16_t> values);
    Magnitudes& operator+=(const Magnitudes& other);

    [[nodiscard]] std::uint64_t total() const;
    [[nodiscard]] std::uint64_t nonzero() const { return total() - counts_[0]; }
    [[nodiscard]] double nonzero_share() const;
    /// Mean magnitude of the elements that are not zero, in units of the base's scale (LSB).
    [[nodiscard]] double mean_magnitude() const;
    /// Cosine between the delta and itself clipped to [-limit, limit]; 1 for a delta of zeros. It never falls with `limit`.
    [[nodiscard]] double clipped_cosine(int limit) const;
    [[nodiscard]] int largest() const;

private:
    std::array<std::uint64_t, kLargest + 1> counts_{};
};

[[nodiscard]] Magnitudes magnitudes_of(const DeltaMatrix& delta);

inline constexpr double kLeastCosine = 0.95;  ///< of the first stage, as published
inline constexpr int kMostMagnitudeBits = 7;  ///< an int8 code's; steps of the cell's resolution end here

/// Magnitude bits in steps of `cell_bits`: cell_bits, 2 cell_bits, ..., at last 7.
[[nodiscard]] std::vector<int> precision_steps(int cell_bits);

/// Stage 1, near-ternary quantisation: the lowest of those steps whose clipping, to +-(2^bits - 1), keeps a cosine of at
/// least 0.95 with the delta; 0 for a delta of zeros.
[[nodiscard]] int lowest_precision(const Magnitudes& magnitudes, int cell_bits);

/// What deleting an output channel of the delta would take away: its Euclidean norm in real units.
[[nodiscard]] std::vector<double> channel_importance(const DeltaMatrix& delta, std::span<const float> scales);

/// A code on a weight of the base: where it would take the weight out of [-127, 127] it stops at the end.
[[nodiscard]] std::int16_t within_int8(int code, std::int8_t base);

/// The kept channels of a delta, clipped to `magnitude_bits`.
[[nodiscard]] inference::MatrixDelta encode(const DeltaMatrix& delta, int magnitude_bits, std::vector<std::int32_t> channels);

}  // namespace berth::compressor

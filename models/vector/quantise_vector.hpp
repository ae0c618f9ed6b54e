// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/vector/fixed_point.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace berth::vector {

/// int8 vectors run to +-127, unless a function is told another `most`: 2^(bits - 1) - 1 for fewer bits.
inline constexpr std::int32_t kLargestByte = 127;

/// One step of a vector whose largest magnitude is `largest`, in 16 fraction bits: largest / most. A vector of zeros is
/// taken as if its largest were `most`, one step 2^-16.
[[nodiscard]] Multiplier step(std::uint32_t largest, std::int32_t most = kLargestByte);

/// most / largest, with the same rule for zeros.
[[nodiscard]] Multiplier inverse_step(std::uint32_t largest, std::int32_t most = kLargestByte);

/// Largest magnitude of a vector.
[[nodiscard]] std::uint32_t largest_magnitude(std::span<const std::int32_t> y);

/// Cuts y into rows of `width` and makes each int8: q = round(y * most / largest), halves away from zero.
/// largest: one a row. Shapes: y and q are [rows, width].
void quantise(std::span<const std::int32_t> y, std::size_t width, std::span<std::int8_t> q, std::span<std::uint32_t> largest,
              std::int32_t most = kLargestByte);

/// The two, element by element: what they compute on every processor.
[[nodiscard]] std::uint32_t largest_by_element(std::span<const std::int32_t> y);
void quantise_by_element(std::span<const std::int32_t> y, std::size_t width, std::span<std::int8_t> q, std::span<std::uint32_t> largest,
                         std::int32_t most = kLargestByte);

/// The same on floats, halves to even. A row of zeros has the step 1.
[[nodiscard]] float step(float largest, std::int32_t most = kLargestByte);
void quantise(std::span<const float> y, std::size_t width, std::span<std::int8_t> q, std::span<float> largest,
              std::int32_t most = kLargestByte);

}  // namespace berth::vector

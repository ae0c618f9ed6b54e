// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/vector/fixed_point.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace berth::vector {

/// int8 vectors run to +-127.
inline constexpr std::int32_t kLargestByte = 127;

/// One step of a vector whose largest magnitude is `largest`, in 16 fraction bits: largest / 127. A vector of zeros is
/// taken as if its largest were 127, one step 2^-16.
[[nodiscard]] Multiplier step(std::uint32_t largest);

/// 127 / largest, with the same rule for zeros.
[[nodiscard]] Multiplier inverse_step(std::uint32_t largest);

/// Largest magnitude of a vector.
[[nodiscard]] std::uint32_t largest_magnitude(std::span<const std::int32_t> y);

/// Cuts y into rows of `width` and makes each int8: q = round(y * 127 / largest), halves away from zero.
/// largest: one a row. Shapes: y and q are [rows, width].
void quantise(std::span<const std::int32_t> y, std::size_t width, std::span<std::int8_t> q, std::span<std::uint32_t> largest);

/// The two, element by element: what they compute on every processor.
[[nodiscard]] std::uint32_t largest_by_element(std::span<const std::int32_t> y);
void quantise_by_element(std::span<const std::int32_t> y, std::size_t width, std::span<std::int8_t> q, std::span<std::uint32_t> largest);

/// The same on floats, halves to even. A row of zeros has the step 1.
[[nodiscard]] float step(float largest);
void quantise(std::span<const float> y, std::size_t width, std::span<std::int8_t> q, std::span<float> largest);

}  // namespace berth::vector

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

namespace berth::vector {

/// The digital unit's number: int32 with 16 fraction bits. It saturates, symmetrically, at +-kLargest.
inline constexpr int kFractionBits = 16;
inline constexpr std::int32_t kOne = 1 << kFractionBits;
inline constexpr std::int32_t kLargest = 0x7fffffff;

/// A positive factor as the unit holds it: significand * 2^-shift. multiplier() gives 31-bit significands.
struct Multiplier {
    std::uint32_t significand = 0;
    std::int32_t shift = 1;

    bool operator==(const Multiplier&) const = default;
};

/// The multiplier nearest to a finite value >= 0, within 2^-31 of it relatively.
[[nodiscard]] Multiplier multiplier(double value);

[[nodiscard]] double to_double(Multiplier m);

/// The value nearest to `value` in 16 fraction bits, saturated; `value` must not be NaN.
[[nodiscard]] std::int32_t to_fixed(double value);

[[nodiscard]] constexpr double to_real(std::int32_t q) { return static_cast<double>(q) / kOne; }

/// Product of two multipliers, within 2^-29 of it relatively where both have at least 30 bits.
[[nodiscard]] constexpr Multiplier compose(Multiplier a, Multiplier b) {
    return {static_cast<std::uint32_t>((std::uint64_t{a.significand} * b.significand) >> 31), a.shift + b.shift - 31};
}

/// Magnitude and sign are kept apart, so that rounding and saturation are the same on both sides of zero.
[[nodiscard]] constexpr std::uint32_t magnitude(std::int32_t q) {
    return q < 0 ? 0u - static_cast<std::uint32_t>(q) : static_cast<std::uint32_t>(q);
}
[[nodiscard]] constexpr std::int32_t with_sign_of(std::int32_t q, std::uint32_t size) {
    return q < 0 ? -static_cast<std::int32_t>(size) : static_cast<std::int32_t>(size);
}

/// The shifter spans 1 to 63 places; a product of 62 bits is gone after 63.
[[nodiscard]] constexpr int shifter(std::int32_t shift) { return std::clamp(shift, 1, 63); }

/// round(q * m), halves away from zero, saturated. Exact integers throughout: |q| * significand < 2^62.
[[nodiscard]] constexpr std::int32_t requantise(std::int32_t q, Multiplier m) {
    const int shift = shifter(m.shift);
    const std::uint64_t product = std::uint64_t{magnitude(q)} * m.significand;
    const std::uint64_t rounded = (product + (std::uint64_t{1} << (shift - 1))) >> shift;
    return with_sign_of(q, static_cast<std::uint32_t>(std::min<std::uint64_t>(rounded, kLargest)));
}

[[nodiscard]] constexpr std::int32_t saturating_add(std::int32_t a, std::int32_t b) {
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(std::int64_t{a} + b, -kLargest, kLargest));
}

}  // namespace berth::vector

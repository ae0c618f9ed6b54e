// SPDX-License-Identifier: Apache-2.0
#include "models/vector/fixed_point.hpp"

#include <cmath>

namespace berth::vector {

Multiplier multiplier(double value) {
    if (value == 0.0) return {};
    // Exponent and fraction of the IEEE double; callers' values are far from its subnormal range.
    const auto bits = std::bit_cast<std::uint64_t>(value);
    const auto exponent = static_cast<std::int32_t>(bits >> 52) - 1023;
    const std::uint64_t fraction = (bits & 0xfffffffffffffu) | 0x10000000000000u;
    const auto significand = static_cast<std::uint32_t>((fraction + (1u << 21)) >> 22);
    if (significand >> 31) return {significand >> 1, 29 - exponent};
    return {significand, 30 - exponent};
}

double to_double(Multiplier m) { return std::ldexp(static_cast<double>(m.significand), -m.shift); }

std::int32_t to_fixed(double value) {
    return static_cast<std::int32_t>(std::clamp(std::round(value * kOne), -double{kLargest}, double{kLargest}));
}

}  // namespace berth::vector

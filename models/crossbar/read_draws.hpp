// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/philox.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace berth::crossbar {

/// What random numbers of a matrix's reads are for. Those of one purpose never meet those of another.
enum class ReadDraw : std::uint32_t { converter, sense_offset, cell, sense_noise, conversion };

/// Philox key of all draws of one purpose in the reads of one request; counters below it say column, row, block, token, read.
[[nodiscard]] constexpr std::array<std::uint32_t, 2> draw_key(std::uint64_t seed, std::uint64_t component, std::uint64_t request,
                                                              ReadDraw purpose) {
    const auto low = [](std::uint64_t number) { return static_cast<std::uint32_t>(number); };
    const auto high = [](std::uint64_t number) { return static_cast<std::uint32_t>(number >> 32); };
    const auto mixed = philox({low(component), high(component), low(request), high(request)}, {low(seed), high(seed)});
    return {mixed[0] ^ static_cast<std::uint32_t>(purpose), mixed[1]};
}

/// A number from the standard normal distribution out of two words (Box and Muller, 1958).
[[nodiscard]] inline double normal(std::uint32_t first, std::uint32_t second) {
    const double radius = std::sqrt(-2.0 * std::log((first + 0.5) * 0x1.0p-32));
    return radius * std::cos(2.0 * std::numbers::pi * unit_interval(second));
}

}  // namespace berth::crossbar

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/philox.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace berth {

/// A key of Philox, which names one stream of draws.
using DrawKey = std::array<std::uint32_t, 2>;

[[nodiscard]] constexpr std::uint32_t low_word(std::uint64_t number) { return static_cast<std::uint32_t>(number); }
[[nodiscard]] constexpr std::uint32_t high_word(std::uint64_t number) { return static_cast<std::uint32_t>(number >> 32); }

/// The stream that `of` narrows `key` down to: a purpose, a component, a token. Derived step by step, so that a draw may be keyed
/// by more numbers than one counter holds.
[[nodiscard]] constexpr DrawKey narrowed(const DrawKey& key, const std::array<std::uint32_t, 4>& of) {
    const auto words = philox(of, key);
    return {words[0], words[1]};
}

/// The stream of one purpose and component under a seed. `purpose` sets models that draw for the same component apart.
[[nodiscard]] constexpr DrawKey draw_key(std::uint64_t seed, std::uint32_t purpose, std::uint64_t component) {
    return narrowed({low_word(seed), high_word(seed)}, {low_word(component), high_word(component), purpose, 0});
}

/// Two independent standard normal numbers from two words, by the transformation of Box and Muller (Ann. Math. Stat. 29, 1958).
/// Uniforms have 32 bits, so none lies beyond 6.8.
[[nodiscard]] inline std::array<double, 2> normal_pair(std::uint32_t first, std::uint32_t second) {
    const double radius = std::sqrt(-2.0 * std::log(unit_interval(first) + 0x1.0p-33));
    const double angle = 2.0 * std::numbers::pi * unit_interval(second);
    return {radius * std::cos(angle), radius * std::sin(angle)};
}

/// Four of them from the words of one counter.
[[nodiscard]] inline std::array<double, 4> normals(const std::array<std::uint32_t, 4>& words) {
    const auto first = normal_pair(words[0], words[1]), second = normal_pair(words[2], words[3]);
    return {first[0], first[1], second[0], second[1]};
}

}  // namespace berth

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/draws.hpp"

#include <cstdint>

namespace berth::crossbar {

/// What random numbers of a matrix's reads are for. Those of one purpose never meet those of another.
enum class ReadDraw : std::uint32_t { converter, sense_offset, cell, sense_noise, conversion, telegraph };

/// Philox key of all draws of one purpose in the reads of one request; counters below it say column, row, block, token, read.
[[nodiscard]] constexpr DrawKey draw_key(std::uint64_t seed, std::uint64_t component, std::uint64_t request, ReadDraw purpose) {
    DrawKey key =
        narrowed({low_word(seed), high_word(seed)}, {low_word(component), high_word(component), low_word(request), high_word(request)});
    key[0] ^= static_cast<std::uint32_t>(purpose);
    return key;
}

/// A number from the standard normal distribution out of two words.
[[nodiscard]] inline double normal(std::uint32_t first, std::uint32_t second) { return normal_pair(first, second)[0]; }

}  // namespace berth::crossbar

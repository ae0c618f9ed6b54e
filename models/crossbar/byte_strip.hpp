// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/bit_plane_strip.hpp"
#include "models/crossbar/code_rule.hpp"

#include <cstdint>

namespace berth::crossbar {

/// What read_strip does for 1-bit cells and inputs where currents, at most 127, fit a byte and so do codes: codes are looked up 64 at
/// a time, and shifted and added in bytes for as many reads as a byte holds.
/// @param counts the currents where they are known, [tokens, 8, 64], or null.
/// @return false, nothing done, where the processor or the rule does not allow it.
[[nodiscard]] bool read_byte_strip(const BitPlaneStrip& strip, const CodeRule& rule, const std::uint8_t* counts, std::uint64_t& clipped);

/// Whether read_byte_strip can read columns of so many rows by the rule on this processor.
[[nodiscard]] bool fits_bytes(const CodeRule& rule, int cell_bits, int row_bytes);

}  // namespace berth::crossbar

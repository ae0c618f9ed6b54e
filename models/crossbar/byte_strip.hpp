// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/bit_plane_strip.hpp"
#include "models/crossbar/code_rule.hpp"

#include <array>
#include <cstdint>

namespace berth::crossbar {

/// Rows whose tables fit a first cache of 48 KB beside what streams past.
inline constexpr int kTableRows = 128;
/// Tokens from which tables pay for being made.
inline constexpr int kTableTokens = 32;

/// Inputs of four rows as places in a strip's tables, in bytes: table * 1024 + the four bits * 64. Shape [tokens, 8, 32].
using TablePlaces = std::array<std::uint16_t, kTableRows / 4>;

/// What read_strip does for 1-bit cells and inputs where currents, at most 127, fit a byte and so do codes: codes are looked up 64 at
/// a time and shifted and added in bytes for as many reads as a byte holds. With `places`, currents are sums of table entries: for
/// every four rows what each of the sixteen inputs that they can have carries, made once for all tokens ("four Russians").
/// @param places of every token's eight input bits, or null: then currents are population counts.
/// @return false, nothing done, where the processor or the rule does not allow it.
[[nodiscard]] bool read_byte_strip(const BitPlaneStrip& strip, const CodeRule& rule, const TablePlaces* places, std::uint64_t& clipped);

/// Whether this processor has what read_byte_strip needs, and a first cache that the tables fit.
[[nodiscard]] bool tables_pay();

}  // namespace berth::crossbar

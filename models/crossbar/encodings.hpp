// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/encoding.hpp"

namespace berth::crossbar {

[[nodiscard]] std::unique_ptr<const Encoding> make_differential();
[[nodiscard]] std::unique_ptr<const Encoding> make_offset();
[[nodiscard]] std::unique_ptr<const Encoding> make_offset_flipped();
[[nodiscard]] std::unique_ptr<const Encoding> make_twos_complement();

/// Slices of `cell_bits` that hold a number of `bits` bits.
[[nodiscard]] constexpr int slices_of(int bits, int cell_bits) { return (bits + cell_bits - 1) / cell_bits; }

/// Slice `slice` of a number that is not negative.
[[nodiscard]] constexpr std::uint8_t slice_of(int number, int slice, int cell_bits) {
    return static_cast<std::uint8_t>((number >> (slice * cell_bits)) & ((1 << cell_bits) - 1));
}

}  // namespace berth::crossbar

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/conductance_block.hpp"
#include "models/crossbar/crossbar_design.hpp"

#include <cstdint>
#include <span>

namespace berth::crossbar {

/// What programming the arrays of one matrix takes, all of them together: pulse by pulse what a CrossbarMatrix of the same arguments
/// goes through.
/// @param weights [out, in] row-major, |weight| <= 2^magnitude_bits - 1.
[[nodiscard]] ArrayProgramming programming_of(std::span<const std::int8_t> weights, int out, int in, int magnitude_bits,
                                              const CrossbarDesign& design, std::uint64_t component);

}  // namespace berth::crossbar

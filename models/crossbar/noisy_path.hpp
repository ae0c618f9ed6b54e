// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/programmed_arrays.hpp"

#include <memory>

namespace berth::crossbar {

/// Read noise, telegraph noise and the sense amplifiers' on nominal 1-bit cells behind a 1-bit DAC: what a column reads depends on its
/// cells only by how many that are driven hold a one, and how many are driven. So population counts and one draw from the exact
/// distribution of codes (CodeDistribution) take the place of a draw for every cell. Sums of one block are kept in 32 bits.
/// @return null where a distribution cannot be had, nothing is random, a converter adapts, or where sums would not fit.
[[nodiscard]] std::unique_ptr<const ReadPath> make_noisy_path(std::shared_ptr<const ProgrammedArrays> arrays);

}  // namespace berth::crossbar

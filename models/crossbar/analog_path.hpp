// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/programmed_arrays.hpp"

#include <memory>

namespace berth::crossbar {

/// Conductances of any value, in the reference's fixed point: currents are exact sums of 16-bit products, two rows at a time, and codes
/// come from FixedRules, so both are the reference's whatever the order. Read noise and the sense amplifiers' are drawn once for each
/// conversion, from the normal distribution that the sum of all its normal parts has; telegraph noise's states for every driven cell, a
/// comparison of 16 bits each, and what they take from a column is rounded once, as its noise is. Sums of one block are kept in 32 bits.
///
/// Its name is "analog", or "analog_noise" where reads draw.
/// @return null where a DAC is bowed, a converter has no rule, or sums would not fit.
[[nodiscard]] std::unique_ptr<const ReadPath> make_analog_path(std::shared_ptr<const ProgrammedArrays> arrays);

}  // namespace berth::crossbar

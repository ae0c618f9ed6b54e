// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/ledger.hpp"
#include "platform/config.hpp"
#include "platform/read_energy.hpp"

#include <boost/json.hpp>

#include <cstdint>

namespace berth::platform {

/// What conversions take at the bitlines that they met, for every published cell, beside what the parts list charges for them on average.
/// A converter's energy over the average column's is that of the law neurosim_sar_energy (32 nm, reads of the fit's own voltage): at the
/// conductance that a conversion's driven cells have on average in the run, over half of its cells driven and each of the mean of its
/// states. The law goes with the conductance to the power 1.0045, so the mean over conversions may be taken of the conductance.
///
/// {by_average_j, driven_per_conversion, cells: {name: {by_values_j, error_of_average}}, sources}.
/// Null where DACs have several bits, where the fit has no such resolution, and where nothing was converted.
[[nodiscard]] boost::json::value converter_energy_block(const CellReads& reads, std::uint64_t conversions, double by_average_j,
                                                        int adc_bits, int cell_bits, int dac_bits);

/// The same of conversions that a ledger of the platform holds at their average.
[[nodiscard]] boost::json::value converter_energy_block(const CellReads& reads, const Ledger& ledger, const PlatformConfig& config);

}  // namespace berth::platform

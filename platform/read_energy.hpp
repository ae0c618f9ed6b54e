// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/crossbar_params.hpp"
#include "models/periphery/dac.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <span>

namespace berth::platform {

/// What a product drove and sensed, cell by cell and input slice by input slice, over the cells that hold weights.
struct CellReads {
    double cells = 0.0;   ///< cells times input slices
    double driven = 0.0;  ///< the same, each weighed by (v / largest v of the DAC)^2: energy goes with the square of the voltage
    double levels = 0.0;  ///< each weighed by its level / largest level as well
};

/// Counts a product's cells from its real inputs and weights, as the encoding stores them, flipped columns included.
/// Shapes: weights [out, in] of -(2^magnitude_bits - 1) to 2^magnitude_bits - 1, inputs [tokens, in]. Takes a pass over the weights and
/// one over the inputs: the sum over cells is a dot product of what each row's inputs drove and what its cells conduct.
[[nodiscard]] CellReads count_cell_reads(std::span<const std::int8_t> weights, int out, int in, std::span<const std::int8_t> inputs,
                                         int tokens, int magnitude_bits, const crossbar::CrossbarParams& crossbar,
                                         const periphery::DacParams& dac);

/// Energy of the reads over the estimate by averages, in which every input slice (its width as the DAC has it) has a uniformly distributed
/// value and every cell conducts the mean of its states: V^2 t sum(v^2 g) over V^2 t sum(mean v^2) mean g. Conductance is linear in the
/// level.
[[nodiscard]] double energy_over_average(const CellReads& reads, double r_on_ohm, double r_off_ohm, int dac_bits);

/// {by_average_j, driven_share, mean_level, cells: {name: {by_values_j, error_of_average}}} for every published cell.
/// @param by_average_j what the parts list charges, taken as the energy at average values.
[[nodiscard]] boost::json::object array_energy_block(const CellReads& reads, double by_average_j, int dac_bits);

}  // namespace berth::platform

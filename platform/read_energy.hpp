// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/ledger.hpp"
#include "models/crossbar/crossbar_params.hpp"
#include "platform/config.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace berth::platform {

/// What products drove and sensed, cell by cell and input slice by input slice, over the cells that hold weights. Whole numbers, so
/// that sums do not depend on their order; v is the number that a slice drives, up to 2^dac_bits - 1.
struct CellReads {
    std::uint64_t cells = 0;   ///< cells times input slices
    std::uint64_t driven = 0;  ///< sum of v^2 over them: a cell's energy goes with the square of its voltage
    std::uint64_t levels = 0;  ///< sum of v^2 times the level that the cell is stored at

    CellReads& operator+=(const CellReads& other) {
        cells += other.cells;
        driven += other.driven;
        levels += other.levels;
        return *this;
    }
};

/// What the wordlines of a matrix conduct: the sum over a matrix's cells is then a dot product with what its inputs drive.
struct WordlineLevels {
    std::uint64_t columns = 0;          ///< that hold weights, in all arrays side by side
    std::vector<std::uint64_t> levels;  ///< by wordline, of all its cells

    /// Adds the cells of a matrix [out, in] as the encoding stores it, flipped columns included.
    /// @param magnitude_bits |weight| <= 2^magnitude_bits - 1.
    void add(std::span<const std::int8_t> weights, int out, int in, int magnitude_bits, const crossbar::CrossbarParams& crossbar);
};

/// Counts the cells' reads of vectors [tokens, in].
[[nodiscard]] CellReads count_cell_reads(const WordlineLevels& wordlines, std::span<const std::int8_t> inputs, int tokens,
                                         const periphery::DacParams& dac);

/// Energy of the reads over the estimate by averages, in which every input slice (its width as the DAC has it) has a uniformly
/// distributed value and every cell conducts the mean of its states: sum(v^2 g) over sum(mean v^2) mean g. Conductance is linear in
/// the level.
[[nodiscard]] double energy_over_average(const CellReads& reads, double r_on_ohm, double r_off_ohm, int cell_bits,
                                         const periphery::DacParams& dac);

/// {by_average_j, driven_share, mean_level, cells: {name: {by_values_j, error_of_average}}} for every published cell.
/// @param by_average_j what the parts list charges, taken as the energy at average values.
[[nodiscard]] boost::json::object array_energy_block(const CellReads& reads, double by_average_j, int cell_bits,
                                                     const periphery::DacParams& dac);

/// The same of reads that a ledger of the platform holds at their average.
[[nodiscard]] boost::json::object array_energy_block(const CellReads& reads, const Ledger& ledger, const PlatformConfig& config);

}  // namespace berth::platform

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/array_layout.hpp"
#include "models/crossbar/conductance_block.hpp"
#include "models/crossbar/programmed_block.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace berth::crossbar {

/// What happens anew in every read. Draws are independent from cell to cell and from read to read.
struct ReadNoise {
    /// Variance of one cell's current at unit input when it holds a nominal level, in unit currents squared; [2^cell_bits], or empty.
    std::vector<double> level_variances;

    /// Random telegraph noise: with this probability a cell conducts less by `telegraph_amplitude` times its own conductance.
    double telegraph_probability = 0.0;
    double telegraph_amplitude = 0.0;

    /// What the offset correction has taken from the conductance of every cell, in unit currents: a cell's own conductance, of which
    /// telegraph noise takes a part, is its value in ConductanceBlock::cells and this.
    double removed = 0.0;

    [[nodiscard]] bool none() const { return level_variances.empty() && telegraph_probability == 0.0; }
};

/// How cells of one design conduct. Const after construction; may be used from many threads.
class CellModel {
public:
    virtual ~CellModel() = default;

    /// Conductance of each number a cell can hold, in unit currents, what the offset correction takes away taken away: 0, 1, 2, ...
    /// for ideal cells. Shape [2^cell_bits].
    [[nodiscard]] virtual const std::vector<double>& levels() const = 0;

    /// What an input of one adds to a column's current whatever its cell holds, to be taken away digitally with the number of inputs:
    /// zero where there is nothing to take away, or where it is taken away before the conversion (or not at all).
    [[nodiscard]] virtual double digital_background() const = 0;

    /// Whether every cell conducts exactly what its level says: nothing is random in programming, nothing stuck, wires ideal.
    /// Then program need not be called, and levels() tells all.
    [[nodiscard]] virtual bool nominal() const = 0;

    [[nodiscard]] virtual const ReadNoise& noise() const = 0;

    /// Programs the arrays of one block. Random draws are keyed by the design's seed, `component`, the block, array, row and column:
    /// the same cells for any order and number of threads.
    /// @param component number of the matrix among all that the chip holds.
    [[nodiscard]] virtual ConductanceBlock program(const ArrayLayout& layout, const ProgrammedBlock& block, int index,
                                                   std::uint64_t component) const = 0;
};

/// Every cell at its level's conductance, the unit columns' cells at level one in their own rows; no variances, no offsets.
[[nodiscard]] ConductanceBlock nominal_conductances(const ArrayLayout& layout, const ProgrammedBlock& block,
                                                    const std::vector<double>& levels);

/// Cells that hold the numbers 0, 1, 2, ... exactly, on ideal wires.
[[nodiscard]] std::shared_ptr<const CellModel> ideal_cells(int cell_bits);

}  // namespace berth::crossbar

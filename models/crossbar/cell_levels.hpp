// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace berth::crossbar {

/// "conductance": equal steps of conductance from the high-resistance state, which holds 0, to the low-resistance state.
/// "resistance": equal steps of resistance. "explicit": resistances given one by one.
[[nodiscard]] std::vector<std::string> level_spacings();

/// Conductances of the numbers that a cell can hold, in siemens, ascending; [2^cell_bits].
/// @param r_on, r_off resistances in ohm of the largest number and of 0, r_on < r_off.
/// @param between resistances in ohm of 1 to 2^cell_bits - 2, descending, where the spacing is "explicit"; else not looked at.
/// @throws std::invalid_argument where the resistances do not descend from r_off to r_on; configurations have been checked.
[[nodiscard]] std::vector<double> level_conductances(int cell_bits, double r_on, double r_off, const std::string& spacing,
                                                     std::span<const double> between);

/// "none": the current of cells that hold 0 stays in the sum. "reference_column": taken away before the conversion, by a column
/// whose cells all conduct exactly what a cell that holds 0 should. "digital": it is converted, and taken away from the codes with
/// the number of inputs (CellModel::digital_background).
[[nodiscard]] std::vector<std::string> offset_corrections();

/// How conductances are counted: in unit currents, the mean distance of neighbouring levels at unit input.
struct CellScale {
    double unit = 1.0;        ///< conductance of one unit current
    double removed = 0.0;     ///< conductance of each cell that a reference column takes away
    double background = 0.0;  ///< CellModel::digital_background, in unit currents

    /// Unit currents of a conductance, what is taken away taken away.
    [[nodiscard]] double units(double conductance) const { return (conductance - removed) / unit; }

    /// The same of a level: a whole number where only rounding keeps it from being one.
    [[nodiscard]] double level_units(double conductance) const;
};

/// The scale of levels as level_conductances gives them: unit = (largest - least) / (2^cell_bits - 1).
[[nodiscard]] CellScale cell_scale(std::span<const double> levels, const std::string& offset_correction);

}  // namespace berth::crossbar

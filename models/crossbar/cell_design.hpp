// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/cell_deviation.hpp"
#include "models/crossbar/cell_levels.hpp"
#include "models/crossbar/cell_model.hpp"
#include "models/crossbar/cell_params.hpp"
#include "models/crossbar/wire_network.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace berth::crossbar {

/// Everything that decides how cells conduct, in numbers: where they came from is the platform's business.
struct CellDesign {
    /// Conductance of each number a cell can hold, ascending, [2^cell_bits]: siemens, or unit currents where in_siemens is false.
    std::vector<double> levels;
    bool in_siemens = false;
    CellScale scale;

    /// Null where there is none. Shared, so that a design can be copied.
    std::shared_ptr<const Deviation> programming, retention, read_noise;

    int most_pulses = 1;
    double tolerance = 0.0;  ///< unit currents
    EnduranceParams endurance;
    ReadDisturbParams read_disturb;
    FaultParams faults;
    TemperatureParams temperature;
    TelegraphParams telegraph;

    std::string wire_solver = "none";  ///< see wire_solvers()
    WireParams wires{};

    std::uint64_t seed = 0;

    [[nodiscard]] double lowest() const { return levels.front(); }
    [[nodiscard]] double highest() const { return levels.back(); }
};

/// The ideal design: levels 0, 1, 2, ...
[[nodiscard]] CellDesign ideal_design(int cell_bits);

/// Cells of a design. Where the design has no effect and no noise they are those of ideal_cells, or as nominal.
/// @throws std::invalid_argument where wires are asked for cells that have no resistances; configurations have been checked.
[[nodiscard]] std::shared_ptr<const CellModel> make_cells(CellDesign design);

}  // namespace berth::crossbar

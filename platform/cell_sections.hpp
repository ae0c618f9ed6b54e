// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/constant_table.hpp"
#include "models/crossbar/cell_design.hpp"

#include <boost/json.hpp>

#include <array>
#include <string>

namespace berth::platform {

inline constexpr const char* kIdealCells = "ideal";  ///< cells.kind of cells without resistances
inline constexpr const char* kGivenCells = "given";  ///< and of those whose resistances stand in the section

/// The sections that say what cells are and what befalls them.
inline constexpr std::array kCellSections{"cells",       "programming", "endurance",  "retention",       "read_disturb",
                                          "temperature", "faults",      "read_noise", "telegraph_noise", "wires"};

/// Reads a platform's sections `cells`, `programming`, `endurance`, `retention`, `read_disturb`, `temperature`, `faults`, `read_noise`,
/// `telegraph_noise` and `wires`, references resolved. `cells.kind` is "ideal", "given", or a cell of the table "cells"; a resistance or
/// an endurance is a number or the name of a row; a wire's segment that is null has what `wires.node` and `wires.cell` give it.
/// @throws InputError naming the path.
[[nodiscard]] crossbar::CellDesign read_cells(const boost::json::object& platform, const ConstantTable& constants, int cell_bits,
                                              const std::string& where);

/// Names of the cells in the table "cells": those with rows cells.<name>.r_on.
[[nodiscard]] std::vector<std::string> cell_names(const ConstantTable& constants);

}  // namespace berth::platform

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/wire_network.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace berth::crossbar {

/// Effective conductances of an array's cells behind their wires, both in siemens, [rows, cols]; see solve_wires.
using WireSolver = std::vector<double> (*)(std::span<const double> conductance, int rows, int cols, const WireParams& wires);

/// "none": wires without resistance. "exact": solve_wires. "fast": solve_wires_fast, within its tolerance.
[[nodiscard]] std::vector<std::string> wire_solvers();

/// Null for "none". @throws std::invalid_argument for a name that is not there; configurations have been checked.
[[nodiscard]] WireSolver wire_solver(std::string_view name);

}  // namespace berth::crossbar

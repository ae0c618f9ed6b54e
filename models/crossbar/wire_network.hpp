// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/params.hpp"

#include <span>
#include <vector>

namespace berth::crossbar {

/// Resistances of an array's wires, in ohm. A segment joins two neighbouring cells, and the first cell to its driver or
/// the last to its sense amplifier. NeuroSim's geometry: resistance / length = rho / (width^2 * aspect ratio).
struct WireParams {
    double wordline_segment;
    double bitline_segment;
    double driver;
    double sense;
    bool double_sided_drive;
    bool sense_at_top;

    static constexpr std::tuple fields{
        Field{"wordline_segment", &WireParams::wordline_segment, "ohm", 1e-6, 1e6, "wire between two cells of a wordline"},
        Field{"bitline_segment", &WireParams::bitline_segment, "ohm", 1e-6, 1e6, "wire between two cells of a bitline"},
        Field{"driver", &WireParams::driver, "ohm", 0.0, 1e9, "output resistance of a wordline's driver"},
        Field{"sense", &WireParams::sense, "ohm", 0.0, 1e9, "input resistance of a bitline's sense amplifier"},
        Field{"double_sided_drive", &WireParams::double_sided_drive, "", false, true, "drivers at both ends of a wordline"},
        Field{"sense_at_top", &WireParams::sense_at_top, "", false, true, "bitlines are sensed at row 0 instead of the last row"},
    };
};

/// Exact solution of the linear network of a programmed array: wordlines, cells, bitlines, drivers and sense amplifiers.
/// The currents are linear in the drive voltages, so the network is solved once and every later read is a product:
/// current[j] = sum_i effective[i, j] * voltage[i].
///
/// Method: a bitline is a chain that only touches the wordlines at its own cells, so it reduces to a dense admittance
/// between the wordline nodes of its column (a Schur complement by the tridiagonal chain); the columns are then a block
/// tridiagonal system with rows x rows blocks, eliminated from the far end. O(cols * rows^3) dense operations; nothing is
/// approximated.
///
/// @param conductance of the cells with their access devices, in siemens, row-major [rows, cols], none negative.
/// @return effective conductance in siemens, row-major [rows, cols].
[[nodiscard]] std::vector<double> solve_wires(std::span<const double> conductance, int rows, int cols, const WireParams& wires);

}  // namespace berth::crossbar

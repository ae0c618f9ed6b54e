// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/constant_table.hpp"

#include <string>

namespace berth::cost {

/// Resistance of a wire as long as it is wide, in ohm, by NeuroSim's geometry: resistivity / (width * aspect ratio).
/// @param constants with the rows of platform/tables/wires.json.
/// @param node "32nm": rows wires.32nm.resistivity, .aspect_ratio and .width.
/// @param wanted_by the JSON path that names the node, for messages.
/// @throws InputError where the tables have no such node.
[[nodiscard]] double square_resistance(const ConstantTable& constants, const std::string& node, const std::string& wanted_by);

/// Resistance of the wire between two neighbouring cells, in ohm: crossbar::WireParams' segments.
struct WireSegments {
    double wordline;
    double bitline;
};

/// A cell is a number of wire widths long. Along a wordline of 1T1R cells: 4 widths; along a bitline: 12; cross-points: 2 and 2.
///
/// @param cell "1t1r" or "cross_point": rows wires.1t1r.row_pitch and .column_pitch.
/// @param wanted_by the JSON path that names node and cell, for messages.
/// @throws InputError where the tables have no such node or cell.
[[nodiscard]] WireSegments wire_segments(const ConstantTable& constants, const std::string& node, const std::string& cell,
                                         const std::string& wanted_by);

}  // namespace berth::cost

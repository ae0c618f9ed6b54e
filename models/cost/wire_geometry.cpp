// SPDX-License-Identifier: Apache-2.0
#include "models/cost/wire_geometry.hpp"

namespace berth::cost {

double square_resistance(const ConstantTable& constants, const std::string& node, const std::string& wanted_by) {
    const auto row = [&](const char* what, const char* dimension) { return constants.value("wires." + node + what, dimension, wanted_by); };
    return row(".resistivity", "resistivity") / (row(".width", "length") * row(".aspect_ratio", "ratio"));
}

WireSegments wire_segments(const ConstantTable& constants, const std::string& node, const std::string& cell, const std::string& wanted_by) {
    const double square = square_resistance(constants, node, wanted_by);
    const auto pitch = [&](const char* along) { return constants.value("wires." + cell + along, "count", wanted_by); };
    return {square * pitch(".row_pitch"), square * pitch(".column_pitch")};
}

}  // namespace berth::cost

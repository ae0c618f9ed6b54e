// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/wire_geometry.hpp"

namespace berth::crossbar {

WireSegments wire_segments(const ConstantTable& constants, const std::string& node, const std::string& cell, const std::string& wanted_by) {
    const auto row = [&](const std::string& id, const char* dimension) { return constants.value("wires." + id, dimension, wanted_by); };
    // As long as it is wide: what NeuroSim calls a square of the feature size.
    const double square =
        row(node + ".resistivity", "resistivity") / (row(node + ".width", "length") * row(node + ".aspect_ratio", "ratio"));
    return {square * row(cell + ".row_pitch", "count"), square * row(cell + ".column_pitch", "count")};
}

}  // namespace berth::crossbar

// SPDX-License-Identifier: Apache-2.0
// A wordline or bitline of an array: the wire from cell to cell, and what each cell hangs on it (a gate's width of capacitance on a
// wordline, a junction's on a bitline, which is about as much a width: Weste and Harris, Sec. 2.3). Charging it takes C V^2, as in CACTI
// and NeuroSim.
#include "models/cost/law_table.hpp"

namespace berth::cost {
namespace {

constexpr Attribute kAttributes[] = {
    {"cells", "cell", 1, 4096, "on the line"},
    {"pitch", "F", 1, 100, "from cell to cell along it", "count"},
    {"transistor", "F", 0, 100, "width of the cell's transistor that hangs on it; 0: none"},
    {"node", "nm", 14, 130, "F"},
    {"voltage", "V", 0.05, 5, "swing", "voltage"},
};

}  // namespace

std::span<const Attribute> array_line_attributes() { return kAttributes; }

double array_line(const Question& question) {
    const double feature = feature_size(question);
    const double cell = feature * (question["pitch"] * question.coefficient("circuits.wire.capacitance", "capacitance_per_length") +
                                   question["transistor"] * question.coefficient("circuits.gate.capacitance", "capacitance_per_length"));
    return question["cells"] * cell * question["voltage"] * question["voltage"];
}

}  // namespace berth::cost

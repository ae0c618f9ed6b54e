// SPDX-License-Identifier: Apache-2.0
// What the clock takes in flip-flops whether or not their data move (NeuroSim 1.4, DFF): four clock inverters and four transmission gates'
// inputs, in transistors of 2 F and 4 F:
//   E = (4 (6 F C_gate + 6 F C_drain) + 2 (2 F + 4 F) C_gate) V^2 a cycle, with C_drain = C_gate a width.
#include "models/cost/law_table.hpp"

namespace berth::cost {
namespace {

constexpr Attribute kAttributes[] = {
    {"bits", "bit", 1, 1e9, "flip-flops"},
    {"node", "nm", 14, 130, "F"},
    {"voltage", "V", 0.5, 1.2, "supply", "voltage"},
    {"rate", "Hz", 1e6, 1e10, "of the clock", "frequency"},
};

constexpr double kGateWidths = 4 * (6 + 6) + 2 * (2 + 4);  ///< in F, as above

}  // namespace

std::span<const Attribute> flip_flop_clock_attributes() { return kAttributes; }

double flip_flop_clock(const Question& question) {
    const double width = kGateWidths * feature_size(question);
    return question["bits"] * width * question.coefficient("circuits.gate.capacitance", "capacitance_per_length") * question["voltage"] *
           question["voltage"] * question["rate"];
}

}  // namespace berth::cost

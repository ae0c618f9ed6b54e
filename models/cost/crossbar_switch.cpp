// SPDX-License-Identifier: Apache-2.0
// A router's matrix crossbar (H.-S. Wang et al., "Orion: A Power-Performance Simulator for Interconnection Networks", MICRO 2002): a bit
// that passes charges its input's wire across all outputs and its output's across all inputs, with a pass transistor at every crossing:
//   E = bits * ((outputs * bits * pitch + inputs * bits * pitch) C_wire + (inputs + outputs) transistor C_gate) V^2,
// every bit rising; and it covers inputs * bits * pitch by outputs * bits * pitch.
#include "models/cost/law_table.hpp"

namespace berth::cost {
namespace {

constexpr Attribute kAttributes[] = {
    {"inputs", "port", 2, 64, "that it takes flits from"},
    {"outputs", "port", 2, 64, "that it gives them to"},
    {"bits", "bit", 1, 1024, "of a flit"},
    {"pitch", "F", 2, 100, "from wire to wire"},
    {"node", "nm", 14, 130, "F"},
    {"transistor", "F", 1, 1000, "width of the switch at a crossing"},
    {"voltage", "V", 0.5, 1.2, "swing", "voltage"},
};

constexpr double kSquareMillimetres = 1e6;  ///< in a square metre

}  // namespace

std::span<const Attribute> crossbar_switch_attributes() { return kAttributes; }
std::span<const Attribute> crossbar_switch_area_attributes() { return std::span(kAttributes).first(5); }

double crossbar_switch(const Question& question) {
    const double ports = question["inputs"] + question["outputs"], wires = ports * question["bits"] * question["pitch"];
    const double capacitance =
        feature_size(question) *
        (wires * question.coefficient("circuits.wire.capacitance", "capacitance_per_length") +
         ports * question["transistor"] * question.coefficient("circuits.gate.capacitance", "capacitance_per_length"));
    return question["bits"] * capacitance * question["voltage"] * question["voltage"];
}

double crossbar_switch_area(const Question& question) {
    const double wire = question["bits"] * question["pitch"] * feature_size(question);
    return question["inputs"] * wire * question["outputs"] * wire * kSquareMillimetres;
}

}  // namespace berth::cost

// SPDX-License-Identifier: Apache-2.0
// A long wire with repeaters of the size and spacing of least delay (N. Weste and D. Harris, "CMOS VLSI Design", 4th ed., 2011,
// Sec. 6.4.2):
//   energy of a rising bit = 1.87 C V^2, the repeaters having 0.87 of the wire's capacitance,
//   delay = 1.67 length sqrt(FO4 R C), R and C per length.
#include "models/cost/law_table.hpp"

#include <cmath>

namespace berth::cost {
namespace {

constexpr Attribute kEnergy[] = {
    {"length", "mm", 0.01, 50, "of the wire"},
    {"voltage", "V", 0.5, 1.2, "swing", "voltage"},
};

constexpr Attribute kDelay[] = {
    {"length", "mm", 0.01, 50, "of the wire"},
    {"resistance", "ohm/m", 1e3, 1e8, "of the wire", "resistance_per_length"},
};

constexpr double kMetresPerMillimetre = 1e-3;

double capacitance(const Question& question) { return question.coefficient("circuits.wire.capacitance", "capacitance_per_length"); }

}  // namespace

std::span<const Attribute> repeated_wire_energy_attributes() { return kEnergy; }
std::span<const Attribute> repeated_wire_delay_attributes() { return kDelay; }

double repeated_wire_energy(const Question& question) {
    return question.coefficient("circuits.repeated_wire.energy") * capacitance(question) * question["length"] * kMetresPerMillimetre *
           question["voltage"] * question["voltage"];
}

double repeated_wire_delay(const Question& question) {
    return question.coefficient("circuits.repeated_wire.delay") * question["length"] * kMetresPerMillimetre *
           std::sqrt(question.coefficient("circuits.fo4", "time") * question["resistance"] * capacitance(question));
}

}  // namespace berth::cost

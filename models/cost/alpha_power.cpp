// SPDX-License-Identifier: Apache-2.0
// A clock or a delay at another supply (T. Sakurai and A. Newton, "Alpha-power law MOSFET model", JSSC 25, 1990): the rate goes with
// (V - V_threshold)^alpha / V. With supply_voltage, which gives C V^2, the points of voltage and frequency scaling.
#include "models/core/error.hpp"
#include "models/cost/law_table.hpp"

#include <cmath>

namespace berth::cost {
namespace {

constexpr Attribute kAttributes[] = {
    {"voltage", "V", 0.5, 1.2, "supply", "voltage"},
    {"row_voltage", "V", 0.5, 1.2, "supply at which the row was published", "voltage"},
};

double rate(const Question& question, double volts) {
    return std::pow(volts - question.coefficient("circuits.threshold", "voltage"), question.coefficient("circuits.alpha")) / volts;
}

}  // namespace

std::span<const Attribute> alpha_power_attributes() { return kAttributes; }

double alpha_power(const Question& question) {
    const double faster = rate(question, question["voltage"]) / rate(question, question["row_voltage"]);
    if (question.row->dimension == "frequency") return question.row->si * faster;
    if (question.row->dimension == "time") return question.row->si / faster;
    throw InputError(question.where + ".row", "names \"" + question.row->id + "\", which is in " + question.row->unit,
                     "a row that gives time or frequency");
}

}  // namespace berth::cost

// SPDX-License-Identifier: Apache-2.0
// Charging capacitances takes C V^2: a row's dynamic energy at another supply of the same circuit.
#include "models/core/error.hpp"
#include "models/cost/law_table.hpp"

namespace berth::cost {
namespace {

constexpr Attribute kAttributes[] = {
    {"voltage", "V", 0.5, 1.2, "supply", "voltage"},
    {"row_voltage", "V", 0.5, 1.2, "supply at which the row was published", "voltage"},
};

}  // namespace

std::span<const Attribute> supply_voltage_attributes() { return kAttributes; }

double supply_voltage(const Question& question) {
    if (question.row->dimension != "energy")
        throw InputError(question.where + ".row", "names \"" + question.row->id + "\", which is in " + question.row->unit,
                         "a row that gives energy");
    const double ratio = question["voltage"] / question["row_voltage"];
    return question.row->si * ratio * ratio;
}

}  // namespace berth::cost

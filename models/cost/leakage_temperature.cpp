// SPDX-License-Identifier: Apache-2.0
// A row's leakage at another temperature: in proportion to the transistors' off current, which CACTI tabulates by 10 K; between two of its
// points the exponential through both.
#include "models/core/error.hpp"
#include "models/cost/law_table.hpp"

#include <fmt/format.h>

#include <cmath>

namespace berth::cost {
namespace {

constexpr Attribute kAttributes[] = {
    {"kelvin", "K", 300, 400, "temperature of the junctions"},
    {"row_kelvin", "K", 300, 400, "temperature for which the row was published"},
};

constexpr double kStep = 10;

double off_current(const Question& question, double kelvin) {
    const double low = std::floor(kelvin / kStep) * kStep, share = (kelvin - low) / kStep;
    const auto at = [&](double point) { return question.coefficient(fmt::format("circuits.off_current.{}K", point), "current_per_width"); };
    return share > 0 ? at(low) * std::pow(at(low + kStep) / at(low), share) : at(low);
}

}  // namespace

std::span<const Attribute> leakage_temperature_attributes() { return kAttributes; }

double leakage_temperature(const Question& question) {
    if (question.row->dimension != "power")
        throw InputError(question.where + ".row", "names \"" + question.row->id + "\", which is in " + question.row->unit,
                         "a row that gives power");
    return question.row->si * off_current(question, question["kelvin"]) / off_current(question, question["row_kelvin"]);
}

}  // namespace berth::cost

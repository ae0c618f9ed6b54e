// SPDX-License-Identifier: Apache-2.0
// From one technology node to another, by a rule that is named and never taken silently.
#include "models/core/error.hpp"
#include "models/core/params.hpp"
#include "models/cost/law_table.hpp"

#include <fmt/format.h>

#include <vector>

namespace berth::cost {
namespace {

constexpr Attribute kConstantVoltage[] = {{"node", "nm", 22, 180, "technology to scale to; planar transistors"}};

constexpr Attribute kStillmakerBaas[] = {
    {"node", "nm", 7, 130, "technology to scale to: one that the tables list"},
    {"voltage", "V", 0.5, 1.2, "supply there", "voltage"},
    {"row_voltage", "V", 0.5, 1.2, "supply at which the row was published", "voltage"},
};

/// A row of a known node that measures one of the things the rule can scale.
void check_row(const Question& question, const std::vector<std::string>& dimensions) {
    const ConstantRow& row = *question.row;
    bool can = false;
    for (const auto& dimension : dimensions) can = can || row.dimension == dimension;
    if (!can)
        throw InputError(question.where + ".row", "names \"" + row.id + "\", which is in " + row.unit,
                         "a row that gives " + detail::alternatives(dimensions));
}

void check_planar(const Question& question, double node) {
    const Attribute& range = kConstantVoltage[0];
    if (node < range.min || node > range.max)
        throw InputError(question.where + ".row",
                         "names \"" + question.row->id + "\", whose node is " + detail::shown(node) + " nm, for which there is no rule",
                         "a row of " + detail::shown(range.min) + " to " + detail::shown(range.max) + " nm");
}

/// "stillmaker_baas.32nm": where its coefficients stand. @throws InputError for a node that the publication does not have.
std::string node_rows(const Question& question, double node, const std::string& key) {
    const std::string prefix = fmt::format("stillmaker_baas.{}nm.", node);
    if (question.constants->rows().contains(prefix + "area")) return prefix;
    std::vector<std::string> nodes;
    for (const auto& [id, row] : question.constants->rows())
        if (id.starts_with("stillmaker_baas.") && id.ends_with(".area")) nodes.push_back(detail::shown(row.node_nm));
    throw InputError(question.where + "." + key, "is at " + detail::shown(node) + " nm, for which there is no scaling rule",
                     nodes.empty() ? "the table stillmaker_baas among the platform's" : detail::alternatives(nodes) + " nm");
}

/// The published polynomial of switching energy over supply voltage.
double switching_energy(const Question& question, const std::string& rows, double volts) {
    return question.coefficient(rows + "energy_v2") * volts * volts - question.coefficient(rows + "energy_v1") * volts +
           question.coefficient(rows + "energy_v0");
}

}  // namespace

std::span<const Attribute> constant_voltage_attributes() { return kConstantVoltage; }

/// Dennard et al., JSSC 1974: lengths and with them capacitances fall by the factor, areas by its square. The voltage being
/// kept, so does the energy C V^2.
double constant_voltage(const Question& question) {
    check_row(question, {"energy", "area"});
    check_planar(question, question.row->node_nm);
    const double factor = question["node"] / question.row->node_nm;
    return question.row->si * (question.row->dimension == "area" ? factor * factor : factor);
}

std::span<const Attribute> stillmaker_baas_attributes() { return kStillmakerBaas; }

double stillmaker_baas(const Question& question) {
    check_row(question, {"energy", "area"});
    const std::string from = node_rows(question, question.row->node_nm, "row"), to = node_rows(question, question["node"], "node");
    if (question.row->dimension == "area")
        return question.row->si * question.coefficient(to + "area") / question.coefficient(from + "area");
    return question.row->si * switching_energy(question, to, question["voltage"]) /
           switching_energy(question, from, question["row_voltage"]);
}

}  // namespace berth::cost

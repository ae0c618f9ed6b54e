// SPDX-License-Identifier: Apache-2.0
#include "models/cost/adaptive_sar.hpp"

#include "models/core/error.hpp"
#include "models/core/params.hpp"
#include "models/cost/law_table.hpp"

namespace berth::cost {
namespace {

constexpr Attribute kAttributes[] = {
    {"bits", "bit", 1, 16, "steps that are taken"},
    {"resolution", "bit", 1, 16, "steps of the converter whose row is given"},
};

}  // namespace

std::span<const Attribute> adaptive_sar_attributes() { return kAttributes; }

double adaptive_sar(const Question& question) {
    if (question.row->dimension != "energy")
        throw InputError(question.where + ".row", "names \"" + question.row->id + "\", which is in " + question.row->unit,
                         "the energy of a whole conversion");
    if (question["bits"] > question["resolution"])
        throw InputError(question.where + ".bits", "is " + detail::shown(question["bits"]),
                         "at most the converter's resolution, " + detail::shown(question["resolution"]));
    return stopped_conversion(question.row->si, question["bits"], question["resolution"]);
}

}  // namespace berth::cost

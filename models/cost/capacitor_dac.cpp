// SPDX-License-Identifier: Apache-2.0
// A converter of binary-weighted capacitors has 2^bits - 1 of the unit that a 1-bit driver switches; its area, leakage and the charge that
// a step through its range moves grow with them.
#include "models/core/error.hpp"
#include "models/cost/law_table.hpp"

namespace berth::cost {
namespace {

constexpr Attribute kAttributes[] = {{"bits", "bit", 1, 8, "bits that it drives at once; the row's drives one"}};

}  // namespace

std::span<const Attribute> capacitor_dac_attributes() { return kAttributes; }

double capacitor_dac(const Question& question) {
    const std::string_view dimension = question.row->dimension;
    if (dimension != "area" && dimension != "energy" && dimension != "power")
        throw InputError(question.where + ".row", "names \"" + question.row->id + "\", which is in " + question.row->unit,
                         "a row that gives energy, power or area");
    return question.row->si * ((1 << static_cast<int>(question["bits"])) - 1);
}

}  // namespace berth::cost

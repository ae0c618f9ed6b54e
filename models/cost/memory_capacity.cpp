// SPDX-License-Identifier: Apache-2.0
// A memory of another capacity than its row's, words as wide: area grows with the capacity, an access's energy with a power of
// it, since longer bitlines and wordlines are charged (exponent as the component library of Accelergy and CiMLoop fits CACTI).
#include "models/core/error.hpp"
#include "models/cost/law_table.hpp"

#include <cmath>

namespace berth::cost {
namespace {

constexpr Attribute kAttributes[] = {
    {"capacity", "byte", 1024, 16777216, "bytes that it holds"},
    {"row_capacity", "byte", 1024, 16777216, "bytes that the row's memory holds"},
};

}  // namespace

std::span<const Attribute> memory_capacity_attributes() { return kAttributes; }

double memory_capacity(const Question& question) {
    const double ratio = question["capacity"] / question["row_capacity"];
    if (question.row->dimension == "area") return question.row->si * ratio;
    if (question.row->dimension == "energy") return question.row->si * std::pow(ratio, question.coefficient("memory.energy_per_capacity"));
    throw InputError(question.where + ".row", "names \"" + question.row->id + "\", which is in " + question.row->unit,
                     "a row that gives energy or area");
}

}  // namespace berth::cost

// SPDX-License-Identifier: Apache-2.0
// A memory of the row's kind, organised otherwise (CACTI's mats): an access opens one bank, whose lines are as long as its share of the
// capacity makes them, and charges a column for every bit of the word:
//   energy of an access = row x (bank / row's bank)^exponent x word / row's word,  area = row x capacity / row's capacity.
// The wires to the bank are not in it: repeated_wire_energy.
#include "models/core/error.hpp"
#include "models/core/params.hpp"
#include "models/cost/law_table.hpp"

#include <cmath>

namespace berth::cost {
namespace {

constexpr Attribute kAttributes[] = {
    {"capacity", "byte", 1024, 16777216, "bytes that it holds"},
    {"row_capacity", "byte", 1024, 16777216, "bytes that the row's memory holds"},
    {"banks", "bank", 1, 256, "that the capacity is cut into"},
    {"row_banks", "bank", 1, 256, "of the row's memory"},
    {"width", "bit", 8, 1024, "of a word"},
    {"row_width", "bit", 8, 1024, "of the row's word"},
};

constexpr double kSmallestBank = 512;

double bank(const Question& question, const char* capacity, const char* banks) {
    const double bytes = question[capacity] / question[banks];
    if (bytes < kSmallestBank)
        throw InputError(question.where + "." + banks, "cuts the memory into banks of " + detail::shown(bytes) + " bytes", "at least 512");
    return bytes;
}

}  // namespace

std::span<const Attribute> memory_organisation_attributes() { return kAttributes; }

double memory_organisation(const Question& question) {
    if (question.row->dimension == "area") return question.row->si * question["capacity"] / question["row_capacity"];
    if (question.row->dimension != "energy")
        throw InputError(question.where + ".row", "names \"" + question.row->id + "\", which is in " + question.row->unit,
                         "a row that gives the energy of an access, or area");
    const double ratio = bank(question, "capacity", "banks") / bank(question, "row_capacity", "row_banks");
    return question.row->si * std::pow(ratio, question.coefficient("memory.energy_per_capacity")) * question["width"] /
           question["row_width"];
}

}  // namespace berth::cost

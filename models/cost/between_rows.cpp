// SPDX-License-Identifier: Apache-2.0
// Between two published points of the same kind of circuit (adders of 8 and 32 bits, memories of 8 KB and 1 MB): the power law through
// both, and nothing beyond either.
#include "models/core/error.hpp"
#include "models/core/params.hpp"
#include "models/cost/law_table.hpp"

#include <algorithm>
#include <cmath>

namespace berth::cost {
namespace {

constexpr Attribute kAttributes[] = {
    {"at", "of the rows' own", 1, 1e12, "where it is wanted: bits, bytes, ports"},
    {"row_at", "of the rows' own", 1, 1e12, "where the row was published"},
    {"other_at", "of the rows' own", 1, 1e12, "where the other was"},
    {"other", "what the row measures", 0, 1e12, "the other row", kOfTheRow},
};

}  // namespace

std::span<const Attribute> between_rows_attributes() { return kAttributes; }

double between_rows(const Question& question) {
    const double first = question["row_at"], second = question["other_at"], at = question["at"];
    if (first == second) throw InputError(question.where + ".other_at", "is " + detail::shown(second) + ", as row_at", "another point");
    if (at < std::min(first, second) || at > std::max(first, second))
        throw InputError(question.where + ".at", "is " + detail::shown(at),
                         "the law's range, " + detail::shown(std::min(first, second)) + " to " + detail::shown(std::max(first, second)));
    const double exponent = std::log(question["other"] / question.row->si) / std::log(second / first);
    return question.row->si * std::pow(at / first, exponent);
}

}  // namespace berth::cost

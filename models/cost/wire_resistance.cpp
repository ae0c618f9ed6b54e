// SPDX-License-Identifier: Apache-2.0
// The wire from one cell to the next, of the geometry that NeuroSim gives for a node (its 1.4's tables): a wire as wide as the
// feature F and as high as its aspect ratio says, so R = resistivity * pitch / (width * aspect ratio), the pitch in F.
#include "models/core/error.hpp"
#include "models/core/params.hpp"
#include "models/cost/law_table.hpp"
#include "models/cost/wire_geometry.hpp"

#include <fmt/format.h>

#include <vector>

namespace berth::cost {
namespace {

constexpr Attribute kAttributes[] = {
    {"node", "nm", 7, 130, "technology: one that the tables list"},
    {"pitch", "F", 1, 100, "from cell to cell along the wire: 2 in a cross-point, 4 (wordline) and 12 (bitline) for 1T1R", "count"},
};

}  // namespace

std::span<const Attribute> wire_attributes() { return kAttributes; }

double wire_resistance(const Question& question) {
    const std::string node = fmt::format("{}nm", question["node"]);
    if (!question.constants->rows().contains("wires." + node + ".resistivity"))
        throw InputError(question.where + ".node", "is " + detail::shown(question["node"]) + ", for which no table has wires",
                         "130, 90, 65, 45, 32, 22, 14 or 7, and the table wires among the platform's");
    return square_resistance(*question.constants, node, question.where) * question["pitch"];
}

}  // namespace berth::cost

// SPDX-License-Identifier: Apache-2.0
// What reads a bitline takes more the more the bitline conducts. NeuroSim fits its circuit simulations by
//   P = power_per_bit * bits + power + a exp(-b log10(R / ohm)),
// R being the column's resistance for a read of 0.5 V, in proportion for another voltage; a successive-approximation converter works for
// a nanosecond a bit and one more, a current sense amplifier for one.
#include "models/core/error.hpp"
#include "models/core/params.hpp"
#include "models/cost/law_table.hpp"

#include <fmt/format.h>

#include <cmath>

namespace berth::cost {
namespace {

constexpr Attribute kSar[] = {
    {"bits", "bit", 1, 10, "resolution"},
    {"node", "nm", 14, 130, "technology: one that the tables list"},
    {"resistance", "ohm", 10, 1e9, "of the bitline's driven cells in parallel", "resistance"},
    {"voltage", "V", 0.05, 1.2, "that cells are read with", "voltage"},
};

std::string rows_of(const Question& question) {
    const std::string prefix = fmt::format("neurosim.{}nm.", question["node"]);
    if (!question.constants->rows().contains(prefix + "column.power"))
        throw InputError(question.where + ".node", "is " + detail::shown(question["node"]) + ", for which no table has converters",
                         "130, 90, 65, 45, 32, 22 or 14, and the table neurosim among the platform's");
    return prefix;
}

double column_watts(const Question& question, const std::string& rows) {
    const double resistance = question["resistance"] * question.coefficient("neurosim.read.voltage", "voltage") / question["voltage"];
    return question.coefficient(rows + "column.power", "power") *
           std::exp(-question.coefficient(rows + "column.slope") * std::log10(resistance));
}

}  // namespace

std::span<const Attribute> neurosim_sar_attributes() { return kSar; }
std::span<const Attribute> neurosim_sense_attributes() { return std::span(kSar).subspan(1); }

double neurosim_sar(const Question& question) {
    const std::string rows = rows_of(question);
    const double watts = question.coefficient(rows + "sar.power_per_bit", "power") * question["bits"] +
                         question.coefficient(rows + "sar.power", "power") + column_watts(question, rows);
    return watts * (question["bits"] + 1) / question.coefficient("neurosim.step.rate", "frequency");
}

double neurosim_sense(const Question& question) {
    const std::string rows = rows_of(question);
    const double watts = question.coefficient(rows + "sense.power", "power") + column_watts(question, rows);
    return watts / question.coefficient("neurosim.step.rate", "frequency");
}

}  // namespace berth::cost

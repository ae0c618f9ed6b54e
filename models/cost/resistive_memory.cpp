// SPDX-License-Identifier: Apache-2.0
// A memory of resistive cells, each with a transistor, in subarrays of rows x columns. An access raises one wordline and takes `width` of
// its columns. What it takes:
//   read:  wordline + width (bitline + V^2 (1/R_on + 1/R_off) / 2 t + sense amplifier),
//   write: wordline + width (bitline + V^2 / R_on t),
// lines as in array_line_energy, the sense amplifier as in neurosim_sense_energy on a cell in its low-resistance state; as many cells are
// read on as off, and one that is written conducts as when it is on, which bounds it from above. Wires from the subarray to the port are
// not in it: repeated_wire_energy. In the manner of X. Dong et al., "NVSim", IEEE TCAD 31, 2012.
#include "models/core/error.hpp"
#include "models/core/params.hpp"
#include "models/cost/law_table.hpp"

namespace berth::cost {
namespace {

constexpr Attribute kRead[] = {
    {"rows", "cell", 1, 4096, "on a bitline"},
    {"columns", "cell", 1, 4096, "on a wordline"},
    {"width", "bit", 1, 4096, "of an access: columns that it takes"},
    {"node", "nm", 14, 130, "F"},
    {"cell_width", "F", 1, 100, "from cell to cell along the wordline", "count"},
    {"cell_height", "F", 1, 100, "from cell to cell along the bitline", "count"},
    {"transistor", "F", 1, 100, "width of the cell's transistor"},
    {"gate_voltage", "V", 0.5, 5, "swing of the wordline", "voltage"},
    {"voltage", "V", 0.05, 1.2, "that cells are read with", "voltage"},
    {"on_resistance", "ohm", 100, 1e9, "of a cell in its low-resistance state", "resistance"},
    {"off_resistance", "ohm", 100, 1e12, "of one in its high-resistance state", "resistance"},
    {"pulse", "s", 0, 1, "for which cells conduct", "time"},
};

constexpr Attribute kWrite[] = {
    kRead[0], kRead[1],  kRead[2],
    kRead[3], kRead[4],  kRead[5],
    kRead[6], kRead[7],  {"voltage", "V", 0.5, 5, "that cells are written with", "voltage"},
    kRead[9], kRead[11],
};

double line(const Question& question, const char* cells, const char* pitch, const char* voltage) {
    Question lines = question;
    lines.attributes["cells"] = question[cells];
    lines.attributes["pitch"] = question[pitch];
    lines.attributes["voltage"] = question[voltage];
    return array_line(lines);
}

double sense(const Question& question) {
    Question column = question;
    column.attributes["resistance"] = question["on_resistance"];
    return neurosim_sense(column);
}

/// Wordline, and of every column that is taken its bitline and what else it takes.
double access(const Question& question, double column) {
    if (question["width"] > question["columns"])
        throw InputError(question.where + ".width", "is " + detail::shown(question["width"]),
                         "at most the columns, " + detail::shown(question["columns"]));
    return line(question, "columns", "cell_width", "gate_voltage") +
           question["width"] * (line(question, "rows", "cell_height", "voltage") + column);
}

}  // namespace

std::span<const Attribute> resistive_read_attributes() { return kRead; }
std::span<const Attribute> resistive_write_attributes() { return kWrite; }

double resistive_read(const Question& question) {
    const double voltage = question["voltage"];
    const double conductance = (1.0 / question["on_resistance"] + 1.0 / question["off_resistance"]) / 2.0;
    return access(question, voltage * voltage * conductance * question["pulse"] + sense(question));
}

double resistive_write(const Question& question) {
    const double voltage = question["voltage"];
    return access(question, voltage * voltage / question["on_resistance"] * question["pulse"]);
}

}  // namespace berth::cost

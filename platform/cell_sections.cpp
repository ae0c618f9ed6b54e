// SPDX-License-Identifier: Apache-2.0
#include "platform/cell_sections.hpp"

#include "models/core/params.hpp"
#include "models/cost/wire_geometry.hpp"
#include "models/crossbar/wire_solver.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace berth::platform {
namespace {

using crossbar::CellDesign;
using crossbar::DeviationEntry;

const boost::json::object& section(const boost::json::object& platform, const char* key, const std::string& where) {
    const auto& value = detail::required(platform, key, where + key, "an object of parameters");
    if (!value.is_object()) throw InputError(where + key, "is not an object", "an object of parameters");
    return value.get_object();
}

/// Replaces the name of a row by its value.
void take_row(boost::json::object& json, const char* key, const char* dimension, const ConstantTable& constants, const std::string& where) {
    boost::json::value* const given = json.if_contains(key);
    if (given && given->is_string()) *given = constants.value(std::string(given->get_string()), dimension, where + "." + key);
}

template <class Params>
Params read_section(const boost::json::object& platform, const char* key, const std::string& where) {
    return read_params<Params>(section(platform, key, where), where + key);
}

std::string read_kind(boost::json::object& json, const ConstantTable& constants, const std::string& where) {
    std::vector<std::string> known{kIdealCells, kGivenCells};
    for (std::string& name : cell_names(constants)) known.push_back(std::move(name));
    const boost::json::value given = detail::required(json, "kind", where + ".kind", detail::alternatives(known));
    json.erase("kind");
    if (!given.is_string() || std::find(known.begin(), known.end(), std::string_view(given.get_string())) == known.end())
        throw InputError(where + ".kind", "is " + detail::shown(given), detail::alternatives(known));
    return std::string(given.get_string());
}

std::string ohms(double value) { return detail::shown(value) + " ohm"; }

void check_levels(const crossbar::CellParams& cells, int cell_bits, const std::string& where) {
    if (!(cells.r_off > cells.r_on))
        throw InputError(where + ".r_off", "is " + ohms(cells.r_off), "more than cells.r_on, " + ohms(cells.r_on));
    const std::size_t wanted = cells.spacing == "explicit" ? (std::size_t{1} << cell_bits) - 2 : 0;
    if (cells.between.size() != wanted)
        throw InputError(
            where + ".between", "has " + std::to_string(cells.between.size()) + " resistances",
            std::to_string(wanted) + ", with the spacing \"" + cells.spacing + "\" and " + std::to_string(cell_bits) + " b a cell");
    double above = cells.r_off;
    for (std::size_t i = 0; i < cells.between.size(); ++i) {
        if (!(cells.between[i] < above && cells.between[i] > cells.r_on))
            throw InputError(where + ".between[" + std::to_string(i) + "]", "is " + ohms(cells.between[i]),
                             "less than " + ohms(above) + " and more than cells.r_on, " + ohms(cells.r_on));
        above = cells.between[i];
    }
}

CellDesign read_levels(const boost::json::object& platform, const ConstantTable& constants, int cell_bits, const std::string& where) {
    boost::json::object json = section(platform, "cells", where);
    const std::string at = where + "cells", kind = read_kind(json, constants, at);
    if (kind == kIdealCells) {
        // Ideal cells have no resistances: names of rows stand for none.
        for (const char* key : {"r_on", "r_off"})
            if (auto* row = json.if_contains(key); row && row->is_string()) *row = 1.0;
        const auto cells = read_params<crossbar::CellParams>(json, at);
        if (cells.spacing != "conductance")
            throw InputError(at + ".spacing", "is \"" + cells.spacing + "\"", "conductance for ideal cells");
        return crossbar::ideal_design(cell_bits);
    }
    take_row(json, "r_on", "resistance", constants, at);
    take_row(json, "r_off", "resistance", constants, at);
    const auto cells = read_params<crossbar::CellParams>(json, at);
    check_levels(cells, cell_bits, at);
    CellDesign design;
    design.levels = crossbar::level_conductances(cell_bits, cells.r_on, cells.r_off, cells.spacing, cells.between);
    design.in_siemens = true;
    design.scale = crossbar::cell_scale(design.levels, cells.offset_correction);
    return design;
}

/// Makes a deviation from the rows it names. Null for "none".
std::shared_ptr<const crossbar::Deviation> make_deviation(const std::vector<DeviationEntry>& table, const std::string& name,
                                                          const CellDesign& design, crossbar::DeviationContext context,
                                                          const ConstantTable& constants, const std::string& where) {
    const DeviationEntry* const entry = crossbar::find_deviation(table, name);
    if (!entry) return nullptr;
    if (entry->in_siemens && !design.in_siemens)
        throw InputError(where, "is \"" + name + "\", which is in siemens", "another for cells without resistances, or another cells.kind");
    std::vector<double> rows;
    for (const std::string_view row : entry->rows) {
        const auto found = constants.rows().find(row);
        const bool conductance = found != constants.rows().end() && found->second.unit == "uS";
        rows.push_back(constants.value(row, conductance ? "conductance" : "coefficient", where));
    }
    context.largest = design.highest();
    context.rows = rows;
    return entry->make(context);
}

void check_time(const std::vector<DeviationEntry>& table, const std::string& name, double seconds, const std::string& where) {
    const DeviationEntry* const entry = crossbar::find_deviation(table, name);
    if (entry && !(seconds >= entry->least_s && seconds <= entry->most_s))
        throw InputError(where, "is " + detail::shown(seconds) + " s",
                         detail::shown(entry->least_s) + " to " + detail::shown(entry->most_s) + " s, for which \"" + name + "\" holds");
}

void read_programming(const boost::json::object& platform, const ConstantTable& constants, const std::string& where, CellDesign& design) {
    const auto programming = read_section<crossbar::ProgrammingParams>(platform, "programming", where);
    design.programming = make_deviation(crossbar::programming_errors(), programming.error, design, {.sigma = programming.sigma}, constants,
                                        where + "programming.error");
    design.most_pulses = programming.most_pulses;
    design.tolerance = programming.tolerance;
    if (design.programming && design.most_pulses > 1 && design.tolerance == 0.0)
        throw InputError(where + "programming.tolerance", "is 0", "more, where programming.most_pulses lets cells be verified");
}

void read_endurance(const boost::json::object& platform, const ConstantTable& constants, const std::string& where, CellDesign& design) {
    boost::json::object json = section(platform, "endurance", where);
    const auto* const model = json.if_contains("model");
    // A row that nothing uses is no source of the run.
    if (model && *model == "none" && json.contains("median") && json.at("median").is_string()) json.at("median") = 1.0;
    take_row(json, "median", "count", constants, where + "endurance");
    design.endurance = read_params<crossbar::EnduranceParams>(json, where + "endurance");
}

void read_retention(const boost::json::object& platform, const ConstantTable& constants, const std::string& where, CellDesign& design) {
    const auto retention = read_section<crossbar::RetentionParams>(platform, "retention", where);
    check_time(crossbar::retention_models(), retention.model, retention.time, where + "retention.time");
    design.retention = make_deviation(crossbar::retention_models(), retention.model, design, {.seconds = retention.time}, constants,
                                      where + "retention.model");
}

void read_read_noise(const boost::json::object& platform, const ConstantTable& constants, const std::string& where, CellDesign& design) {
    const auto noise = read_section<crossbar::ReadNoiseParams>(platform, "read_noise", where);
    check_time(crossbar::read_noises(), noise.model, noise.time, where + "read_noise.time");
    design.read_noise = make_deviation(crossbar::read_noises(), noise.model, design, {.sigma = noise.sigma, .seconds = noise.time},
                                       constants, where + "read_noise.model");
}

void read_faults(const boost::json::object& platform, const std::string& where, CellDesign& design) {
    design.faults = read_section<crossbar::FaultParams>(platform, "faults", where);
    const double rate = design.faults.stuck_low_resistance + design.faults.stuck_high_resistance;
    if (rate > 1.0)
        throw InputError(where + "faults.stuck_high_resistance",
                         fmt::format("makes {:.6g} of all cells stuck, with faults.stuck_low_resistance", rate),
                         "rates that add up to at most 1");
    if (rate > design.faults.cluster_density)
        throw InputError(where + "faults.cluster_density", "is " + detail::shown(design.faults.cluster_density),
                         "at least the part of all cells that is stuck, " + detail::shown(rate));
}

std::string read_name(boost::json::object& json, const char* key, const std::string& where, const std::string& expected) {
    const boost::json::value given = detail::required(json, key, where + "." + key, expected);
    json.erase(key);
    if (!given.is_string()) throw InputError(where + "." + key, "is " + detail::shown(given), expected);
    return std::string(given.get_string());
}

/// A segment that is null has the resistance that node and cell give it.
void take_segments(boost::json::object& json, const ConstantTable& constants, bool used, const std::string& where) {
    const std::string node = read_name(json, "node", where, "a node of the table \"wires\", such as 32nm");
    const std::string cell = read_name(json, "cell", where, "1t1r or cross_point");
    const auto is_null = [&](const char* key) { return json.contains(key) && json.at(key).is_null(); };
    if (!is_null("wordline_segment") && !is_null("bitline_segment")) return;
    // A row that nothing uses is no source of the run.
    const cost::WireSegments segments = used ? cost::wire_segments(constants, node, cell, where + ".node") : cost::WireSegments{1.0, 1.0};
    if (is_null("wordline_segment")) json.at("wordline_segment") = segments.wordline;
    if (is_null("bitline_segment")) json.at("bitline_segment") = segments.bitline;
}

void read_wires(const boost::json::object& platform, const ConstantTable& constants, const std::string& where, CellDesign& design) {
    boost::json::object json = section(platform, "wires", where);
    const std::string at = where + "wires";
    const auto names = crossbar::wire_solvers();
    design.wire_solver = read_name(json, "solver", at, detail::alternatives(names));
    if (std::find(names.begin(), names.end(), design.wire_solver) == names.end())
        throw InputError(at + ".solver", "is \"" + design.wire_solver + "\"", detail::alternatives(names));
    const bool used = design.wire_solver != "none";
    if (used && !design.in_siemens)
        throw InputError(at + ".solver", "is \"" + design.wire_solver + "\"",
                         "none for ideal cells, which have no resistances, or another cells.kind");
    take_segments(json, constants, used, at);
    for (const char* key : {"wordline_segment", "bitline_segment"}) take_row(json, key, "resistance", constants, at);
    design.wires = read_params<crossbar::WireParams>(json, at);
}

}  // namespace

std::vector<std::string> cell_names(const ConstantTable& constants) {
    constexpr std::string_view prefix = "cells.", suffix = ".r_on";
    std::vector<std::string> names;
    for (const auto& [id, row] : constants.rows())
        if (id.starts_with(prefix) && id.ends_with(suffix))
            names.push_back(id.substr(prefix.size(), id.size() - prefix.size() - suffix.size()));
    return names;
}

CellDesign read_cells(const boost::json::object& platform, const ConstantTable& constants, int cell_bits, const std::string& where) {
    CellDesign design = read_levels(platform, constants, cell_bits, where);
    read_programming(platform, constants, where, design);
    read_endurance(platform, constants, where, design);
    read_retention(platform, constants, where, design);
    design.read_disturb = read_section<crossbar::ReadDisturbParams>(platform, "read_disturb", where);
    design.temperature = read_section<crossbar::TemperatureParams>(platform, "temperature", where);
    read_faults(platform, where, design);
    read_read_noise(platform, constants, where, design);
    design.telegraph = read_section<crossbar::TelegraphParams>(platform, "telegraph_noise", where);
    read_wires(platform, constants, where, design);
    return design;
}

}  // namespace berth::platform

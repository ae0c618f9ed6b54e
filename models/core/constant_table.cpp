// SPDX-License-Identifier: Apache-2.0
#include "models/core/constant_table.hpp"

#include "models/core/error.hpp"
#include "models/core/json.hpp"
#include "models/core/params.hpp"

#include <algorithm>
#include <cmath>

namespace berth {
namespace {

struct Unit {
    std::string_view name, dimension;
    double factor;
};

/// A number in a published formula, which gives it its dimension. It alone may be negative.
constexpr std::string_view kCoefficient = "coefficient";

constexpr Unit kUnits[] = {
    {"fJ", "energy", 1e-15},
    {"pJ", "energy", 1e-12},
    {"nJ", "energy", 1e-9},
    {"uJ", "energy", 1e-6},
    {"nW", "power", 1e-9},
    {"uW", "power", 1e-6},
    {"mW", "power", 1e-3},
    {"W", "power", 1.0},
    {"um2", "area", 1e-6},
    {"mm2", "area", 1.0},
    {"ps", "time", 1e-12},
    {"ns", "time", 1e-9},
    {"us", "time", 1e-6},
    {"MHz", "frequency", 1e6},
    {"GHz", "frequency", 1e9},
    {"ohm", "resistance", 1.0},
    {"V", "voltage", 1.0},
    {"ratio", "ratio", 1.0},
    {"count", "count", 1.0},
    {"nm", "length", 1e-9},
    {"um", "length", 1e-6},
    {"uohm cm", "resistivity", 1e-8},
    {"ohm/um", "resistance_per_length", 1e6},
    {"fF/um", "capacitance_per_length", 1e-9},
    {"uA/um", "current_per_width", 1.0},
    {"uS", "conductance", 1e-6},
    {kCoefficient, kCoefficient, 1.0},
};

const Unit& find_unit(std::string_view name, const std::string& where) {
    std::vector<std::string> names;
    for (const Unit& unit : kUnits) {
        if (unit.name == name) return unit;
        names.emplace_back(unit.name);
    }
    throw InputError(where, "is \"" + std::string(name) + "\"", detail::alternatives(names));
}

/// "file.json:" is followed by a key as it stands, "file.json:rows[2]" by a dot and a key.
std::string below(const std::string& path, std::string_view key) { return path + (path.back() == ':' ? "" : ".") + std::string(key); }

std::string text(const boost::json::object& json, std::string_view key, const std::string& path) {
    const std::string where = below(path, key);
    const auto& value = detail::required(json, key, where, "a text");
    if (!value.is_string()) throw InputError(where, "is " + detail::shown(value), "a text");
    return std::string(value.get_string());
}

double number(const boost::json::object& json, std::string_view key, const std::string& path, bool may_be_negative = false) {
    const std::string where = below(path, key);
    const auto& value = detail::required(json, key, where, "a number");
    boost::system::error_code bad;
    const double result = value.to_number<double>(bad);
    if (bad || !std::isfinite(result) || (result < 0 && !may_be_negative))
        throw InputError(where, "is " + detail::shown(value), may_be_negative ? "a number" : "a number that is not negative");
    return result;
}

void check_keys(const boost::json::object& json, std::initializer_list<std::string> known, const std::string& path) {
    for (const auto& entry : json)
        if (std::find(known.begin(), known.end(), entry.key()) == known.end())
            throw InputError(below(path, entry.key()), "is not known", detail::alternatives(known));
}

ConstantRange read_range(const boost::json::value& json, double value, const std::string& path) {
    if (!json.is_object()) throw InputError(path, "is not an object", "low, high and source");
    const auto& object = json.get_object();
    check_keys(object, {"low", "high", "source", "with"}, path);
    ConstantRange range{number(object, "low", path), number(object, "high", path), text(object, "source", path),
                        object.contains("with") ? text(object, "with", path) : std::string()};
    if (!(range.low > 0 && range.low <= value && value <= range.high))
        throw InputError(path, "is " + detail::shown(range.low) + " to " + detail::shown(range.high),
                         "a range above zero that holds the row's value, " + detail::shown(value));
    return range;
}

boost::json::object shown_row(const ConstantRow& row) {
    boost::json::object shown{{"row", row.id},       {"value", row.value}, {"unit", row.unit},     {"per", row.per},
                              {"node", row.node_nm}, {"mark", row.mark},   {"source", row.source}, {"range", nullptr}};
    if (row.range) shown["range"] = boost::json::object{{"low", row.range->low}, {"high", row.range->high}, {"source", row.range->source}};
    return shown;
}

ConstantRow read_row(const boost::json::value& json, const std::string& table, double node_nm, const std::string& path) {
    if (!json.is_object()) throw InputError(path, "is not an object", "a row");
    const auto& object = json.get_object();
    check_keys(object, {"id", "value", "unit", "per", "mark", "source", "node_nm", "range"}, path);
    ConstantRow row{.id = table + "." + text(object, "id", path),
                    .value = number(object, "value", path, text(object, "unit", path) == kCoefficient),
                    .unit = text(object, "unit", path),
                    .per = text(object, "per", path),
                    .node_nm = object.contains("node_nm") ? number(object, "node_nm", path) : node_nm,
                    .source = text(object, "source", path),
                    .mark = text(object, "mark", path),
                    .dimension = {},
                    .range = {}};
    if (row.mark != "C" && row.mark != "S" && row.mark != "D") throw InputError(path + ".mark", "is \"" + row.mark + "\"", "C, S or D");
    if (row.source.empty()) throw InputError(path + ".source", "is empty", "where the number was published");
    const Unit& unit = find_unit(row.unit, path + ".unit");
    row.si = row.value * unit.factor;
    row.dimension = unit.dimension;
    if (const auto* range = object.if_contains("range")) row.range = read_range(*range, row.value, path + ".range");
    return row;
}

}  // namespace

void ConstantTable::load(const std::filesystem::path& file) {
    const boost::json::value json = read_json(file);
    const std::string path = file.string() + ":";
    if (!json.is_object()) throw InputError(file.string(), "is not an object", "a table of constants");
    const auto& object = json.get_object();
    check_keys(object, {"table", "node_nm", "source", "rows"}, path);
    const std::string table = text(object, "table", path);
    const double node_nm = number(object, "node_nm", path);
    const auto& rows = detail::required(object, "rows", path + "rows", "an array of rows");
    if (!rows.is_array()) throw InputError(path + "rows", "is not an array", "an array of rows");
    for (std::size_t i = 0; i < rows.get_array().size(); ++i) {
        const std::string where = path + "rows[" + std::to_string(i) + "]";
        ConstantRow row = read_row(rows.get_array()[i], table, node_nm, where);
        const std::string id = row.id;
        if (!rows_.emplace(id, std::move(row)).second) throw InputError(where + ".id", "stands twice: " + id, "one row a constant");
    }
}

const ConstantRow& ConstantTable::row(std::string_view id, const std::string& wanted_by) const {
    const auto row = rows_.find(id);
    if (row == rows_.end()) throw InputError(wanted_by, "names \"" + std::string(id) + "\", which no table holds", "a row of the tables");
    used_.emplace(id);
    return row->second;
}

double ConstantTable::value(std::string_view id, std::string_view dimension, const std::string& wanted_by) const {
    const ConstantRow& found = row(id, wanted_by);
    if (found.dimension != dimension)
        throw InputError(wanted_by, "names \"" + std::string(id) + "\", which is in " + found.unit,
                         "a row that gives " + std::string(dimension));
    return found.si;
}

boost::json::array ConstantTable::sources() const {
    boost::json::array list;
    for (const auto& id : used_) list.emplace_back(shown_row(rows_.find(id)->second));
    return list;
}

boost::json::array ConstantTable::all_sources() const {
    boost::json::array list;
    for (const auto& [id, row] : rows_) list.emplace_back(shown_row(row));
    return list;
}

std::vector<std::string> ConstantTable::uncertain() const {
    std::vector<std::string> list;
    for (const auto& id : used_)
        if (rows_.find(id)->second.range) list.push_back(id);
    return list;
}

}  // namespace berth

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

constexpr Unit kUnits[] = {
    {"fJ", "energy", 1e-15},    {"pJ", "energy", 1e-12},   {"nJ", "energy", 1e-9},
    {"uJ", "energy", 1e-6},     {"nW", "power", 1e-9},     {"uW", "power", 1e-6},
    {"mW", "power", 1e-3},      {"W", "power", 1.0},       {"um2", "area", 1e-6},
    {"mm2", "area", 1.0},       {"ps", "time", 1e-12},     {"ns", "time", 1e-9},
    {"us", "time", 1e-6},       {"MHz", "frequency", 1e6}, {"GHz", "frequency", 1e9},
    {"ohm", "resistance", 1.0}, {"V", "voltage", 1.0},     {"ratio", "ratio", 1.0},
    {"count", "count", 1.0},    {"nm", "length", 1e-9},    {"uohm cm", "resistivity", 1e-8},
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

double number(const boost::json::object& json, std::string_view key, const std::string& path) {
    const std::string where = below(path, key);
    const auto& value = detail::required(json, key, where, "a number");
    boost::system::error_code bad;
    const double result = value.to_number<double>(bad);
    if (bad || result < 0 || !std::isfinite(result)) throw InputError(where, "is " + detail::shown(value), "a number that is not negative");
    return result;
}

void check_keys(const boost::json::object& json, std::initializer_list<std::string> known, const std::string& path) {
    for (const auto& entry : json)
        if (std::find(known.begin(), known.end(), entry.key()) == known.end())
            throw InputError(below(path, entry.key()), "is not known", detail::alternatives(known));
}

ConstantRow read_row(const boost::json::value& json, const std::string& table, double node_nm, const std::string& path) {
    if (!json.is_object()) throw InputError(path, "is not an object", "a row");
    const auto& object = json.get_object();
    check_keys(object, {"id", "value", "unit", "per", "mark", "source"}, path);
    ConstantRow row{.id = table + "." + text(object, "id", path),
                    .value = number(object, "value", path),
                    .unit = text(object, "unit", path),
                    .per = text(object, "per", path),
                    .node_nm = node_nm,
                    .source = text(object, "source", path),
                    .mark = text(object, "mark", path)};
    if (row.mark != "C" && row.mark != "S" && row.mark != "D") throw InputError(path + ".mark", "is \"" + row.mark + "\"", "C, S or D");
    if (row.source.empty()) throw InputError(path + ".source", "is empty", "where the number was published");
    row.si = row.value * find_unit(row.unit, path + ".unit").factor;
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
        dimensions_[row.id] = find_unit(row.unit, where + ".unit").dimension;
        const std::string id = row.id;
        if (!rows_.emplace(id, std::move(row)).second) throw InputError(where + ".id", "stands twice: " + id, "one row a constant");
    }
}

double ConstantTable::value(std::string_view id, std::string_view dimension, const std::string& wanted_by) const {
    const auto row = rows_.find(id);
    if (row == rows_.end()) throw InputError(wanted_by, "names \"" + std::string(id) + "\", which no table holds", "a row of the tables");
    if (dimensions_.find(id)->second != dimension)
        throw InputError(wanted_by, "names \"" + std::string(id) + "\", which is in " + row->second.unit,
                         "a row that gives " + std::string(dimension));
    used_.emplace(id);
    return row->second.si;
}

boost::json::array ConstantTable::sources() const {
    boost::json::array list;
    for (const auto& id : used_) {
        const ConstantRow& row = rows_.find(id)->second;
        list.emplace_back(boost::json::object{{"row", row.id},
                                              {"value", row.value},
                                              {"unit", row.unit},
                                              {"per", row.per},
                                              {"node", row.node_nm},
                                              {"mark", row.mark},
                                              {"source", row.source}});
    }
    return list;
}

}  // namespace berth

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/error.hpp"

#include <boost/json.hpp>

#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace berth {

/// One numeric parameter of a model: the single place that names it, bounds it and explains it. The reader, the
/// validator, `berth list` and the documentation all come from a model's tuple of these.
template <class Owner, class Value>
struct Field {
    std::string_view name;
    Value Owner::*member;
    std::string_view unit;
    Value min, max;
    std::string_view meaning;
};

template <class Owner, class Value>
Field(std::string_view, Value Owner::*, std::string_view, Value, Value, std::string_view) -> Field<Owner, Value>;

/// A list of numbers, all within the same bounds; it may be empty.
template <class Owner>
struct Numbers {
    std::string_view name;
    std::vector<double> Owner::*member;
    std::string_view unit;
    double min, max;
    std::string_view meaning;
};

template <class Owner>
Numbers(std::string_view, std::vector<double> Owner::*, std::string_view, double, double, std::string_view) -> Numbers<Owner>;

/// A parameter that is one of several names. `names` gives those that are registered.
template <class Owner>
struct Choice {
    std::string_view name;
    std::string Owner::*member;
    std::vector<std::string> (*names)();
    std::string_view meaning;
};

template <class Owner>
Choice(std::string_view, std::string Owner::*, std::vector<std::string> (*)(), std::string_view) -> Choice<Owner>;

/// A group of parameters that has a type of its own.
template <class Owner, class Group>
struct Nested {
    std::string_view name;
    Group Owner::*member;
    std::string_view meaning;
};

template <class Owner, class Group>
Nested(std::string_view, Group Owner::*, std::string_view) -> Nested<Owner, Group>;

/// Reads a model's parameters from a JSON object. No parameter has a default here: presets hold the numbers.
/// @param path where the object stands, for messages: "adc" or "file.json:adc".
/// @throws InputError naming the path on a missing or unknown key, a wrong type, or a value out of range.
template <class Params>
[[nodiscard]] Params read_params(const boost::json::value& json, const std::string& path);

/// The parameters of a model as `berth list` shows them: [{name, unit, min, max, meaning}, ...].
template <class Params>
[[nodiscard]] boost::json::array describe_params();

namespace detail {

/// "a, b or c".
[[nodiscard]] std::string alternatives(const std::vector<std::string>& names);
[[nodiscard]] std::string shown(const boost::json::value& value);
[[nodiscard]] std::string shown(double number);

inline const boost::json::value& required(const boost::json::object& json, std::string_view name, const std::string& where,
                                          const std::string& expected) {
    const boost::json::value* given = json.if_contains(name);
    if (!given) throw InputError(where, "is missing", expected);
    return *given;
}

template <class Owner, class Value>
void read_field(Owner& owner, const Field<Owner, Value>& field, const boost::json::object& json, const std::string& where) {
    const auto& given = required(json, field.name, where, std::string(field.meaning) + ", in " + std::string(field.unit));
    boost::system::error_code bad;
    const auto value = given.template to_number<Value>(bad);
    const bool in_range = !bad && value >= field.min && value <= field.max;
    if (!in_range)
        throw InputError(where, "is " + shown(given),
                         "a number from " + shown(double(field.min)) + " to " + shown(double(field.max)) + " " + std::string(field.unit));
    owner.*field.member = value;
}

template <class Owner>
void read_field(Owner& owner, const Field<Owner, bool>& field, const boost::json::object& json, const std::string& where) {
    const auto& given = required(json, field.name, where, std::string(field.meaning));
    if (!given.is_bool()) throw InputError(where, "is " + shown(given), "true or false");
    owner.*field.member = given.get_bool();
}

template <class Owner>
void read_field(Owner& owner, const Numbers<Owner>& field, const boost::json::object& json, const std::string& where) {
    const auto& given = required(json, field.name, where, std::string(field.meaning) + ", in " + std::string(field.unit));
    if (!given.is_array()) throw InputError(where, "is " + shown(given), "a list of numbers");
    for (std::size_t i = 0; i < given.get_array().size(); ++i) {
        boost::system::error_code bad;
        const auto value = given.get_array()[i].template to_number<double>(bad);
        if (bad || !(value >= field.min && value <= field.max))
            throw InputError(where + "[" + std::to_string(i) + "]", "is " + shown(given.get_array()[i]),
                             "a number from " + shown(field.min) + " to " + shown(field.max) + " " + std::string(field.unit));
        (owner.*field.member).push_back(value);
    }
}

template <class Owner>
void read_field(Owner& owner, const Choice<Owner>& field, const boost::json::object& json, const std::string& where) {
    const auto names = field.names();
    const auto& given = required(json, field.name, where, alternatives(names));
    bool known = false;
    for (const auto& name : names) known = known || (given.is_string() && name == std::string_view(given.get_string()));
    if (!known) throw InputError(where, "is " + shown(given), alternatives(names));
    owner.*field.member = std::string(given.get_string());
}

template <class Owner, class Group>
void read_field(Owner& owner, const Nested<Owner, Group>& field, const boost::json::object& json, const std::string& where) {
    owner.*field.member = read_params<Group>(required(json, field.name, where, std::string(field.meaning)), where);
}

template <class Owner, class Value>
boost::json::object describe_field(const Field<Owner, Value>& field) {
    return {{"name", field.name}, {"unit", field.unit}, {"min", field.min}, {"max", field.max}, {"meaning", field.meaning}};
}

template <class Owner>
boost::json::object describe_field(const Numbers<Owner>& field) {
    return {{"name", field.name}, {"unit", field.unit}, {"min", field.min}, {"max", field.max}, {"meaning", field.meaning}, {"list", true}};
}

template <class Owner>
boost::json::object describe_field(const Choice<Owner>& field) {
    return {{"name", field.name}, {"one_of", boost::json::value_from(field.names())}, {"meaning", field.meaning}};
}

template <class Owner, class Group>
boost::json::object describe_field(const Nested<Owner, Group>& field) {
    return {{"name", field.name}, {"meaning", field.meaning}, {"parameters", describe_params<Group>()}};
}

}  // namespace detail

template <class Params>
Params read_params(const boost::json::value& json, const std::string& path) {
    if (!json.is_object()) throw InputError(path, "is not an object", "an object of parameters");
    const auto& object = json.get_object();
    const std::string prefix = path.empty() || path.back() == ':' ? path : path + ".";
    for (const auto& entry : object) {
        const bool known = std::apply([&](const auto&... field) { return ((field.name == entry.key()) || ...); }, Params::fields);
        if (!known) {
            std::vector<std::string> names;
            std::apply([&](const auto&... field) { (names.emplace_back(field.name), ...); }, Params::fields);
            throw InputError(prefix + std::string(entry.key()), "is not known", detail::alternatives(names));
        }
    }
    Params params{};
    std::apply([&](const auto&... field) { (detail::read_field(params, field, object, prefix + std::string(field.name)), ...); },
               Params::fields);
    return params;
}

template <class Params>
boost::json::array describe_params() {
    boost::json::array list;
    std::apply([&](const auto&... field) { (list.emplace_back(detail::describe_field(field)), ...); }, Params::fields);
    return list;
}

}  // namespace berth

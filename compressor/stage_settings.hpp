// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/where.hpp"
#include "models/core/error.hpp"
#include "models/core/params.hpp"

#include <boost/json.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace berth::compressor {

/// A stage's parameters, and others for some tasks or matrices. The last rule that names a matrix has its say.
template <class Params>
class Settings {
public:
    Settings(Where where, Params common, std::vector<std::pair<Where, Params>> rules)
        : where_(std::move(where)), common_(std::move(common)), rules_(std::move(rules)) {}

    /// Null where the stage does not work on this matrix of this task.
    [[nodiscard]] const Params* at(std::string_view task, std::string_view matrix) const {
        if (!where_.holds(task, matrix)) return nullptr;
        const Params* found = &common_;
        for (const auto& [where, params] : rules_)
            if (where.holds(task, matrix)) found = &params;
        return found;
    }

    /// Whether `holds` is true of some parameters that may count.
    template <class Predicate>
    [[nodiscard]] bool any(const Predicate& holds) const {
        return holds(common_) || std::any_of(rules_.begin(), rules_.end(), [&](const auto& rule) { return holds(rule.second); });
    }

    /// Where no rule counts.
    [[nodiscard]] const Params& common() const { return common_; }

private:
    Where where_;
    Params common_;
    std::vector<std::pair<Where, Params>> rules_;
};

namespace detail {

/// The parameters as JSON, by the names of their fields.
template <class Params>
[[nodiscard]] boost::json::object values_of(const Params& params) {
    boost::json::object values;
    std::apply([&](const auto&... field) { ((values[field.name] = boost::json::value_from(params.*field.member)), ...); }, Params::fields);
    return values;
}

[[nodiscard]] inline std::string pattern_at(const boost::json::object& entry, const char* key, const std::string& where) {
    const boost::json::value* given = entry.if_contains(key);
    if (!given) return "*";
    if (!given->is_string())
        throw InputError(where + "." + key, "is " + berth::detail::shown(*given), "a name, in which * stands for anything");
    return std::string(given->get_string());
}

/// `params` with what the entry says instead; keys that are no parameter's are left to the caller where `known` has them.
template <class Params>
[[nodiscard]] Params changed(const Params& params, const boost::json::object& entry, const std::vector<std::string_view>& known,
                             const std::string& where) {
    boost::json::object values = values_of(params);
    for (const auto& [key, value] : entry) {
        bool other = false;
        for (const std::string_view name : known) other = other || name == key;
        if (!other) values[key] = value;
    }
    return read_params<Params>(values, where);
}

}  // namespace detail

/// Reads {"stage": NAME, "tasks": PATTERN, "matrices": PATTERN, PARAMETER: VALUE, ..., "rules": [{"tasks", "matrices", PARAMETER: VALUE,
/// ...}, ...]}; all but the stage may be left out. @param where leads to the entry in messages.
/// @throws InputError on a key that is unknown or a value that is out of range.
template <class Params>
[[nodiscard]] Settings<Params> read_settings(const boost::json::object& entry, const std::string& where) {
    const auto place = [](const boost::json::object& of, const std::string& at) {
        return Where{detail::pattern_at(of, "tasks", at), detail::pattern_at(of, "matrices", at)};
    };
    const Params common = detail::changed(Params{}, entry, {"stage", "tasks", "matrices", "rules"}, where);
    std::vector<std::pair<Where, Params>> rules;
    if (const boost::json::value* given = entry.if_contains("rules")) {
        if (!given->is_array()) throw InputError(where + ".rules", "is " + berth::detail::shown(*given), "a list of objects");
        for (std::size_t i = 0; i < given->get_array().size(); ++i) {
            const std::string at = fmt::format("{}.rules[{}]", where, i);
            const boost::json::value& rule = given->get_array()[i];
            if (!rule.is_object()) throw InputError(at, "is " + berth::detail::shown(rule), "an object of tasks, matrices and parameters");
            rules.emplace_back(place(rule.get_object(), at), detail::changed(common, rule.get_object(), {"tasks", "matrices"}, at));
        }
    }
    return Settings<Params>(place(entry, where), common, std::move(rules));
}

/// describe_params, with the default of each.
template <class Params>
[[nodiscard]] boost::json::array describe_defaults() {
    boost::json::array list = describe_params<Params>();
    const boost::json::object values = detail::values_of(Params{});
    for (boost::json::value& field : list) field.as_object()["default"] = values.at(field.at("name").as_string());
    return list;
}

/// Of a stage without parameters.
struct NoParameters {
    static constexpr std::tuple<> fields{};
};

}  // namespace berth::compressor

// SPDX-License-Identifier: Apache-2.0
#include "compressor/methods.hpp"
#include "models/core/error.hpp"
#include "models/core/json.hpp"
#include "models/core/params.hpp"
#include "models/cost/law.hpp"
#include "models/cost/memories.hpp"
#include "models/crossbar/cell_effect.hpp"
#include "models/crossbar/encoding.hpp"
#include "models/interconnect/topology.hpp"
#include "models/mapping/mapper.hpp"
#include "models/periphery/adc.hpp"
#include "platform/cell_presets.hpp"
#include "platform/command/command.hpp"
#include "platform/config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>

namespace berth::command {
namespace {

boost::json::array describe_presets() {
    boost::json::array list;
    for (const auto& [name, description] : platform::presets())
        list.emplace_back(boost::json::object{{"name", name}, {"meaning", description}});
    return list;
}

struct Kind {
    const char* name;
    boost::json::array (*describe)();
};

constexpr Kind kKinds[] = {
    {"presets", &describe_presets},
    {"methods", &compressor::describe_methods},
    {"stages", &compressor::describe_stages},
    {"encodings", &crossbar::describe_encodings},
    {"cells", &platform::describe_cell_kinds},
    {"effects", &crossbar::describe_cell_effects},
    {"adcs", &periphery::describe_adcs},
    {"mappers", &mapping::describe_mappers},
    {"schedulers", &platform::describe_schedulers},
    {"evictions", &platform::describe_evictions},
    {"topologies", &interconnect::describe_topologies},
    {"memories", &cost::describe_memories},
    {"laws", &cost::describe_laws},
};

std::vector<std::string> kind_names() {
    std::vector<std::string> names;
    for (const Kind& kind : kKinds) names.emplace_back(kind.name);
    return names;
}

/// "acc, opt or agg": alternatives are names, or objects that have one.
std::string names_of(const boost::json::value& one_of) {
    std::vector<std::string> names;
    for (const auto& one : one_of.as_array()) {
        const boost::json::value& name = one.is_object() ? one.at("name") : one;
        names.emplace_back(name.as_string());
    }
    return detail::alternatives(names);
}

/// One parameter as a line below its owner: "bits: 1 to 16 bit, resolution".
std::string parameter(const boost::json::object& field) {
    const auto text = [&](const char* key) {
        const auto* value = field.if_contains(key);
        return !value ? std::string() : value->is_string() ? std::string(value->get_string()) : detail::shown(*value);
    };
    const std::string range = field.contains("min")      ? text("min") + " to " + text("max") + " " + text("unit")
                              : field.contains("one_of") ? names_of(field.at("one_of"))
                                                         : std::string();
    const std::string usual = field.contains("default") ? ", " + text("default") + " if not given" : std::string();
    return fmt::format("{:<20}  {}: {}{}{}{}\n", "", text("name"), range, range.empty() ? "" : ", ", text("meaning"), usual);
}

/// A text as it is, texts behind one another, anything else as JSON.
std::string words(const boost::json::value& value) {
    if (value.is_string()) return std::string(value.get_string());
    if (!value.is_array()) return detail::shown(value);
    std::string all;
    for (const auto& one : value.get_array())
        all += (all.empty() ? "" : ", ") + (one.is_string() ? std::string(one.get_string()) : detail::shown(one));
    return all;
}

/// Name in one column, everything else the entry says behind it, its parameters below.
std::string table(const boost::json::array& entries) {
    std::string out;
    for (const auto& entry : entries) {
        std::string about, parameters;
        for (const auto& field : entry.as_object()) {
            const std::string key(field.key());
            if (key == "name") continue;
            if (key == "parameters" && field.value().is_array()) {
                for (const auto& one : field.value().get_array()) parameters += one.is_object() ? parameter(one.get_object()) : "";
                continue;
            }
            const std::string value = words(field.value());
            about += (about.empty() ? "" : "; ") + (key == "meaning" ? value : key + ": " + value);
        }
        out += fmt::format("{:<20}  {}\n{}", std::string(entry.at("name").as_string()), about, parameters);
    }
    return out;
}

void run(const std::string& name, bool json) {
    for (const Kind& kind : kKinds)
        if (name == kind.name) {
            const boost::json::array entries = kind.describe();
            std::cout << (json ? pretty_json(entries) : table(entries));
            return;
        }
    throw InputError("list " + name, "is not a kind of thing that can be plugged in", detail::alternatives(kind_names()));
}

}  // namespace

void add_list(CLI::App& app, Common&) {
    auto* command = app.add_subcommand("list", "what can be plugged in: " + detail::alternatives(kind_names()));
    const auto kind = std::make_shared<std::string>();
    const auto json = std::make_shared<bool>(false);
    command->add_option("kind", *kind, detail::alternatives(kind_names()))->required();
    command->add_flag("--json", *json, "as JSON");
    command->footer("Example:\n  berth list encodings --json");
    command->callback([kind, json] { run(*kind, *json); });
}

}  // namespace berth::command

// SPDX-License-Identifier: Apache-2.0
#include "compressor/methods.hpp"
#include "models/core/error.hpp"
#include "models/core/json.hpp"
#include "models/core/params.hpp"
#include "models/crossbar/encoding.hpp"
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
    {"encodings", &crossbar::describe_encodings},
    {"cells", &platform::describe_cells},
    {"adcs", &periphery::describe_adcs},
    {"mappers", &mapping::describe_mappers},
    {"topologies", &platform::describe_topologies},
};

std::vector<std::string> kind_names() {
    std::vector<std::string> names;
    for (const Kind& kind : kKinds) names.emplace_back(kind.name);
    return names;
}

/// Name in one column, everything else the entry says behind it.
std::string table(const boost::json::array& entries) {
    std::string out;
    for (const auto& entry : entries) {
        const auto& object = entry.as_object();
        out += fmt::format("{:<20}", std::string(object.at("name").as_string()));
        const char* separator = "";
        for (const auto& field : object) {
            if (field.key() == "name") continue;
            const bool plain = field.key() == "meaning" || field.key() == "description";
            const std::string value =
                field.value().is_string() ? std::string(field.value().get_string()) : boost::json::serialize(field.value());
            out += separator + (plain ? value : std::string(field.key()) + ": " + value);
            separator = "; ";
        }
        out += "\n";
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

// SPDX-License-Identifier: Apache-2.0
#include "models/core/json.hpp"
#include "models/core/params.hpp"
#include "platform/command/command.hpp"
#include "platform/config.hpp"

#include <fmt/format.h>

#include <iostream>
#include <map>
#include <memory>

namespace berth::command {
namespace {

struct SourcesOptions {
    std::string platform;
    std::vector<std::string> settings;
    bool json = false;
};

/// Every row that the platforms rest on, by id, with those that use it: [{row, value, ..., range, used_by}].
boost::json::array rows_in_use(const std::vector<std::string>& platforms, const std::vector<std::string>& settings) {
    std::map<std::string, boost::json::object> rows;
    for (const std::string& name : platforms)
        for (const auto& source : platform::load_platform(name, settings).constants.sources()) {
            auto& row = rows.emplace(std::string(source.at("row").as_string()), source.as_object()).first->second;
            if (!row.contains("used_by")) row["used_by"] = boost::json::array();
            row["used_by"].as_array().emplace_back(name);
        }
    boost::json::array list;
    for (auto& [id, row] : rows) list.emplace_back(std::move(row));
    return list;
}

std::string table(const boost::json::array& rows) {
    std::string out = fmt::format("{:<40}{:>12} {:<7}{:>5}  {}  {:<20}{}\n", "row", "value", "unit", "nm", "C", "range", "per; source");
    const auto text = [](const boost::json::object& row, const char* key) { return std::string(row.at(key).as_string()); };
    for (const auto& value : rows) {
        const auto& row = value.as_object();
        const auto& range = row.at("range");
        const std::string spread = range.is_null() ? "-" : detail::shown(range.at("low")) + " to " + detail::shown(range.at("high"));
        out +=
            fmt::format("{:<40}{:>12} {:<7}{:>5}  {}  {:<20}{}; {}\n", text(row, "row"), detail::shown(row.at("value")), text(row, "unit"),
                        detail::shown(row.at("node")), text(row, "mark"), spread, text(row, "per"), text(row, "source"));
    }
    return out;
}

void run(const SourcesOptions& options) {
    std::vector<std::string> platforms;
    if (!options.platform.empty()) platforms.push_back(options.platform);
    if (platforms.empty())
        for (const auto& [name, description] : platform::presets()) platforms.push_back(name);
    const boost::json::array rows = rows_in_use(platforms, options.settings);
    std::cout << (options.json ? pretty_json(rows) : table(rows));
}

}  // namespace

void add_sources(CLI::App& app, Common&) {
    auto* command = app.add_subcommand("sources", "every constant in use: value, unit, node, range, and where it was published");
    const auto options = std::make_shared<SourcesOptions>();
    command->add_option("--platform", options->platform, "preset or JSON file (default: every preset)");
    command->add_option("--set", options->settings, "path=value in the platform, e.g. adc.bits=6 (repeatable)")->allow_extra_args(false);
    command->add_flag("--json", options->json, "as JSON");
    command->footer("Example:\n  berth sources --platform reram-multitask --json");
    command->callback([options] { run(*options); });
}

}  // namespace berth::command

// SPDX-License-Identifier: Apache-2.0
#include "berth/version.hpp"
#include "models/core/digest.hpp"
#include "models/core/error.hpp"
#include "models/core/files.hpp"
#include "models/core/json.hpp"
#include "platform/area_report.hpp"
#include "platform/command/command.hpp"
#include "platform/command/family_option.hpp"
#include "platform/command/image_block.hpp"
#include "platform/programming.hpp"
#include "platform/sanity.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>

namespace berth::command {
namespace {

struct AreaOptions {
    std::string platform, image, json;
    platform::FamilyShape family;
    std::vector<std::string> settings;
    UncertaintyChoice uncertainty;
};

/// What there is in place of dead parts and, where an image says which parts are wanted, how far it goes.
std::string spares_line(const boost::json::object& spares, double mm2) {
    std::string line = fmt::format("Spare, {:.4f} mm2:", mm2);
    for (const char* part : {"imas", "columns"}) {
        const auto& counts = spares.at(part);
        line += fmt::format(" {} {}", counts.at("provided").to_number<std::int64_t>(), part == std::string("imas") ? "IMAs" : part);
        if (!counts.at("dead").is_null())
            line += fmt::format(" ({} dead, {} replaced, {} lost)", counts.at("dead").to_number<std::int64_t>(),
                                counts.at("replaced").to_number<std::int64_t>(), counts.at("lost").to_number<std::int64_t>());
    }
    return line + "\n";
}

std::string table(const platform::PlatformConfig& config, const platform::ImageOnChip* on_chip) {
    const boost::json::object area = platform::area_block(config, on_chip), power = platform::power_block(config, on_chip);
    const boost::json::object arrays = platform::arrays_block(config, on_chip);
    std::string out = fmt::format("{:<28}{:>12}{:>8}{:>12}{:>12}\n", "component", "mm2", "%", "peak W", "static W");
    const double total = area.at("total").to_number<double>();
    const auto line = [&](std::string_view name, double mm2, double peak, double rest) {
        out += fmt::format("{:<28}{:>12.4f}{:>8.2f}{:>12.4f}{:>12.4f}\n", name, mm2, total > 0 ? 100.0 * mm2 / total : 0.0, peak, rest);
    };
    for (const auto& entry : area.at("components").as_object()) {
        const auto& watts = power.at("components").at(entry.key());
        line(entry.key(), entry.value().to_number<double>(), watts.at("peak").to_number<double>(), watts.at("static").to_number<double>());
    }
    line("total", total, power.at("peak").to_number<double>(), power.at("static").to_number<double>());
    const std::int64_t chips = arrays.at("chips").to_number<std::int64_t>();
    out += fmt::format("\n{} tiles of {}, {} IMAs; {} arrays there\n", arrays.at("tiles").to_number<std::int64_t>(), config.hierarchy.tiles,
                       arrays.at("imas").to_number<std::int64_t>(), arrays.at("available").to_number<std::int64_t>());
    if (chips > 1)
        out += fmt::format("{} chips of {} tiles, {:.1f} mm2 with {} spare tiles and their links\n", chips, on_chip->chip_tiles,
                           area.at("whole_chips").to_number<double>(), arrays.at("spare_tiles").to_number<std::int64_t>());
    if (const auto& spares = arrays.at("spares"); !spares.is_null())
        out += spares_line(spares.as_object(), area.at("repair").to_number<double>());
    out += fmt::format("Counted: {}.\n", config.accounting);
    return out;
}

std::string comparison(const platform::PlatformConfig& config, const platform::ImageOnChip& on_chip) {
    const boost::json::value cells = platform::cells_block(&on_chip), ratios = platform::ratios_block(config, &on_chip);
    const boost::json::object area = platform::area_block(config, &on_chip);
    const auto shown = [](const boost::json::value& value) {
        return value.is_null() ? std::string("-") : fmt::format("{:.4f}", value.to_number<double>());
    };
    std::string groups;
    for (const auto& entry : area.at("groups").as_object())
        if (const double mm2 = entry.value().to_number<double>(); mm2 > 0)
            groups += fmt::format("{}{} {:.2f}", groups.empty() ? "" : ", ", std::string(entry.key()), mm2);
    return fmt::format(
        "\n{} arrays needed, with {} sets of converters; {:.1f} % of their cells in use; {} banks of embedding memory\n"
        "mm2: {}\n"
        "Against one int8 copy for each of {} tasks: cells {} (1/N + c_delta/c_full = {}), arrays {}, area {}; against copies that share "
        "converters alike: area {}\n{}.\n",
        on_chip.image.arrays, on_chip.image.sites, 100.0 * on_chip.image.utilisation, on_chip.embedding_banks, groups, on_chip.tasks,
        shown(ratios.at("cells")), shown(cells.at("closed_form")), shown(ratios.at("arrays")), shown(ratios.at("area")),
        shown(ratios.at("area_sharing")), std::string(ratios.at("explanation").as_string()));
}

void run(const AreaOptions& options, const Common& common) {
    check_outputs({options.json}, {options.image, options.platform});
    if (!options.image.empty() && !options.family.model.empty())
        throw InputError("area", "has both an image and a shape", "--image or --shape");
    platform::PlatformConfig config = platform::load_platform(options.platform, options.settings);
    config.seed = common.seed;
    std::optional<platform::ImageOnChip> placed;
    boost::json::value image_json, family_json, programming;
    if (!options.family.model.empty()) {
        check_family(options.family);
        placed = platform::place_family(config, platform::outline_of(options.family));
        family_json = platform::describe(options.family);
    } else if (!options.image.empty()) {
        const compressor::WeightImage image = read_for_costs(options.image, config);
        placed = platform::place_on_chip(config, image);
        image_json = image_block(options.image, sha256_of_file(options.image), image);
        programming = platform::programming_block(platform::programming_of(image, placed->image, config, common.threads), config);
    }
    const platform::ImageOnChip* on_chip = placed ? &*placed : nullptr;
    std::cout << table(config, on_chip) << (on_chip ? comparison(config, *on_chip) : "");
    const boost::json::object power = platform::power_block(config, on_chip), area = platform::area_block(config, on_chip);
    for (const auto& warning : platform::warnings(config, power.at("peak").to_number<double>(), area.at("total").to_number<double>()))
        fmt::print(stderr, "berth: warning: {}: {}\n", options.platform, warning);
    boost::json::value uncertainty;
    if (options.uncertainty.wanted) {
        uncertainty =
            platform::uncertainty_block(config, common.seed, options.uncertainty.samples,
                                        [&](const platform::PlatformConfig& drawn) { return platform::area_totals(drawn, on_chip); });
        std::cout << platform::uncertainty_table(uncertainty.as_object());
    }
    if (options.json.empty()) return;
    const boost::json::object report{{"schema", "berth.area.1"},
                                     {"berth_version", kVersion},
                                     {"command", common.line},
                                     {"platform", {{"name", config.name}, {"sha256", config.sha256}, {"accounting", config.accounting}}},
                                     {"image", image_json},
                                     {"family", family_json},
                                     {"area_mm2", area},
                                     {"power_w", power},
                                     {"arrays", platform::arrays_block(config, on_chip)},
                                     {"cells", platform::cells_block(on_chip)},
                                     {"ratios", platform::ratios_block(config, on_chip)},
                                     {"programming", programming},
                                     {"uncertainty", uncertainty},
                                     {"sources", config.constants.sources()}};
    write_text(options.json, pretty_json(report));
}

}  // namespace

void add_area(CLI::App& app, Common& common) {
    auto* command = app.add_subcommand("area", "area and power of a platform by component, or of the part of it that an image takes");
    const auto options = std::make_shared<AreaOptions>();
    command->add_option("--platform", options->platform, "preset or JSON file")->required();
    command->add_option("--image", options->image, "weight image: count the tiles it takes, and compare with one copy a task");
    add_family_options(*command, options->family);
    command->add_option("--json", options->json, "write the report to this file");
    command->add_option("--set", options->settings, "path=value in the platform, e.g. adc.bits=6 (repeatable)")->allow_extra_args(false);
    add_uncertainty_options(*command, options->uncertainty);
    add_common_options(*command, common);
    command->footer(
        "Examples:\n  berth area --platform reram-multitask --image tasks.berth --json area.json\n"
        "  berth area --platform reram-multitask --set hierarchy.mapper=banked --shape bert-large --tasks 16 --rank 8");
    command->callback([options, &common] { run(*options, common); });
}

}  // namespace berth::command

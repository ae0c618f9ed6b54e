// SPDX-License-Identifier: Apache-2.0
#include "platform/estimate.hpp"
#include "berth/version.hpp"
#include "compressor/image_file.hpp"
#include "models/core/digest.hpp"
#include "models/core/error.hpp"
#include "models/core/files.hpp"
#include "models/core/json.hpp"
#include "models/core/params.hpp"
#include "platform/accelerator/accelerator.hpp"
#include "platform/area_report.hpp"
#include "platform/command/command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>

namespace berth::command {
namespace {

constexpr int kUsualTokens = 128;

struct EstimateOptions {
    std::string platform, image, json;
    int tokens = 0;  ///< 0: as many as the model takes, at most kUsualTokens
    std::vector<std::string> settings;
    UncertaintyChoice uncertainty;
};

/// What is estimated: an image on a platform, for sentences of one length.
struct Estimated {
    platform::PlatformConfig config;
    compressor::WeightImage image;
    platform::ImageOnChip on_chip;
    platform::ChipPlan plan;
    int tokens = 0;
};

Estimated read_input(const EstimateOptions& options) {
    platform::PlatformConfig config = platform::load_platform(options.platform, options.settings);
    platform::Accelerator::check_payable(config);
    compressor::WeightImage image = compressor::read_image(options.image);
    platform::ImageOnChip on_chip = platform::place_on_chip(config, image);
    platform::ChipPlan plan = platform::make_plan(image, config, platform::make_mesh(config));
    const int tokens = options.tokens != 0 ? options.tokens : std::min(kUsualTokens, image.shape.positions);
    return {std::move(config), std::move(image), std::move(on_chip), std::move(plan), tokens};
}

/// Energy of one sentence alone: what it makes the parts do, and what they take at rest meanwhile.
Ledger energy_of(const Estimated& input, const platform::PlatformConfig& config, const platform::SentenceEstimate& sentence) {
    Ledger ledger;
    platform::book(sentence.actions, config.inventory, ledger);
    for (const auto& [path, watts] :
         config.inventory.static_power(input.on_chip.image.tiles, config.hierarchy, input.on_chip.embedding_banks))
        if (watts > 0.0) ledger.add_static(path, watts, sentence.stay_s);
    return ledger;
}

boost::json::object task_block(const Estimated& input, std::size_t task) {
    const auto sentence = platform::estimate_sentence(input.plan, input.config, task, input.tokens);
    const Ledger ledger = energy_of(input, input.config, sentence);
    return {{"name", input.image.tasks[task].name},
            {"latency_s", sentence.latency_s},
            {"throughput_per_s", 1.0 / sentence.interval_s},
            {"bottleneck", sentence.bottleneck},
            {"energy_j",
             {{"total", ledger.total()},
              {"static", ledger.static_total()},
              {"per_inference", ledger.total()},
              {"components", ledger.components()}}},
            {"array_reads", ledger.count("tile.ima.array", "read")},
            {"adc_conversions", ledger.count("tile.ima.adc", "convert")}};
}

/// Area, powers, and every task's energy, latency and rate. Times move only where a row behind them has a range.
platform::Totals totals(const Estimated& input, const std::vector<platform::SentenceEstimate>& published,
                        const platform::PlatformConfig& drawn) {
    platform::Totals totals = platform::area_totals(drawn, &input.on_chip);
    const bool same_times = drawn.timing == input.config.timing;
    for (std::size_t task = 0; task < published.size(); ++task) {
        const auto sentence = same_times ? published[task] : platform::estimate_sentence(input.plan, drawn, task, input.tokens);
        const std::string path = "tasks." + input.image.tasks[task].name;
        totals.emplace_back(path + ".energy_j", energy_of(input, drawn, sentence).total());
        totals.emplace_back(path + ".latency_s", sentence.latency_s);
        totals.emplace_back(path + ".throughput_per_s", 1.0 / sentence.interval_s);
    }
    return totals;
}

boost::json::value uncertainty(const UncertaintyChoice& choice, const Estimated& input, std::uint64_t seed) {
    if (!choice.wanted) return nullptr;
    std::vector<platform::SentenceEstimate> published;
    for (std::size_t task = 0; task < input.image.tasks.size(); ++task)
        published.push_back(platform::estimate_sentence(input.plan, input.config, task, input.tokens));
    return platform::uncertainty_block(input.config, seed, choice.samples,
                                       [&](const platform::PlatformConfig& drawn) { return totals(input, published, drawn); });
}

boost::json::object report(const EstimateOptions& options, const Estimated& input, const Common& common) {
    boost::json::array names, tasks;
    for (std::size_t task = 0; task < input.image.tasks.size(); ++task) {
        names.emplace_back(input.image.tasks[task].name);
        tasks.emplace_back(task_block(input, task));
    }
    return {{"schema", "berth.estimate.1"},
            {"berth_version", kVersion},
            {"command", common.line},
            {"platform", {{"name", input.config.name}, {"sha256", input.config.sha256}, {"accounting", input.config.accounting}}},
            {"image",
             {{"path", options.image},
              {"sha256", sha256_of_file(options.image)},
              {"method", input.image.method},
              {"mode", input.image.mode},
              {"tasks", std::move(names)}}},
            {"tokens", input.tokens},
            {"tasks", std::move(tasks)},
            {"area_mm2", platform::area_block(input.config, &input.on_chip)},
            {"power_w", platform::power_block(input.config, &input.on_chip)},
            {"arrays", platform::arrays_block(input.config, &input.on_chip)},
            {"uncertainty", uncertainty(options.uncertainty, input, common.seed)},
            {"sources", input.config.constants.sources()}};
}

std::string table(const boost::json::object& report) {
    std::string out = fmt::format("{:<16}{:>14}{:>18}{:>18}  {}\n", "task", "latency", "sentences/s", "energy/sentence", "busiest part");
    for (const auto& task : report.at("tasks").as_array())
        out +=
            fmt::format("{:<16}{:>11.2f} us{:>18.0f}{:>15.2f} uJ  {}\n", std::string(task.at("name").as_string()),
                        task.at("latency_s").to_number<double>() * 1e6, task.at("throughput_per_s").to_number<double>(),
                        task.at("energy_j").at("per_inference").to_number<double>() * 1e6, std::string(task.at("bottleneck").as_string()));
    const auto& area = report.at("area_mm2");
    out += fmt::format("{} tokens a sentence, one at a time; {:.2f} mm2, {} tiles\n", report.at("tokens").to_number<int>(),
                       area.at("total").to_number<double>(), report.at("arrays").at("tiles").to_number<std::int64_t>());
    return out;
}

void run(const EstimateOptions& options, const Common& common) {
    check_outputs({options.json}, {options.image, options.platform});
    const Estimated input = read_input(options);
    const boost::json::object results = report(options, input, common);
    std::cout << table(results);
    if (options.uncertainty.wanted) std::cout << platform::uncertainty_table(results.at("uncertainty").as_object());
    if (!options.json.empty()) write_text(options.json, pretty_json(results));
}

}  // namespace

void add_estimate(CLI::App& app, Common& common) {
    auto* command = app.add_subcommand("estimate", "latency, energy and area of an image on a platform in closed form, without simulation");
    const auto options = std::make_shared<EstimateOptions>();
    command->add_option("--platform", options->platform, "preset or JSON file")->required();
    command->add_option("--image", options->image, "weight image")->required();
    command->add_option("--tokens", options->tokens, "tokens of a sentence (default: 128, or as many as the model takes)")
        ->check(CLI::Range(1, 1 << 20));
    command->add_option("--json", options->json, "write the report to this file");
    command->add_option("--set", options->settings, "path=value in the platform, e.g. adc.bits=6 (repeatable)")->allow_extra_args(false);
    add_uncertainty_options(*command, options->uncertainty);
    add_common_options(*command, common);
    command->footer("Example:\n  berth estimate --platform reram-multitask --image tasks.berth --tokens 64 --json estimate.json");
    command->callback([options, &common] { run(*options, common); });
}

}  // namespace berth::command

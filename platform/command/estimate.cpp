// SPDX-License-Identifier: Apache-2.0
#include "platform/estimate.hpp"
#include "berth/version.hpp"
#include "models/core/digest.hpp"
#include "models/core/error.hpp"
#include "models/core/files.hpp"
#include "models/core/json.hpp"
#include "models/core/params.hpp"
#include "platform/accelerator/accelerator.hpp"
#include "platform/area_report.hpp"
#include "platform/command/command.hpp"
#include "platform/command/family_option.hpp"
#include "platform/command/image_block.hpp"
#include "platform/programming.hpp"
#include "platform/static_energy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <future>
#include <iostream>
#include <memory>
#include <utility>
#include <vector>

namespace berth::command {
namespace {

constexpr int kUsualTokens = 128;

struct EstimateOptions {
    std::string platform, image, layer, json;
    platform::FamilyShape family;
    int tokens = 0;  ///< 0: as many as the model takes, at most kUsualTokens
    std::vector<std::string> settings;
    UncertaintyChoice uncertainty;
};

/// What is estimated: an image, or one matrix, on a platform, for sentences of one length.
struct Estimated {
    platform::PlatformConfig config;
    platform::ImageOnChip on_chip;
    platform::ChipPlan plan;
    std::vector<std::string> names;  ///< of the tasks, or the matrix
    boost::json::value image, family;
    boost::json::value programming;  ///< null for a matrix, whose values nobody knows
    int tokens = 0;
    bool layer = false;

    [[nodiscard]] platform::SentenceEstimate sentence(const platform::PlatformConfig& with, std::size_t task) const {
        return layer ? platform::estimate_layer(plan, with, tokens) : platform::estimate_sentence(plan, with, task, tokens);
    }
};

int tokens_of(const EstimateOptions& options, const inference::Shape& shape) {
    return options.tokens != 0 ? options.tokens : std::min(kUsualTokens, shape.positions);
}

/// What is the same for an image and for the outline of one.
Estimated planned(const compressor::WeightImage& image, platform::ImageOnChip on_chip, const EstimateOptions& options,
                  platform::PlatformConfig config) {
    platform::ChipPlan plan = platform::make_plan(image, config, *platform::make_topology(config));
    std::vector<std::string> names;
    for (const auto& task : image.tasks) names.push_back(task.name);
    return {std::move(config),
            std::move(on_chip),
            std::move(plan),
            std::move(names),
            nullptr,
            nullptr,
            nullptr,
            tokens_of(options, image.shape),
            false};
}

Estimated read_image_input(const EstimateOptions& options, platform::PlatformConfig config, int threads) {
    // Only a report names the file by its digest, which is taken while the image is read.
    auto digest = std::async(options.json.empty() ? std::launch::deferred : std::launch::async,
                             [&] { return options.json.empty() ? std::string() : sha256_of_file(options.image); });
    const compressor::WeightImage image = read_for_costs(options.image, config);
    platform::ImageOnChip on_chip = platform::place_on_chip(config, image);
    boost::json::value programming = platform::programming_block(platform::programming_of(image, on_chip.image, config, threads), config);
    Estimated input = planned(image, std::move(on_chip), options, std::move(config));
    input.image = image_block(options.image, digest.get(), image);
    input.programming = std::move(programming);
    return input;
}

/// Tasks of a shape have no values, so nobody knows their pulses.
Estimated read_family_input(const EstimateOptions& options, platform::PlatformConfig config) {
    check_family(options.family);
    const compressor::WeightImage outline = platform::outline_of(options.family);
    platform::ImageOnChip on_chip = platform::place_family(config, outline);
    Estimated input = planned(outline, std::move(on_chip), options, std::move(config));
    input.family = platform::describe(options.family);
    return input;
}

/// "768x3072": outputs and inputs.
std::pair<int, int> layer_size(const std::string& text) {
    constexpr int most = 1 << 20;
    int outputs = 0, inputs = 0;
    const char *begin = text.data(), *end = begin + text.size();
    const auto first = std::from_chars(begin, end, outputs);
    const bool crossed = first.ec == std::errc() && first.ptr != end && *first.ptr == 'x';
    const auto second = crossed ? std::from_chars(first.ptr + 1, end, inputs) : first;
    if (!crossed || second.ec != std::errc() || second.ptr != end || outputs < 1 || inputs < 1 || outputs > most || inputs > most)
        throw InputError("--layer", "is " + text, "outputs and inputs, such as 768x3072, of 1 to 1048576 each");
    return {outputs, inputs};
}

Estimated read_layer_input(const EstimateOptions& options, platform::PlatformConfig config) {
    const auto [outputs, inputs] = layer_size(options.layer);
    platform::ChipPlan plan = platform::make_layer_plan(outputs, inputs, config, *platform::make_topology(config));
    const std::vector<mapping::Plane> planes{plan.placement.planes.front().plane};
    platform::ImageOnChip on_chip = platform::place_on_chip(config, planes, planes, 1, {});
    const int tokens = options.tokens != 0 ? options.tokens : kUsualTokens;
    return {std::move(config), std::move(on_chip), std::move(plan), {options.layer}, nullptr, nullptr, nullptr, tokens, true};
}

Estimated read_input(const EstimateOptions& options, const Common& common) {
    const auto given = static_cast<int>(!options.image.empty()) + static_cast<int>(!options.layer.empty()) +
                       static_cast<int>(!options.family.model.empty());
    if (given != 1)
        throw InputError("estimate", given == 0 ? "has nothing to estimate" : "has more than one of image, layer and shape",
                         "--image, --layer or --shape");
    platform::PlatformConfig config = platform::load_platform(options.platform, options.settings);
    config.seed = common.seed;
    platform::Accelerator::check_payable(config);
    if (!options.layer.empty()) return read_layer_input(options, std::move(config));
    if (!options.family.model.empty()) return read_family_input(options, std::move(config));
    return read_image_input(options, std::move(config), common.threads);
}

/// Energy of one sentence alone: what it makes the parts do, and what they take at rest meanwhile.
Ledger energy_of(const Estimated& input, const platform::PlatformConfig& config, const platform::SentenceEstimate& sentence,
                 double tiles_on) {
    Ledger ledger;
    platform::book(sentence.actions, config.inventory, ledger);
    platform::book_static(ledger, config, input.on_chip, {.on_s = sentence.stay_s, .tiles_on = tiles_on});
    return ledger;
}

double tiles_on(const Estimated& input, std::size_t task, const platform::SentenceEstimate& sentence) {
    return platform::share_of_tiles_on(input.on_chip, std::span(&input.names[task], 1), sentence.stages, sentence.stay_s);
}

boost::json::object task_block(const Estimated& input, std::size_t task, const platform::SentenceEstimate& sentence) {
    const double share = tiles_on(input, task, sentence);
    const Ledger ledger = energy_of(input, input.config, sentence, share);
    return {{"name", input.names[task]},
            {"latency_s", sentence.latency_s},
            {"throughput_per_s", 1.0 / sentence.interval_s},
            {"bottleneck", sentence.bottleneck},
            {"energy_j",
             {{"total", ledger.total()},
              {"static", ledger.static_total()},
              {"per_inference", ledger.total()},
              {"components", ledger.components()}}},
            {"leakage", platform::leakage_block(input.config, input.on_chip, share, sentence.stay_s)},
            {"array_reads", sentence.array_reads},
            {"adc_conversions", ledger.count("tile.ima.sample_hold", "sample")}};
}

/// Area, powers, and every task's energy, latency and rate. Times move only where a row behind them has a range.
platform::Totals totals(const Estimated& input, const std::vector<platform::SentenceEstimate>& published,
                        const platform::PlatformConfig& drawn) {
    platform::Totals totals = platform::area_totals(drawn, &input.on_chip);
    const bool same_times = drawn.timing == input.config.timing;
    for (std::size_t task = 0; task < published.size(); ++task) {
        const auto sentence = same_times ? published[task] : input.sentence(drawn, task);
        const std::string path = "tasks." + input.names[task];
        totals.emplace_back(path + ".energy_j", energy_of(input, drawn, sentence, tiles_on(input, task, sentence)).total());
        totals.emplace_back(path + ".latency_s", sentence.latency_s);
        totals.emplace_back(path + ".throughput_per_s", 1.0 / sentence.interval_s);
    }
    return totals;
}

boost::json::value uncertainty(const UncertaintyChoice& choice, const Estimated& input,
                               const std::vector<platform::SentenceEstimate>& published, std::uint64_t seed) {
    if (!choice.wanted) return nullptr;
    return platform::uncertainty_block(input.config, seed, choice.samples,
                                       [&](const platform::PlatformConfig& drawn) { return totals(input, published, drawn); });
}

boost::json::object report(const EstimateOptions& options, const Estimated& input, const Common& common) {
    std::vector<platform::SentenceEstimate> published;
    boost::json::array tasks;
    for (std::size_t task = 0; task < input.names.size(); ++task) {
        published.push_back(input.sentence(input.config, task));
        tasks.emplace_back(task_block(input, task, published.back()));
    }
    return {{"schema", "berth.estimate.1"},
            {"berth_version", kVersion},
            {"command", common.line},
            {"platform", {{"name", input.config.name}, {"sha256", input.config.sha256}, {"accounting", input.config.accounting}}},
            {"image", input.image},
            {"family", input.family},
            {"tokens", input.tokens},
            {"tasks", std::move(tasks)},
            {"area_mm2", platform::area_block(input.config, &input.on_chip)},
            {"power_w", platform::power_block(input.config, &input.on_chip)},
            {"arrays", platform::arrays_block(input.config, &input.on_chip)},
            {"programming", input.programming},
            {"uncertainty", uncertainty(options.uncertainty, input, published, common.seed)},
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
    const Estimated input = read_input(options, common);
    const boost::json::object results = report(options, input, common);
    std::cout << table(results);
    if (options.uncertainty.wanted) std::cout << platform::uncertainty_table(results.at("uncertainty").as_object());
    if (!options.json.empty()) write_text(options.json, pretty_json(results));
}

}  // namespace

void add_estimate(CLI::App& app, Common& common) {
    auto* command =
        app.add_subcommand("estimate", "latency, energy and area of an image, a shape or a matrix on a platform, without simulation");
    const auto options = std::make_shared<EstimateOptions>();
    command->add_option("--platform", options->platform, "preset or JSON file")->required();
    command->add_option("--image", options->image, "weight image");
    command->add_option("--layer", options->layer, "instead of an image, one int8 matrix: OUTxIN, e.g. 768x3072");
    add_family_options(*command, options->family);
    command->add_option("--tokens", options->tokens, "tokens of a sentence (default: 128, or as many as the model takes)")
        ->check(CLI::Range(1, 1 << 20));
    command->add_option("--json", options->json, "write the report to this file");
    command->add_option("--set", options->settings, "path=value in the platform, e.g. adc.bits=6 (repeatable)")->allow_extra_args(false);
    add_uncertainty_options(*command, options->uncertainty);
    add_common_options(*command, common);
    command->footer(
        "Example:\n  berth estimate --platform reram-multitask --image tasks.berth --tokens 64 --json estimate.json\n"
        "  berth estimate --platform reram-multitask --shape bert-base --tasks 8 --rank 0 --delta-bits 2");
    command->callback([options, &common] { run(*options, common); });
}

}  // namespace berth::command

// SPDX-License-Identifier: Apache-2.0
#include "berth/version.hpp"
#include "compressor/image_file.hpp"
#include "models/core/digest.hpp"
#include "models/core/error.hpp"
#include "models/core/files.hpp"
#include "models/core/json.hpp"
#include "models/core/progress.hpp"
#include "models/core/statistics.hpp"
#include "platform/area_report.hpp"
#include "platform/command/command.hpp"
#include "platform/command/image_block.hpp"
#include "platform/command/predictions.hpp"
#include "platform/command/reference_comparison.hpp"
#include "platform/converter_energy.hpp"
#include "platform/converter_ranges.hpp"
#include "platform/gated_leakage.hpp"
#include "platform/simulation.hpp"
#include "platform/stage_report.hpp"
#include "workloads/encoded_dataset.hpp"
#include "workloads/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <numeric>
#include <optional>

namespace berth::command {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

struct Options {
    std::string platform, image, task, input, metric, view = "lt", values = "on", rows = "all";
    std::vector<std::string> settings;
    std::size_t limit = 0;
    std::uint32_t in_flight = 0;  ///< 0: as many as the model has layers
    ReferenceChoice reference;
    bool stages = false;
    std::optional<fs::path> json, predictions, trace;
};

/// Everything that the user gave, read and checked before the simulation begins.
struct Input {
    platform::PlatformConfig config;
    MappedFile image_file;
    std::shared_ptr<const compressor::WeightImage> image;
    std::size_t task_number = 0;
    platform::ImageOnChip on_chip;
    std::string metric;
    workloads::DataSet data;
    std::vector<workloads::Encoded> sentences;
    std::uint32_t in_flight = 1;

    [[nodiscard]] const compressor::TaskImage& task() const { return image->tasks[task_number]; }
    [[nodiscard]] const inference::Network& network() const { return task().network; }
};

Input read_input(const Options& options, std::uint64_t seed, Threads& threads) {
    platform::PlatformConfig config = platform::load_platform(options.platform, options.settings);
    config.seed = seed;
    platform::Accelerator::check_payable(config);
    MappedFile file(options.image);
    const auto parsed = std::make_shared<const compressor::WeightImage>(compressor::parse_image(file.bytes(), options.image));
    const compressor::WeightImage& image = *parsed;
    const auto number = static_cast<std::size_t>(&image.task(options.task) - image.tasks.data());
    platform::ImageOnChip on_chip = platform::place_on_chip(config, image);

    const compressor::TaskImage& task = image.tasks[number];
    std::string metric = options.metric.empty() ? task.metric : workloads::choose_metric(options.metric, {}, "--metric");
    workloads::DataSet data =
        workloads::read_dataset(options.input).only(workloads::row_choice_named(options.rows, "--rows")).first(options.limit);
    workloads::check_labels(data, task.network.labels, task.network.regression);
    auto sentences = workloads::encode_dataset(data, workloads::Tokenizer(image.tokenizer), image.shape.segments, threads);
    const auto in_flight = options.in_flight == 0 ? static_cast<std::uint32_t>(image.shape.layers) : options.in_flight;
    return {std::move(config), std::move(file),      parsed,   number, std::move(on_chip), std::move(metric),
            std::move(data),   std::move(sentences), in_flight};
}

platform::SimulationOutcome run_platform(const Options& options, const Input& input, int threads, bool quiet, platform::Trace* trace) {
    platform::SimulationInput simulation;
    simulation.config = &input.config;
    simulation.image = input.image_file.bytes();
    simulation.parsed = input.image;
    simulation.task = static_cast<std::uint32_t>(input.task_number);
    simulation.labels = input.network().labels;
    simulation.in_flight = input.in_flight;
    simulation.modelled_tiles = static_cast<int>(std::max<std::int64_t>(1, input.on_chip.image.tiles));
    simulation.view = options.view == "at" ? tlm::View::at : tlm::View::lt;
    simulation.threads = threads;
    simulation.values = options.values == "on";
    simulation.trace = trace;
    for (std::size_t i = 0; i < input.sentences.size(); ++i)
        simulation.sentences.push_back({i, input.sentences[i].ids, input.sentences[i].segments});
    Progress progress("simulate", input.sentences.size(), quiet);
    simulation.served = [&progress] { progress.advance(); };
    platform::SimulationOutcome outcome = platform::simulate(simulation);
    if (!simulation.values) outcome.logits.clear();
    return outcome;
}

/// The fp32 checkpoint's logits, which nobody needs where the chip's are not computed.
ReferenceLogits read_reference(const Options& options, const Input& input, Threads& threads) {
    if (options.values == "off") return {std::nullopt, "--values off"};
    return reference_logits(options.reference, input.task(), input.image->base_checkpoint, input.sentences, threads);
}

/// Where the host's own time went, on stderr: it is no result, and never twice the same.
void say_where_time_went(const platform::SimulationOutcome& outcome, double wall_s) {
    const platform::WallTimes& wall = outcome.wall;
    const double inside = wall.image_s + wall.values_s + wall.models_s;
    fmt::print(stderr,
               "berth: {:.2f} s: reading {:.2f}, image {:.2f}, models {:.2f}, waiting for values {:.2f}, kernel and transport {:.2f}; "
               "{:.1f} M array "
               "reads a second\n",
               wall_s, wall_s - outcome.wall_s, wall.image_s, wall.models_s, wall.values_s, outcome.wall_s - inside,
               static_cast<double>(outcome.array_reads) / wall_s * 1e-6);
}

boost::json::value score_of(const Input& input, std::span<const float> logits) {
    if (!input.data.labelled || logits.empty()) return nullptr;
    const auto predictions = predictions_of(logits, input.network().labels, input.network().regression);
    return workloads::score(input.metric, predictions, workloads::labels_of(input.data));
}

/// Books what the parts at rest took while inference ran. @return watts.
double add_static_energy(const Input& input, platform::SimulationOutcome& outcome) {
    const double on = outcome.active_s - outcome.powered_down_s;
    return platform::book_static(outcome.ledger, input.config, input.on_chip, on, outcome.powered_down_s);
}

/// How the converters' ranges were found; null where the image has none, or was calibrated for other converters.
boost::json::value calibration_block(const Input& input) {
    const bool calibrated = input.image->calibration && input.image->calibration->converters == platform::converter_setting(input.config);
    return calibrated ? boost::json::value(input.image->calibration->method) : boost::json::value();
}

boost::json::object latency_block(std::span<const double> latency) {
    return {{"mean", mean(latency)}, {"p50", percentile(latency, 50)}, {"p95", percentile(latency, 95)}, {"max", percentile(latency, 100)}};
}

/// What cells took at the values they met, which nobody knows where none were computed.
boost::json::value array_energy(const platform::SimulationOutcome& outcome, const platform::PlatformConfig& config) {
    if (outcome.logits.empty()) return nullptr;
    return platform::array_energy_block(outcome.cell_reads, outcome.ledger, config);
}

/// The same of the converters.
boost::json::value converter_energy(const platform::SimulationOutcome& outcome, const platform::PlatformConfig& config) {
    if (outcome.logits.empty()) return nullptr;
    return platform::converter_energy_block(outcome.cell_reads, outcome.ledger, config);
}

boost::json::object report(const Options& options, const Input& input, platform::SimulationOutcome& outcome,
                           const ReferenceLogits& reference, const Common& common, int threads) {
    boost::json::value reference_score, agreed;
    if (reference.logits) {
        reference_score = score_of(input, *reference.logits);
        agreed = agreement(outcome.logits, *reference.logits, input.network().labels, input.network().regression);
    }
    const double static_watts = add_static_energy(input, outcome);
    const double total = outcome.ledger.total(), dynamic = total - outcome.ledger.static_total();
    const auto samples = static_cast<double>(input.sentences.size());
    const platform::Utilisation& used = outcome.utilisation;
    boost::json::object programming = platform::programming_block(outcome.programming, input.config);
    programming["image_load_s"] = outcome.load_s;
    return {
        {"schema", "berth.simulate.1"},
        {"berth_version", kVersion},
        {"command", common.line},
        {"platform", {{"name", input.config.name}, {"sha256", input.config.sha256}}},
        {"image", image_block(options.image, sha256(input.image_file.bytes()), *input.image)},
        {"task", options.task},
        {"input", {{"path", options.input}, {"sha256", sha256_of_file(options.input)}}},
        {"seed", common.seed},
        {"threads", threads},
        {"view", options.view},
        {"path", outcome.path},
        {"calibration", calibration_block(input)},
        {"samples", input.sentences.size()},
        {"tokens", workloads::count_tokens(input.sentences)},
        {"in_flight", input.in_flight},
        {"metric", {{"name", input.metric}, {"value", score_of(input, outcome.logits)}, {"reference", reference_score}}},
        {"agreement", agreed},
        {"latency_s", latency_block(outcome.latency_s)},
        {"throughput_per_s", samples / outcome.inference_s},
        {"energy_j", {{"total", total}, {"per_inference", total / samples}, {"components", outcome.ledger.components()}}},
        {"array_energy", array_energy(outcome, input.config)},
        {"converter_energy", converter_energy(outcome, input.config)},
        {"leakage", platform::leakage_block(input.config, input.on_chip, options.task, outcome.stages, outcome.active_s)},
        {"programming", std::move(programming)},
        {"power_w", {{"static", static_watts}, {"dynamic", dynamic / outcome.active_s}}},
        {"area_mm2", platform::area_block(input.config, &input.on_chip)},
        {"utilisation",
         {{"crossbar", used.crossbar},
          {"adc", used.adc},
          {"buffer", used.buffer},
          {"network", used.network},
          {"cells", input.on_chip.image.utilisation}}},
        {"stages", platform::stages_block(outcome.stages)},
        {"bottleneck", platform::bottleneck(outcome.stages, outcome.link_share)},
        {"array_reads", outcome.array_reads},
        {"adc_conversions", outcome.adc_conversions},
        {"clipped", outcome.clipped},
        {"wall_s", 0.0},
        {"simulated_s", outcome.simulated_s},
        {"sources", input.config.constants.sources()},
    };
}

std::string shown(const boost::json::value& value) { return value.is_null() ? "-" : fmt::format("{:.4f}", value.to_number<double>()); }

std::string summary(const boost::json::object& report) {
    const auto& metric = report.at("metric").as_object();
    const auto& latency = report.at("latency_s").as_object();
    return fmt::format(
        "{} of {} on {} sentences ({} tokens): {} on chip, {} in fp32\n"
        "latency {:.1f} us (p50 {:.1f}, p95 {:.1f}, max {:.1f}), {:.0f} sentences/s, {:.1f} uJ a sentence, {:.1f} mm2, {:.2f} s of "
        "computing\n",
        std::string(metric.at("name").as_string()), std::string(report.at("task").as_string()),
        report.at("samples").to_number<std::size_t>(), report.at("tokens").to_number<std::size_t>(), shown(metric.at("value")),
        shown(metric.at("reference")), latency.at("mean").to_number<double>() * 1e6, latency.at("p50").to_number<double>() * 1e6,
        latency.at("p95").to_number<double>() * 1e6, latency.at("max").to_number<double>() * 1e6,
        report.at("throughput_per_s").to_number<double>(), report.at("energy_j").at("per_inference").to_number<double>() * 1e6,
        report.at("area_mm2").at("total").to_number<double>(), report.at("wall_s").to_number<double>());
}

void run(const Options& options, const Common& common) {
    const auto begin = Clock::now();
    if (options.predictions && options.values == "off") throw InputError("--predictions", "is given with --values off", "--values on");
    check_outputs({options.json.value_or(""), options.predictions.value_or(""), options.trace.value_or("")},
                  {options.input, options.image, options.platform});
    Threads threads(common.threads);
    const Input input = read_input(options, common.seed, threads);
    const ReferenceLogits reference = read_reference(options, input, threads);
    if (!reference.logits) fmt::print(stderr, "berth: no fp32 reference: {}\n", reference.why);

    platform::Trace trace;
    auto outcome = run_platform(options, input, threads.count(), common.quiet, options.trace ? &trace : nullptr);
    boost::json::object results = report(options, input, outcome, reference, common, threads.count());
    results["wall_s"] = std::chrono::duration<double>(Clock::now() - begin).count();

    if (options.predictions) write_predictions(*options.predictions, outcome.logits, input.network().labels, input.network().regression);
    if (options.trace) write_text(*options.trace, trace.json());
    if (options.json) write_text(*options.json, pretty_json(results));
    if (!common.quiet) say_where_time_went(outcome, results["wall_s"].as_double());
    std::cout << summary(results);
    if (options.stages) std::cout << platform::stages_table(outcome.stages, outcome.link_share);
}

}  // namespace

void add_simulate(CLI::App& app, Common& common) {
    auto* command = app.add_subcommand("simulate", "run sentences through the SystemC platform: predictions, latency, energy, area");
    const auto options = std::make_shared<Options>();
    command->add_option("--platform", options->platform, "preset or JSON file")->required();
    command->add_option("--image", options->image, "weight image")->required();
    command->add_option("--task", options->task, "one of the image's tasks")->required();
    command->add_option("--input", options->input, "TSV with columns sentence1 and, as needed, sentence2 and label")->required();
    command
        ->add_option("--rows", options->rows,
                     "all, or those with an even or odd number, counted from 0: halves to choose by and to report on")
        ->check(CLI::IsMember(workloads::row_choice_names()))
        ->capture_default_str();
    command->add_option("--limit", options->limit, "use the first N of them alone (default: all)")->check(whole_number());
    command->add_option("--view", options->view, "how the DMA talks to memory: lt (loosely timed) or at (four phases)")
        ->check(CLI::IsMember({"lt", "at"}))
        ->capture_default_str();
    command->add_option("--values", options->values, "on, or off for time and energy alone: no prediction is made")
        ->check(CLI::IsMember({"on", "off"}))
        ->capture_default_str();
    command->add_option("--set", options->settings, "path=value in the platform, e.g. adc.bits=6 (repeatable)");
    command->add_option("--in-flight", options->in_flight, "requests that the host keeps under way (default: the model's layers)")
        ->check(CLI::Range(1, 65536));
    command->add_option("--metric", options->metric, "accuracy, f1, mcc, spearman or pearson (default: the task's)");
    auto* reference = command->add_option("--reference", options->reference.directory, "checkpoint to compare with (default: the image's)");
    command->add_flag("--no-reference", options->reference.none, "compare with no checkpoint")->excludes(reference);
    command->add_flag("--stages", options->stages, "print how each stage spent its time, and what is the bottleneck");
    command->add_option("--json", options->json, "write the results as JSON");
    command->add_option("--predictions", options->predictions, "write index, prediction and logits of every row as TSV");
    command->add_option("--trace", options->trace, "write a trace of requests and stages for Perfetto");
    add_common_options(*command, common);
    command->footer(
        "Example:\n  berth simulate --platform reram-multitask --image tasks.berth --task sst2 --input sst2.tsv --json result.json");
    command->callback([options, &common] { run(*options, common); });
}

}  // namespace berth::command

// SPDX-License-Identifier: Apache-2.0
#include "platform/command/simulate_report.hpp"

#include "berth/version.hpp"
#include "models/core/digest.hpp"
#include "models/core/statistics.hpp"
#include "platform/area_report.hpp"
#include "platform/command/image_block.hpp"
#include "platform/command/predictions.hpp"
#include "platform/converter_energy.hpp"
#include "platform/converter_ranges.hpp"
#include "platform/stage_report.hpp"
#include "platform/static_energy.hpp"
#include "workloads/encoded_dataset.hpp"
#include "workloads/metrics.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

namespace berth::command {
namespace {

boost::json::value score_of(const SimulateInput& input, const TaskInput& task, std::span<const float> logits) {
    if (!task.data.labelled || logits.empty()) return nullptr;
    const inference::Network& network = input.task_of(task).network;
    const auto predictions = predictions_of(logits, network.labels, network.regression);
    return workloads::score(task.metric, predictions, workloads::labels_of(task.data));
}

boost::json::object metric_block(const SimulateInput& input, const TaskInput& task, const TaskOutcome& outcome,
                                 const ReferenceLogits& reference) {
    return {{"name", task.metric},
            {"value", score_of(input, task, outcome.logits)},
            {"reference", reference.logits ? score_of(input, task, *reference.logits) : boost::json::value()}};
}

boost::json::value agreement_block(const SimulateInput& input, const TaskInput& task, const TaskOutcome& outcome,
                                   const ReferenceLogits& reference) {
    if (!reference.logits) return nullptr;
    const inference::Network& network = input.task_of(task).network;
    return agreement(outcome.logits, *reference.logits, network.labels, network.regression);
}

boost::json::object input_block(const std::string& file) { return {{"path", file}, {"sha256", sha256_of_file(file)}}; }

/// Books what the parts at rest took while inference ran. @return watts.
double add_static_energy(const SimulateInput& input, platform::SimulationOutcome& outcome, double tiles_on) {
    return platform::book_static(outcome.ledger, input.config, input.on_chip,
                                 {outcome.active_s - outcome.powered_down_s, outcome.powered_down_s, tiles_on});
}

/// How the converters' ranges were found; null where the image has none, or was calibrated for other converters.
boost::json::value calibration_block(const SimulateInput& input) {
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

/// What it took to bring tasks in on demand, where they take turns.
boost::json::object residency_block(const SimulateInput& input, const platform::SimulationOutcome& outcome) {
    const auto& switches = outcome.switches;
    const auto& cells = switches.written.cells;
    return {{"eviction", input.config.residency.eviction},
            {"slots", outcome.slots},
            {"tasks", input.image->tasks.size()},
            {"switches", switches.count},
            {"fetched_bytes", switches.bytes},
            {"fetch_s", switches.fetch_s},
            {"write_s", switches.written.time_s},
            {"energy_j", switches.written.energy_j},
            {"arrays", switches.written.arrays},
            {"cells", cells.cells},
            {"pulses", cells.pulses},
            {"most_programmed", switches.most_programmed}};
}

/// A line a task, where there are several, or where sentences arrive or have deadlines.
boost::json::array task_blocks(const SimulateInput& input, std::span<const TaskOutcome> tasks,
                               std::span<const ReferenceLogits> references) {
    boost::json::array blocks;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        const TaskInput& task = input.tasks[i];
        boost::json::object latency = latency_block(tasks[i].latency_s);
        latency["p99"] = percentile(tasks[i].latency_s, 99);
        blocks.emplace_back(boost::json::object{{"task", input.task_of(task).name},
                                                {"input", input_block(task.file)},
                                                {"samples", task.sentences.size()},
                                                {"tokens", workloads::count_tokens(task.sentences)},
                                                {"metric", metric_block(input, task, tasks[i], references[i])},
                                                {"agreement", agreement_block(input, task, tasks[i], references[i])},
                                                {"latency_s", std::move(latency)},
                                                {"deadlines_missed", tasks[i].missed}});
    }
    return blocks;
}

std::string shown(const boost::json::value& value) { return value.is_null() ? "-" : fmt::format("{:.4f}", value.to_number<double>()); }

double microseconds(const boost::json::value& latency, const char* key) { return latency.at(key).to_number<double>() * 1e6; }

std::string whole_line(const boost::json::object& report) {
    const auto& latency = report.at("latency_s");
    return fmt::format(
        "latency {:.1f} us (p50 {:.1f}, p95 {:.1f}, max {:.1f}), {:.0f} sentences/s, {:.1f} uJ a sentence, {:.1f} mm2, {:.2f} s of "
        "computing\n",
        microseconds(latency, "mean"), microseconds(latency, "p50"), microseconds(latency, "p95"), microseconds(latency, "max"),
        report.at("throughput_per_s").to_number<double>(), report.at("energy_j").at("per_inference").to_number<double>() * 1e6,
        report.at("area_mm2").at("total").to_number<double>(), report.at("wall_s").to_number<double>());
}

std::string task_lines(const boost::json::array& tasks) {
    std::string lines = fmt::format("{:<16}{:>10}{:>10}{:>10}{:>10}{:>12}{:>12}{:>12}{:>8}\n", "task", "metric", "sentences", "on chip",
                                    "in fp32", "p50", "p95", "p99", "missed");
    for (const auto& task : tasks) {
        const auto& metric = task.at("metric");
        const auto& latency = task.at("latency_s");
        lines +=
            fmt::format("{:<16}{:>10}{:>10}{:>10}{:>10}{:>9.1f} us{:>9.1f} us{:>9.1f} us{:>8}\n", std::string(task.at("task").as_string()),
                        std::string(metric.at("name").as_string()), task.at("samples").to_number<std::size_t>(), shown(metric.at("value")),
                        shown(metric.at("reference")), microseconds(latency, "p50"), microseconds(latency, "p95"),
                        microseconds(latency, "p99"), task.at("deadlines_missed").to_number<std::size_t>());
    }
    return lines;
}

}  // namespace

std::vector<TaskOutcome> by_task(const SimulateInput& input, const platform::SimulationOutcome& outcome) {
    std::vector<TaskOutcome> tasks(input.tasks.size());
    std::size_t at = 0;  // in the logits, which are in the stream's order, as each task's sentences are in theirs
    for (std::size_t i = 0; i < input.stream.size(); ++i) {
        const platform::StreamPlace& place = input.stream[i];
        const std::size_t first = input.together ? 0 : place.task, last = input.together ? tasks.size() - 1 : place.task;
        for (std::size_t number = first; number <= last; ++number) {
            TaskOutcome& task = tasks[number];
            task.latency_s.push_back(outcome.latency_s[i]);
            task.missed += place.deadline_s > 0.0 && outcome.latency_s[i] > place.deadline_s;
            if (outcome.logits.empty()) continue;
            const auto begin = outcome.logits.begin() + static_cast<std::ptrdiff_t>(at);
            const int labels = input.task_of(input.tasks[number]).network.labels;
            task.logits.insert(task.logits.end(), begin, begin + labels);
            at += static_cast<std::size_t>(labels);
        }
    }
    return tasks;
}

boost::json::object simulate_report(const SimulateOptions& options, const SimulateInput& input, platform::SimulationOutcome& outcome,
                                    std::span<const TaskOutcome> tasks, std::span<const ReferenceLogits> references, const Common& common,
                                    int threads) {
    const bool one = input.tasks.size() == 1;
    const std::vector<std::string> names = input.task_names();
    const double tiles_on = platform::share_of_tiles_on(input.on_chip, names, outcome.stages, outcome.active_s);
    const double static_watts = add_static_energy(input, outcome, tiles_on);
    const double total = outcome.ledger.total(), dynamic = total - outcome.ledger.static_total();
    const auto samples = static_cast<double>(input.stream.size());
    const platform::Utilisation& used = outcome.utilisation;
    boost::json::object programming = platform::programming_block(outcome.programming, input.config);
    programming["image_load_s"] = outcome.load_s;
    const boost::json::object no_metric{{"name", nullptr}, {"value", nullptr}, {"reference", nullptr}};
    boost::json::object report{
        {"schema", "berth.simulate.1"},
        {"berth_version", kVersion},
        {"command", common.line},
        {"platform", {{"name", input.config.name}, {"sha256", input.config.sha256}}},
        {"image", image_block(options.image, sha256(input.image_file.bytes()), *input.image)},
        {"task", fmt::format("{}", fmt::join(names, ", "))},
        {"input", one ? boost::json::value(input_block(input.tasks.front().file)) : boost::json::value()},
        {"seed", common.seed},
        {"threads", threads},
        {"view", options.view},
        {"path", outcome.path},
        {"calibration", calibration_block(input)},
        {"samples", input.stream.size()},
        {"tokens", input.tokens()},
        {"in_flight", input.in_flight},
        {"metric", one ? metric_block(input, input.tasks.front(), tasks.front(), references.front()) : no_metric},
        {"agreement", one ? agreement_block(input, input.tasks.front(), tasks.front(), references.front()) : boost::json::value()},
        {"latency_s", latency_block(outcome.latency_s)},
        {"throughput_per_s", samples / outcome.inference_s},
        {"energy_j", {{"total", total}, {"per_inference", total / samples}, {"components", outcome.ledger.components()}}},
        {"array_energy", input.together ? boost::json::value() : array_energy(outcome, input.config)},
        {"converter_energy", input.together ? boost::json::value() : converter_energy(outcome, input.config)},
        {"leakage", platform::leakage_block(input.config, input.on_chip, tiles_on, outcome.active_s)},
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
        {"statistics", std::move(outcome.statistics)},
        {"array_reads", outcome.array_reads},
        {"adc_conversions", outcome.adc_conversions},
        {"clipped", outcome.clipped},
        {"wall_s", 0.0},
        {"simulated_s", outcome.simulated_s},
        {"sources", input.config.constants.sources()},
    };
    if (outcome.slots > 0) report["residency"] = residency_block(input, outcome);
    if (input.mixed) {
        report["scheduler"] = input.config.queue.scheduler;
        report["arrival"] = options.arrival.empty() ? boost::json::value() : boost::json::value(options.arrival);
        report["together"] = input.together;
        report["by_task"] = task_blocks(input, tasks, references);
    }
    return report;
}

std::string simulate_summary(const boost::json::object& report) {
    if (const auto* tasks = report.if_contains("by_task")) return task_lines(tasks->as_array()) + whole_line(report);
    const auto& metric = report.at("metric").as_object();
    return fmt::format("{} of {} on {} sentences ({} tokens): {} on chip, {} in fp32\n", std::string(metric.at("name").as_string()),
                       std::string(report.at("task").as_string()), report.at("samples").to_number<std::size_t>(),
                       report.at("tokens").to_number<std::size_t>(), shown(metric.at("value")), shown(metric.at("reference"))) +
           whole_line(report);
}

}  // namespace berth::command

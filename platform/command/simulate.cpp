// SPDX-License-Identifier: Apache-2.0
#include "models/core/error.hpp"
#include "models/core/files.hpp"
#include "models/core/json.hpp"
#include "models/core/progress.hpp"
#include "platform/command/command.hpp"
#include "platform/command/predictions.hpp"
#include "platform/command/simulate_input.hpp"
#include "platform/command/simulate_report.hpp"
#include "platform/simulation.hpp"
#include "platform/stage_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <optional>

namespace berth::command {
namespace {

using Clock = std::chrono::steady_clock;

std::vector<platform::Request> requests_of(const SimulateInput& input) {
    std::vector<platform::Request> requests;
    for (const platform::StreamPlace& place : input.stream) {
        const TaskInput& task = input.tasks[place.task];
        const workloads::Encoded& sentence = task.sentences[place.sentence];
        platform::Request& request = requests.emplace_back();
        request.task = static_cast<std::uint32_t>(task.number);
        request.labels = input.task_of(task).network.labels;
        request.sentence = {requests.size() - 1, sentence.ids, sentence.segments};
        request.arrival_s = place.arrival_s;
        request.deadline_s = place.deadline_s;
        for (std::size_t other = 1; input.together && other < input.tasks.size(); ++other) {
            request.others.push_back(static_cast<std::uint32_t>(input.tasks[other].number));
            request.labels += input.task_of(input.tasks[other]).network.labels;
        }
    }
    return requests;
}

platform::SimulationOutcome run_platform(const SimulateOptions& options, const SimulateInput& input, int threads, bool quiet,
                                         platform::Trace* trace, platform::Waves* waves) {
    platform::SimulationInput simulation;
    simulation.config = &input.config;
    simulation.image = input.image_file.bytes();
    simulation.parsed = input.image;
    simulation.requests = requests_of(input);
    simulation.in_flight = input.in_flight;
    simulation.modelled_tiles = static_cast<int>(std::max<std::int64_t>(1, input.on_chip.image.tiles));
    simulation.view = options.view == "at" ? tlm::View::at : tlm::View::lt;
    simulation.threads = threads;
    simulation.values = options.values == "on";
    simulation.trace = trace;
    simulation.waves = waves;
    simulation.heartbeat_s = options.heartbeat_s;
    const auto begin = Clock::now();
    simulation.heartbeat = [begin](double simulated_s) {
        const double wall_s = std::chrono::duration<double>(Clock::now() - begin).count();
        fmt::print(stderr, "berth: heartbeat: {:.1f} s of computing, {:.6f} s simulated, {:.3g} s a second\n", wall_s, simulated_s,
                   simulated_s / wall_s);
    };
    Progress progress("simulate", input.stream.size(), quiet);
    simulation.served = [&progress] { progress.advance(); };
    platform::SimulationOutcome outcome = platform::simulate(simulation);
    if (!simulation.values) outcome.logits.clear();
    return outcome;
}

/// The fp32 checkpoints' logits, which nobody needs where the chip's are not computed.
std::vector<ReferenceLogits> read_references(const SimulateOptions& options, const SimulateInput& input, Threads& threads) {
    std::vector<ReferenceLogits> references;
    for (const TaskInput& task : input.tasks) {
        references.push_back(options.values == "off" ? ReferenceLogits{std::nullopt, "--values off"}
                                                     : reference_logits(options.reference, input.task_of(task),
                                                                        input.image->base_checkpoint, task.sentences, threads));
        if (references.back().logits) continue;
        const std::string of = input.tasks.size() > 1 ? " of task " + input.task_of(task).name : "";
        fmt::print(stderr, "berth: no fp32 reference{}: {}\n", of, references.back().why);
    }
    return references;
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

void write_all_predictions(const std::filesystem::path& file, const SimulateInput& input, std::span<const TaskOutcome> outcomes) {
    std::vector<TaskPredictions> tasks;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        const compressor::TaskImage& task = input.task_of(input.tasks[i]);
        tasks.push_back({task.name, outcomes[i].logits, task.network.labels, task.network.regression});
    }
    if (tasks.size() == 1)
        write_predictions(file, tasks.front().logits, tasks.front().labels, tasks.front().regression);
    else
        write_predictions(file, tasks);
}

void run(const SimulateOptions& options, const Common& common) {
    const auto begin = Clock::now();
    if (options.predictions && options.values == "off") throw InputError("--predictions", "is given with --values off", "--values on");
    check_outputs({options.json.value_or(""), options.predictions.value_or(""), options.trace.value_or(""), options.vcd.value_or("")},
                  inputs_of(options));
    Threads threads(common.threads);
    const SimulateInput input = read_simulate_input(options, common.seed, threads);
    const std::vector<ReferenceLogits> references = read_references(options, input, threads);

    platform::Trace trace;
    const auto waves = options.vcd ? std::make_unique<platform::Waves>() : nullptr;
    auto outcome = run_platform(options, input, threads.count(), common.quiet, options.trace ? &trace : nullptr, waves.get());
    const std::vector<TaskOutcome> tasks = by_task(input, outcome);
    boost::json::object results = simulate_report(options, input, outcome, tasks, references, common, threads.count());
    if (auto faults = platform::faults_block(outcome, input.config); !faults.is_null()) results["faults"] = std::move(faults);
    if (auto repair = platform::repair_block(outcome.repair, input.config); !repair.is_null()) {
        repair.as_object()["degraded_results"] = outcome.degraded_results;
        results["repair"] = std::move(repair);
    }
    if (outcome.degraded_results > 0)
        fmt::print(stderr, "berth: warning: {} of {} results used dead parts for which there is no spare\n", outcome.degraded_results,
                   input.stream.size());
    results["wall_s"] = std::chrono::duration<double>(Clock::now() - begin).count();

    if (options.predictions) write_all_predictions(*options.predictions, input, tasks);
    if (options.trace) write_text(*options.trace, trace.json());
    if (options.vcd) write_text(*options.vcd, waves->text());
    if (options.json) write_text(*options.json, pretty_json(results));
    if (!common.quiet) say_where_time_went(outcome, results["wall_s"].as_double());
    std::cout << simulate_summary(results);
    if (options.stages) std::cout << platform::stages_table(outcome.stages, outcome.link_share);
}

void add_stream_options(CLI::App& command, SimulateOptions& options) {
    command
        .add_option("--task", options.tasks,
                    "one of the image's tasks, or NAME=FILE.tsv with sentences of its own (repeatable; all: every task)")
        ->required();
    command.add_option("--input", options.input,
                       "TSV with columns sentence1 and, as needed, sentence2 and label: of every task without its own");
    command.add_flag("--together", options.together,
                     "ask every sentence of --input of all tasks in one pass; its labels are not looked at");
    add_rows_options(command, options.rows);
    command.add_option("--arrival", options.arrival,
                       "when sentences come: poisson:RATE (a second), or a TSV with columns arrival_s and, as wanted, task and deadline_s "
                       "(default: whenever fewer than --in-flight are under way)");
    command
        .add_option("--deadline", options.deadline_s,
                    "seconds that a sentence may take, for the scheduler and to count those that are late")
        ->check(CLI::Range(0.0, 1e6));
    command
        .add_option("--in-flight", options.in_flight,
                    "requests that the host keeps under way (default: the model's layers, and queue.depth where a scheduler reorders)")
        ->check(CLI::Range(1, 65536));
}

}  // namespace

void add_simulate(CLI::App& app, Common& common) {
    auto* command = app.add_subcommand("simulate", "run sentences through the SystemC platform: predictions, latency, energy, area");
    const auto options = std::make_shared<SimulateOptions>();
    command->add_option("--platform", options->platform, "preset or JSON file")->required();
    command->add_option("--image", options->image, "weight image")->required();
    add_stream_options(*command, *options);
    command->add_option("--view", options->view, "how the DMA talks to memory: lt (loosely timed) or at (four phases)")
        ->check(CLI::IsMember({"lt", "at"}))
        ->capture_default_str();
    command->add_option("--values", options->values, "on, or off for time and energy alone: no prediction is made")
        ->check(CLI::IsMember({"on", "off"}))
        ->capture_default_str();
    command->add_option("--set", options->settings, "path=value in the platform, e.g. adc.bits=6 (repeatable)");
    command->add_option("--metric", options->metric, "accuracy, f1, mcc, spearman or pearson (default: the task's)");
    auto* reference = command->add_option("--reference", options->reference.directory, "checkpoint to compare with (default: the image's)");
    command->add_flag("--no-reference", options->reference.none, "compare with no checkpoint")->excludes(reference);
    command->add_flag("--stages", options->stages, "print how each stage spent its time, and what is the bottleneck");
    command->add_option("--json", options->json, "write the results as JSON");
    command->add_option("--predictions", options->predictions, "write index, prediction and logits of every row as TSV");
    command->add_option("--trace", options->trace, "write a trace of requests, stages, tiles, links and DMA for Perfetto");
    command->add_option("--vcd", options->vcd, "write the interrupt, the rings' registers and the tokens as waves (value change dump)");
    command->add_option("--heartbeat", options->heartbeat_s, "say on stderr how far the simulation is, every so many seconds")
        ->check(CLI::Range(1e-3, 1e6));
    add_common_options(*command, common);
    command->footer(
        "Example:\n  berth simulate --platform reram-multitask --image tasks.berth --task sst2 --input sst2.tsv --json result.json\n"
        "  berth simulate --platform reram-multitask --image tasks.berth --task sst2=sst2.tsv --task stsb=stsb.tsv --arrival "
        "poisson:20000");
    command->callback([options, &common] { run(*options, common); });
}

}  // namespace berth::command

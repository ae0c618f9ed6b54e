// SPDX-License-Identifier: Apache-2.0
#include "platform/command/simulate_input.hpp"

#include "compressor/image_file.hpp"
#include "models/core/error.hpp"
#include "platform/accelerator/accelerator.hpp"
#include "workloads/encoded_dataset.hpp"
#include "workloads/metrics.hpp"

#include <algorithm>
#include <charconv>
#include <span>
#include <string_view>
#include <utility>

namespace berth::command {
namespace {

constexpr std::string_view kPoisson = "poisson:";

/// A task that is wanted, and the file of its sentences.
struct Wanted {
    std::string name, file;
};

Wanted read_wanted(const std::string& option) {
    const std::size_t equals = option.find('=');
    return equals == std::string::npos ? Wanted{option, ""} : Wanted{option.substr(0, equals), option.substr(equals + 1)};
}

std::vector<Wanted> read_tasks(const SimulateOptions& options, const compressor::WeightImage& image) {
    std::vector<Wanted> tasks;
    for (const std::string& option : options.tasks) {
        const Wanted one = read_wanted(option);
        if (one.name == "all" && !image.has_task("all")) {
            for (const auto& task : image.tasks) tasks.push_back({task.name, one.file});
        } else {
            tasks.push_back(one);
        }
    }
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        if (tasks[i].file.empty()) tasks[i].file = options.input;
        if (tasks[i].file.empty()) throw InputError("--input", "is missing", "the sentences of task " + tasks[i].name);
        for (std::size_t other = 0; other < i; ++other)
            if (tasks[other].name == tasks[i].name) throw InputError("--task " + tasks[i].name, "is given twice", "each task once");
    }
    for (const Wanted& task : tasks)
        if (options.together && task.file != options.input)
            throw InputError("--together", "is given where task " + task.name + " has sentences of its own", "all tasks on --input");
    if (tasks.size() > 1 && !options.reference.directory.empty())
        throw InputError("--reference", "is given with several tasks", "one task, or the checkpoints that the image records");
    if (tasks.size() > 1 && !options.metric.empty())
        throw InputError("--metric", "is given with several tasks", "one task, or the metrics that the image records");
    return tasks;
}

TaskInput read_task(const SimulateOptions& options, const Wanted& wanted, const compressor::WeightImage& image) {
    TaskInput input;
    const compressor::TaskImage& task = image.task(wanted.name);
    input.number = static_cast<std::size_t>(&task - image.tasks.data());
    input.file = wanted.file;
    input.metric = options.metric.empty() ? task.metric : workloads::choose_metric(options.metric, {}, "--metric");
    input.data = read_rows(wanted.file, options.rows);
    if (options.together) input.data.labelled = false;  // they are one task's at most
    workloads::check_labels(input.data, task.network.labels, task.network.regression);
    return input;
}

double rate_of(const std::string& arrival) {
    const char *begin = arrival.data() + kPoisson.size(), *end = arrival.data() + arrival.size();
    double rate = 0.0;
    const auto [read, bad] = std::from_chars(begin, end, rate);
    if (bad != std::errc() || read != end || !(rate > 0.0 && rate <= 1e12))
        throw InputError("--arrival " + arrival, "has no rate", "poisson:RATE in sentences a second, above 0");
    return rate;
}

std::vector<platform::StreamPlace> read_stream(const SimulateOptions& options, const std::vector<TaskInput>& tasks,
                                               const compressor::WeightImage& image, std::uint64_t seed) {
    std::vector<std::size_t> counts;
    std::vector<std::string> names;
    for (const TaskInput& task : options.together ? std::span(tasks).first(1) : std::span(tasks)) {
        counts.push_back(task.data.examples.size());
        names.push_back(image.tasks[task.number].name);
    }
    auto stream = options.arrival.empty()                 ? platform::in_turns(counts)
                  : options.arrival.starts_with(kPoisson) ? platform::poisson_stream(counts, rate_of(options.arrival), seed)
                                                          : platform::read_stream(options.arrival, names, counts);
    for (auto& place : stream)
        if (place.deadline_s == 0.0) place.deadline_s = options.deadline_s;
    return stream;
}

std::uint32_t requests_in_flight(const SimulateOptions& options, const platform::PlatformConfig& config, const inference::Shape& shape) {
    if (options.in_flight != 0) return options.in_flight;
    const bool reorders = platform::schedulers()[platform::scheduler_number(config.queue.scheduler)].reorders;
    return static_cast<std::uint32_t>(shape.layers + (reorders ? config.queue.depth : 0));
}

}  // namespace

std::size_t SimulateInput::tokens() const {
    std::size_t sum = 0;
    for (const TaskInput& task : tasks) sum += workloads::count_tokens(task.sentences);
    return sum;
}

std::vector<std::string> SimulateInput::task_names() const {
    std::vector<std::string> names;
    for (const TaskInput& task : tasks) names.push_back(task_of(task).name);
    return names;
}

std::vector<std::filesystem::path> inputs_of(const SimulateOptions& options) {
    std::vector<std::filesystem::path> inputs{options.input, options.image, options.platform};
    for (const std::string& task : options.tasks) inputs.emplace_back(read_wanted(task).file);
    inputs.emplace_back(options.arrival);
    return inputs;
}

SimulateInput read_simulate_input(const SimulateOptions& options, std::uint64_t seed, Threads& threads) {
    platform::PlatformConfig config = platform::load_platform(options.platform, options.settings);
    config.seed = seed;
    platform::Accelerator::check_payable(config);
    MappedFile file(options.image);
    const auto image = std::make_shared<const compressor::WeightImage>(compressor::parse_image(file.bytes(), options.image));
    const auto wanted = read_tasks(options, *image);
    for (const Wanted& one : wanted) (void)image->task(one.name);
    platform::ImageOnChip on_chip = platform::place_on_chip(config, *image);
    const std::uint32_t in_flight = requests_in_flight(options, config, image->shape);
    SimulateInput input{std::move(config), std::move(file), image, std::move(on_chip), {}, {}, in_flight, options.together, false};
    for (const Wanted& one : wanted) input.tasks.push_back(read_task(options, one, *image));
    input.stream = read_stream(options, input.tasks, *image, seed);
    const workloads::Tokenizer tokenizer(image->tokenizer);
    for (std::size_t task = 0; task < input.tasks.size(); ++task) {
        TaskInput& part = input.tasks[task];
        const auto asked = std::count_if(input.stream.begin(), input.stream.end(),
                                         [&](const auto& place) { return place.task == (input.together ? 0 : task); });
        part.data = part.data.first(static_cast<std::size_t>(asked));
        part.sentences = workloads::encode_dataset(part.data, tokenizer, image->shape.segments, threads);
    }
    input.mixed = input.tasks.size() > 1 || input.together || !options.arrival.empty() || options.deadline_s > 0.0;
    return input;
}

}  // namespace berth::command

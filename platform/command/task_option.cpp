// SPDX-License-Identifier: Apache-2.0
#include "platform/command/task_option.hpp"

#include "models/core/error.hpp"

namespace berth::command {
namespace {

constexpr const char* kForm = "NAME=DIR[,data=FILE.tsv][,metric=METRIC]";

/// Takes ",key=value" off the end of `text`, if the last comma begins one.
std::string take_last(std::string& text, std::string_view key) {
    const std::string mark = "," + std::string(key) + "=";
    const std::size_t comma = text.rfind(',');
    if (comma == std::string::npos || text.compare(comma, mark.size(), mark) != 0) return {};
    std::string value = text.substr(comma + mark.size());
    text.resize(comma);
    return value;
}

compressor::TaskRequest read_one(const std::string& option) {
    const std::size_t equals = option.find('=');
    if (equals == std::string::npos || equals == 0) throw InputError("--task " + option, "has no name", kForm);
    compressor::TaskRequest task;
    task.name = option.substr(0, equals);
    std::string rest = option.substr(equals + 1);
    for (bool taken = true; taken;) {
        taken = false;
        if (const std::string metric = take_last(rest, "metric"); !metric.empty()) {
            if (!task.metric.empty()) throw InputError("--task " + option, "gives metric twice", kForm);
            task.metric = metric;
            taken = true;
        }
        if (const std::string data = take_last(rest, "data"); !data.empty()) {
            if (task.data) throw InputError("--task " + option, "gives data twice", kForm);
            task.data = data;
            taken = true;
        }
    }
    if (rest.empty()) throw InputError("--task " + option, "has no directory", kForm);
    if (task.data && !std::filesystem::is_regular_file(*task.data))
        throw InputError(task.data->string(), "is not a file", "the data of task " + task.name);
    task.checkpoint = rest;
    return task;
}

}  // namespace

std::vector<compressor::TaskRequest> read_task_options(const std::vector<std::string>& options) {
    std::vector<compressor::TaskRequest> tasks;
    for (const std::string& option : options) tasks.push_back(read_one(option));
    compressor::check_task_names(tasks);
    return tasks;
}

std::vector<std::filesystem::path> inputs_of(const std::vector<compressor::TaskRequest>& tasks, std::vector<std::filesystem::path> others) {
    for (const auto& task : tasks) others.push_back(task.data.value_or(""));
    return others;
}

}  // namespace berth::command

// SPDX-License-Identifier: Apache-2.0
#include "platform/command/task_option.hpp"

#include "models/core/error.hpp"

#include <map>
#include <optional>

namespace berth::command {
namespace {

constexpr const char* kForm = "NAME=DIR[,data=FILE.tsv][,measure=FILE.tsv][,rows=all|even|odd][,metric=METRIC]";

/// Takes ",key=value" off the end of `text`, if the last comma begins one.
std::string take_last(std::string& text, std::string_view key) {
    const std::string mark = "," + std::string(key) + "=";
    const std::size_t comma = text.rfind(',');
    if (comma == std::string::npos || text.compare(comma, mark.size(), mark) != 0) return {};
    std::string value = text.substr(comma + mark.size());
    text.resize(comma);
    return value;
}

std::optional<std::filesystem::path> file_given(const std::string& name, const std::string& what) {
    if (name.empty()) return std::nullopt;
    if (!std::filesystem::is_regular_file(name)) throw InputError(name, "is not a file", what);
    return name;
}

compressor::TaskRequest read_one(const std::string& option) {
    const std::size_t equals = option.find('=');
    if (equals == std::string::npos || equals == 0) throw InputError("--task " + option, "has no name", kForm);
    compressor::TaskRequest task;
    task.name = option.substr(0, equals);
    std::string rest = option.substr(equals + 1);
    const std::string where = "--task " + option;
    std::map<std::string, std::string> given;
    for (bool taken = true; taken;) {
        taken = false;
        for (const char* key : {"metric", "data", "measure", "rows"}) {
            const std::string value = take_last(rest, key);
            if (value.empty()) continue;
            if (!given.emplace(key, value).second) throw InputError(where, std::string("gives ") + key + " twice", kForm);
            taken = true;
        }
    }
    task.metric = given["metric"];
    task.data = file_given(given["data"], "the data of task " + task.name);
    task.measure = file_given(given["measure"], "rows to measure task " + task.name + " on");
    if (task.measure && !task.data) throw InputError(where, "gives measure without data", "data=FILE.tsv, rows to calibrate on");
    if (task.measure && std::filesystem::equivalent(*task.measure, *task.data))
        throw InputError(where, "gives one file as data and measure", "rows held out of fine-tuning as measure");
    if (!given["rows"].empty()) {
        if (!task.data) throw InputError(where, "gives rows without data", "data=FILE.tsv");
        task.rows = workloads::row_choice_named(given["rows"], where + " rows");
    }
    if (rest.empty()) throw InputError("--task " + option, "has no directory", kForm);
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
    for (const auto& task : tasks) {
        others.push_back(task.data.value_or(""));
        others.push_back(task.measure.value_or(""));
    }
    return others;
}

}  // namespace berth::command

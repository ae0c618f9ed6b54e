// SPDX-License-Identifier: Apache-2.0
#include "platform/command/predictions.hpp"

#include "models/core/files.hpp"
#include "workloads/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>

namespace berth::command {

std::vector<double> predictions_of(std::span<const float> logits, int labels, bool regression) {
    const auto width = static_cast<std::size_t>(labels);
    std::vector<double> predictions;
    for (std::size_t at = 0; at + width <= logits.size(); at += width)
        predictions.push_back(workloads::predict(logits.subspan(at, width), regression));
    return predictions;
}

namespace {

std::string header(const std::string& columns, int labels) {
    std::string text = columns;
    for (int label = 0; label < labels; ++label) fmt::format_to(std::back_inserter(text), "\tlogit_{}", label);
    return text;
}

/// A line a sentence. @param named the task's name in a column of its own. @param columns of logits.
void append(std::string& text, const TaskPredictions& of, bool named, int columns) {
    const auto width = static_cast<std::size_t>(of.labels);
    const std::vector<double> predictions = predictions_of(of.logits, of.labels, of.regression);
    for (std::size_t i = 0; i < predictions.size(); ++i) {
        fmt::format_to(std::back_inserter(text), "\n{}", i);
        if (named) fmt::format_to(std::back_inserter(text), "\t{}", of.task);
        // A score is the logit itself, and reads so; a class is a whole number.
        if (of.regression)
            fmt::format_to(std::back_inserter(text), "\t{}", of.logits[i]);
        else
            fmt::format_to(std::back_inserter(text), "\t{}", static_cast<int>(predictions[i]));
        for (const float logit : of.logits.subspan(i * width, width)) fmt::format_to(std::back_inserter(text), "\t{}", logit);
        text.append(static_cast<std::size_t>(columns - of.labels), '\t');
    }
}

}  // namespace

void write_predictions(const std::filesystem::path& file, std::span<const float> logits, int labels, bool regression) {
    std::string text = header("index\tprediction", labels);
    append(text, {"", logits, labels, regression}, false, labels);
    write_text(file, text + "\n");
}

void write_predictions(const std::filesystem::path& file, std::span<const TaskPredictions> tasks) {
    int columns = 0;
    for (const TaskPredictions& task : tasks) columns = std::max(columns, task.labels);
    std::string text = header("index\ttask\tprediction", columns);
    for (const TaskPredictions& task : tasks) append(text, task, true, columns);
    write_text(file, text + "\n");
}

}  // namespace berth::command

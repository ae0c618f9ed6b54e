// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace berth::command {

/// What every sentence's logits predict. logits: [sentences, labels], row-major.
[[nodiscard]] std::vector<double> predictions_of(std::span<const float> logits, int labels, bool regression);

/// Writes index, prediction and logits a line under a header line, in input order, whole or not at all.
void write_predictions(const std::filesystem::path& file, std::span<const float> logits, int labels, bool regression);

struct TaskPredictions {
    std::string task;
    std::span<const float> logits;  ///< [sentences, labels]
    int labels = 0;
    bool regression = false;
};

/// The same of several tasks, one behind the other, with the task's name in a second column; the index counts each task's sentences, and
/// a logit that a task has not is an empty field.
void write_predictions(const std::filesystem::path& file, std::span<const TaskPredictions> tasks);

}  // namespace berth::command

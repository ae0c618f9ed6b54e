// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "workloads/bert_config.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace berth::workloads {

/// "accuracy", "f1", "mcc", "spearman", "pearson".
[[nodiscard]] std::vector<std::string> metric_names();

/// The metric a task is judged by: `asked` where not empty, else by finetuning_task's GLUE custom (cola: mcc, mrpc and qqp:
/// f1, stsb: spearman), else spearman for regression and accuracy for classes.
/// @throws InputError naming `where` when `asked` is no metric.
[[nodiscard]] std::string choose_metric(const std::string& asked, const BertConfig& config, const std::string& where);

/// Class with the largest logit (first on a tie), or the single value of a regression.
[[nodiscard]] double predict(std::span<const float> logits, bool regression);

/// Score of predictions against labels, in [-1, 1]. Closed forms:
/// f1 of class 1 = 2 TP / (2 TP + FP + FN); mcc of any number of classes as in Gorodkin (2004); spearman = pearson of
/// average ranks. A metric that is undefined (no variance, no positives) is 0.
[[nodiscard]] double score(std::string_view metric, std::span<const double> predictions, std::span<const double> labels);

}  // namespace berth::workloads

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <vector>

namespace berth::command {

/// What every sentence's logits predict. logits: [sentences, labels], row-major.
[[nodiscard]] std::vector<double> predictions_of(std::span<const float> logits, int labels, bool regression);

/// Writes index, prediction and logits a line under a header line, in input order, whole or not at all.
void write_predictions(const std::filesystem::path& file, std::span<const float> logits, int labels, bool regression);

}  // namespace berth::command

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/weight_image.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace berth::compressor {

/// What a task's matrices take in an image, counted from its content.
struct TaskSummary {
    std::int64_t weights = 0;        ///< of the task's matrices
    double cells_per_weight = 0.0;   ///< in one polarity, with the image's geometry; the base's own are not counted, and of a factor
                                     ///< that several tasks have each one's share
    double nonzero_share = 0.0;      ///< of the delta's codes, or of the task's own weights, over all weights
    std::int64_t channels = 0;       ///< output channels
    std::int64_t kept_channels = 0;  ///< those with a delta, or a matrix of the task's own
    std::int64_t ranks = 0;          ///< of the low-rank deltas, added over the matrices
    std::optional<double> cosine;    ///< base and fine-tuned, where the method measured it
};

/// Cells that a task takes at a matrix, in one polarity, with the image's geometry: as in TaskSummary::cells_per_weight.
[[nodiscard]] double own_cells(const WeightImage& image, std::size_t task, std::size_t matrix);

/// @param task its place in the image.
[[nodiscard]] TaskSummary summarise(const WeightImage& image, std::size_t task);

/// A line a task: what `berth compress` and `berth inspect` print.
[[nodiscard]] std::string summary_table(const WeightImage& image);

}  // namespace berth::compressor

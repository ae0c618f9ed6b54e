// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/calibrated_task.hpp"

#include <cstdint>
#include <vector>

namespace berth::compressor {

/// What a share of its logits' variance is worth to each task against the others, on average 1. A metric that few rows or few examples of
/// a class decide moves by more than another at the same loss, so its task needs more for its bound to hold: `metric_share` of the
/// weight is in proportion to the mean square by which normal noise of 1 % of the variance moves the task's metric on its probe, the rest
/// is the same for all. All are 1 where no metric moves.
/// @param metric_share 0 to 1.
[[nodiscard]] std::vector<double> task_weights(const std::vector<CalibratedTask>& tasks, double metric_share, std::uint64_t seed);

}  // namespace berth::compressor

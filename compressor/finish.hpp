// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/draft.hpp"

namespace berth::compressor {

/// An image with what is said of its tasks, and what they lose by it.
struct Finished {
    WeightImage image;
    double loss = 0.0;  ///< points of metric expected to be lost, on average over the tasks; 0 where nothing was calibrated
};

/// Adds each task's statistics. Calibrated tasks are measured on their probes: the metric that is left, and the one to expect of the
/// variance that is lost (metrics_under_noise). What one task may gain does not pay for another's loss.
[[nodiscard]] Finished finish(Draft draft, Threads& threads);

}  // namespace berth::compressor

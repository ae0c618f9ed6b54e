// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/calibrated_task.hpp"
#include "compressor/task_deltas.hpp"

#include <vector>

namespace berth::compressor {

/// The matrix that all tasks share at one site, before it is quantised: the one that loses least over all tasks in their calibrated
/// input norms, sum_t |(W_t - B) A_t^(1/2)|^2 (RegMean, Jin et al. 2022, DOI 10.48550/arXiv.2212.09849). One task's own matrix where
/// there is one task.
[[nodiscard]] Rows shared_matrix(const std::vector<CalibratedTask>& tasks, std::size_t index);

/// The shared matrices in codes of `magnitude_bits`, with error feedback in the tasks' pooled second moments.
[[nodiscard]] SharedMatrices quantise_base(const std::vector<CalibratedTask>& tasks, int magnitude_bits, Threads& threads);

}  // namespace berth::compressor

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/delta.hpp"
#include "compressor/profile.hpp"
#include "models/core/parallel.hpp"
#include "workloads/bert_weights.hpp"

#include <memory>
#include <vector>

namespace berth::compressor {

using SharedMatrices = std::vector<std::shared_ptr<const inference::Int8Matrix>>;

/// A task as deltas on the base, matrix by matrix, with what they look like.
struct TaskDeltas {
    std::vector<DeltaMatrix> deltas;
    std::vector<Similarity> similarities;  ///< one a matrix
    Similarity overall;
};

[[nodiscard]] TaskDeltas task_deltas(const workloads::BertWeights& weights, const inference::Shape& shape, const SharedMatrices& base,
                                     int cell_bits, Threads& threads);

/// Both stages of the published method on one task. Every matrix takes the precision that the first stage asks for, at most
/// max_precision; then selective_factor of all the task's output channels, least important first over the whole task, lose
/// their delta, and so do channels whose delta is zero.
/// @return one delta a matrix, null where no channel is kept.
[[nodiscard]] std::vector<std::shared_ptr<const inference::MatrixDelta>> apply_stages(const TaskDeltas& task, const SharedMatrices& base,
                                                                                      const KangSettings& settings);

}  // namespace berth::compressor

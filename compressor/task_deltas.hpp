// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/delta.hpp"
#include "compressor/profile.hpp"
#include "models/core/parallel.hpp"
#include "workloads/bert_weights.hpp"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace berth::compressor {

using SharedMatrices = std::vector<std::shared_ptr<const inference::Int8Matrix>>;

/// SHA-256 of their integers and scales.
[[nodiscard]] std::string digest_of(const SharedMatrices& matrices);

/// A task as deltas on the base, matrix by matrix, with what they look like.
struct TaskDeltas {
    std::vector<DeltaMatrix> deltas;
    std::vector<Similarity> similarities;  ///< one a matrix
    Similarity overall;
};

/// @param matrices real weights, [out, in] each, of the base's sizes.
[[nodiscard]] TaskDeltas task_deltas(const std::vector<std::span<const float>>& matrices, const inference::Shape& shape,
                                     const SharedMatrices& base, int cell_bits, Threads& threads);
[[nodiscard]] TaskDeltas task_deltas(const workloads::BertWeights& weights, const inference::Shape& shape, const SharedMatrices& base,
                                     int cell_bits, Threads& threads);

/// Output channels whose delta is not zero.
[[nodiscard]] std::vector<std::int32_t> changed_channels(const DeltaMatrix& delta);

/// The second stage on some matrices: of their output channels together, the share `factor` whose delta has the least Euclidean norm
/// is taken out of `kept`, which holds channels by matrix, ascending.
void delete_channels(const TaskDeltas& task, const SharedMatrices& base, const std::vector<std::size_t>& matrices, double factor,
                     std::vector<std::vector<std::int32_t>>& kept);

/// Both stages of the published method on one task. Every matrix takes the precision that the first stage asks for, at most
/// max_precision; then selective_factor of all the task's output channels, least important first over the whole task, lose
/// their delta, and so do channels whose delta is zero.
/// @return one delta a matrix, null where no channel is kept.
[[nodiscard]] std::vector<std::shared_ptr<const inference::MatrixDelta>> apply_stages(const TaskDeltas& task, const SharedMatrices& base,
                                                                                      const KangSettings& settings);
/// The same on some matrices alone, as if the task had no others; null for those.
[[nodiscard]] std::vector<std::shared_ptr<const inference::MatrixDelta>> apply_stages(const TaskDeltas& task, const SharedMatrices& base,
                                                                                      const KangSettings& settings,
                                                                                      const std::vector<std::size_t>& matrices);

}  // namespace berth::compressor

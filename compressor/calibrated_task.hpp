// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/calibration.hpp"
#include "compressor/family.hpp"
#include "compressor/methods.hpp"
#include "compressor/probe.hpp"

#include <memory>
#include <vector>

namespace berth::compressor {

/// Sentences of a task's data on which its linear layers are calibrated, at most.
inline constexpr std::size_t kCalibrationSentences = 384;

/// What `berth` needs to know of a task before it compresses it.
struct CalibratedTask {
    TaskImage image;            ///< all but the shared matrices
    std::vector<Rows> weights;  ///< fine-tuned, of the shared matrices, by the index of inference::Network::linears
    Calibration calibration;
    boost::json::object subject;  ///< what the calibration depends on, where a journal asks for it
    double cosine = 0.0;          ///< of the base's matrices and these
    Probe probe;                  ///< rows that are not calibrated on, where there are any others
    std::vector<float> expected;  ///< fp32 logits of the probe
    /// By matrix, of a task that came as an adapter: what that adds to the base's, null where nothing. Empty: it came as a whole model.
    std::vector<std::shared_ptr<const workloads::LowRankFactors>> added{};
};

/// A checkpoint's matrices that tasks share (shared_matrix_count) in real weights.
[[nodiscard]] std::vector<Rows> shared_matrices(const workloads::BertWeights& weights);

/// The base's matrices that tasks share (shared_matrix_count) in real weights, by the index of inference::Network::linears.
[[nodiscard]] std::vector<Rows> base_weights(const Family& family);

/// Reads every task, checks that it comes from the base, and calibrates it on rows of its data.
/// @throws InputError on a task without data or labels, or on one that does not resemble the base (unless forced).
[[nodiscard]] std::vector<CalibratedTask> calibrate_tasks(const Family& family, const std::vector<Rows>& base,
                                                          const CompressionRequest& request, Threads& threads);

}  // namespace berth::compressor

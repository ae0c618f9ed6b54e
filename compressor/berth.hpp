// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/methods.hpp"

namespace berth::compressor {

/// One base of few bits that all tasks share, and for each task low-rank deltas of few bits where its logits need them. Rank is bought
/// where a cell saves most of the logits' variance, over all tasks and matrices together; biases take up the change of the mean. Biases,
/// norms, classifier and embeddings are each task's own. Nothing is trained.
class Berth : public Method {
public:
    [[nodiscard]] WeightImage compress(const CompressionRequest& request, Threads& threads) const override;
    [[nodiscard]] boost::json::object describe() const override;
};

inline constexpr double kDefaultLoss = 0.3;  ///< points of metric lost on average, where the request names no bound

}  // namespace berth::compressor

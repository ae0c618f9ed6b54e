// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/parallel.hpp"
#include "workloads/bert_weights.hpp"
#include "workloads/tokenizer.hpp"

#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace berth::workloads {

/// The fp32 forward of a BERT, RoBERTa or DistilBERT (erf GELU, epsilon from the config, no dropout): what accuracy is compared with.
class Reference {
public:
    /// @param weights must hold a classifier.
    explicit Reference(std::shared_ptr<const BertWeights> weights);

    /// Logits [sentences, labels], row-major. Sentences are cut into batches by index, so the thread count changes nothing.
    /// @param done called with the number of sentences just finished, from any thread; may be empty.
    [[nodiscard]] std::vector<float> logits(std::span<const Encoded> sentences, Threads& threads,
                                            const std::function<void(std::size_t)>& done = {}) const;

    [[nodiscard]] const BertWeights& weights() const { return *weights_; }

private:
    std::shared_ptr<const BertWeights> weights_;
};

}  // namespace berth::workloads

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "workloads/bert_config.hpp"
#include "workloads/checkpoint.hpp"

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace berth::workloads {

/// y = W x + b; weight is row-major [out, in].
struct LinearWeights {
    int out = 0, in = 0;
    std::vector<float> weight;
    std::vector<float> bias;
    std::shared_ptr<const LowRankFactors> added = nullptr;  ///< what of `weight` a LoRA adapter added to the base's
};

struct NormWeights {
    std::vector<float> gamma, beta;
};

/// The matrices of one encoder layer, in the order in which a token meets them.
enum class Matrix { query, key, value, attention_output, intermediate, output };
inline constexpr std::array kMatrixNames{"query", "key", "value", "attention_output", "intermediate", "output"};
inline constexpr int kMatricesPerLayer = 6;

struct LayerWeights {
    std::array<LinearWeights, kMatricesPerLayer> matrices;  ///< indexed by Matrix
    NormWeights attention_norm, output_norm;

    [[nodiscard]] const LinearWeights& operator[](Matrix matrix) const { return matrices[static_cast<std::size_t>(matrix)]; }
    [[nodiscard]] LinearWeights& operator[](Matrix matrix) { return matrices[static_cast<std::size_t>(matrix)]; }
};

/// Every weight of an encoder and, for a task's checkpoint, of its head, in float32.
struct BertWeights {
    BertConfig config;
    std::vector<float> words, positions, segments;  ///< [vocabulary, hidden], [positions, hidden], [segments, hidden]
    NormWeights embedding_norm;
    std::vector<LayerWeights> layers;
    /// [hidden, hidden], before the classifier: BERT's pooler, RoBERTa's classifier.dense, DistilBERT's pre_classifier. The
    /// last two are the head's, so without a head they are empty.
    LinearWeights pooler;
    LinearWeights classifier;  ///< [labels, hidden]; empty without a head
};

enum class Head { none, classifier };

/// @throws InputError naming file and tensor.
[[nodiscard]] BertWeights read_bert_weights(const Checkpoint& checkpoint, Head head);

}  // namespace berth::workloads

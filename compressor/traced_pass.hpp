// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/dense.hpp"
#include "workloads/bert_weights.hpp"
#include "workloads/tokenizer.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace berth::compressor {

/// What one batch of sentences leaves behind on its way through the fp32 model, tokens one below the other. The last layer goes on
/// with each sentence's first token after its keys and values, as workloads::Reference does.
struct Trace {
    struct Layer {
        Rows tokens;                      ///< input of key and value
        Rows asking;                      ///< input of query
        Rows query, key, value, context;  ///< context is the input of attention_output
        Rows attention_sum, hidden;       ///< before and after the first LayerNorm
        Rows before_gelu, wide;           ///< wide is the input of output
        Rows output_sum;                  ///< before the second LayerNorm
        std::vector<Rows> probabilities;  ///< [queries, tokens] of each sentence and, within it, each head
    };

    std::vector<std::size_t> lengths;  ///< tokens of each sentence
    Rows embedding_sum;                ///< of a token's embeddings, before the LayerNorm
    std::vector<Layer> layers;
    Rows pooler_input, pooled, logits;

    /// Input of a linear layer, by its index in inference::Network::linears: [rows, in].
    [[nodiscard]] const Rows& input(std::size_t index) const;
    /// Rows that belong to each sentence at that layer: its tokens, or 1 where first tokens alone go on.
    [[nodiscard]] std::vector<std::size_t> rows_of_sentences(std::size_t index) const;
};

/// d(direction . logits of the row's sentence) by what a batch's sentences pass on their way.
struct Sensitivities {
    Rows embeddings;            ///< by the sum of each token's embeddings, [tokens, hidden]
    std::vector<Rows> linears;  ///< by the output of each linear layer, [rows, out], by its index in inference::Network::linears
};

/// The fp32 forward pass of workloads::Reference, with every activation kept, and the derivatives of logits by the embeddings
/// and the outputs of the linear layers. `weights` must outlive it and hold a classifier. Const, and may be used from many threads.
class TracedModel {
public:
    explicit TracedModel(const workloads::BertWeights& weights);

    [[nodiscard]] Trace forward(std::span<const workloads::Encoded* const> sentences) const;

    /// @param direction [labels].
    [[nodiscard]] Sensitivities sensitivities(const Trace& trace, const Vector& direction) const;

private:
    [[nodiscard]] bool has_tanh() const { return weights_.config.head_activation() == workloads::HeadActivation::tanh; }
    [[nodiscard]] Rows embed(std::span<const workloads::Encoded* const> sentences) const;
    [[nodiscard]] Rows linear(const Rows& x, const workloads::LinearWeights& weights) const;
    [[nodiscard]] Rows norm(const Rows& sum, const workloads::NormWeights& norm) const;
    void attend(Trace::Layer& layer, const std::vector<std::size_t>& lengths) const;

    /// Gradient by x of y = W x, for layer `index`.
    [[nodiscard]] Rows back_through(std::size_t index, const Rows& gradient) const { return product(gradient, transposed_[index]); }
    [[nodiscard]] Rows back_through_norm(const Rows& gradient, const Rows& sum, const workloads::NormWeights& norm) const;
    struct AttentionGradients {
        Rows query, key, value;
    };
    [[nodiscard]] AttentionGradients back_through_attention(const Trace::Layer& layer, const std::vector<std::size_t>& lengths,
                                                            const Rows& context) const;

    const workloads::BertWeights& weights_;
    std::vector<Rows> transposed_;  ///< [in, out] of every linear layer
    Rows classifier_;               ///< [labels, hidden]
};

}  // namespace berth::compressor

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/inference/arithmetic.hpp"
#include "models/inference/executor.hpp"

#include "models/vector/attention_product.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace berth::inference {

/// A network's scales, biases and norms as one of the arithmetics takes them; made once, shared by every call.
template <class Arithmetic>
struct Constants {
    explicit Constants(const Network& network);

    std::vector<typename Arithmetic::Columns> linears;
    struct Factors {
        typename Arithmetic::Columns down, up;
    };
    std::vector<Factors> low_rank;  ///< of each linear; empty where it has no low-rank delta
    typename Arithmetic::Norm embedding_norm;
    std::vector<typename Arithmetic::Norm> attention_norms, output_norms;
};

/// One pass through the network of sentences laid end to end, without padding. Holds the scratch of a thread; see docs/numerics.md
/// for the steps.
template <class Arithmetic>
class Encoder {
public:
    Encoder(const Network& network, const LinearEngine& engine, const Constants<Arithmetic>& constants)
        : network_(network), engine_(engine), constants_(constants), largest_input_((1 << (engine.activation_bits() - 1)) - 1) {}

    using Value = typename Arithmetic::Value;

    /// logits: [sentences, labels].
    void run(std::span<const Sentence> sentences, std::span<float> logits);
    /// The same from `layer` on, before which the residual stream [tokens, hidden] is given.
    void run_from(int layer, std::span<const Value> stream, std::span<const Sentence> sentences, std::span<float> logits);
    /// Appends the residual stream before each of the first layers to that layer's.
    void trace(std::span<const Sentence> sentences, std::vector<std::vector<Value>>& streams);

private:
    using Largest = typename Arithmetic::Largest;

    void embed(std::span<const Sentence> sentences);
    void layers_from(int first, std::span<const Sentence> sentences, std::span<float> logits);
    void layer(std::span<const Sentence> sentences, int index);
    /// The two halves of a layer: up to context_, and from there to the residual stream behind the layer.
    void attention(std::span<const Sentence> sentences, int index);
    void after_attention(std::span<const Sentence> sentences, int index);
    /// Of [tokens, hidden] the rows of each sentence's first token.
    void keep_first_tokens(std::vector<Value>& rows, std::span<const Sentence> sentences) const;
    void attend(std::span<const Sentence> sentences);
    void attend(std::size_t first_token, std::size_t tokens, std::size_t head);
    /// From stream_ of the sentences' first tokens alone.
    void classify(std::span<const Sentence> firsts, std::span<float> logits);

    /// Makes each token's vector whole numbers up to +-most, in input_.
    void quantise(std::span<const Value> values, std::size_t width, std::int32_t most);
    /// output = matrix `index` of input_, at full precision.
    void linear(std::span<const Sentence> sentences, std::size_t index, std::vector<Value>& output);
    /// Adds what the low-rank delta of matrix `index` makes of input_.
    void add_low_rank(std::span<const Sentence> sentences, std::size_t index, std::vector<Value>& output);
    /// One product a sentence, or one for all where it is all the same: multiply(first token, tokens, request).
    template <class Multiply>
    void by_sentence(std::span<const Sentence> sentences, const Multiply& multiply);
    void norm(std::vector<Value>& values, const typename Arithmetic::Norm& norm);
    /// x = norm(x + y).
    void residual(std::vector<Value>& x, const std::vector<Value>& y, const typename Arithmetic::Norm& norm);

    [[nodiscard]] std::size_t hidden() const { return static_cast<std::size_t>(network_.shape.hidden); }
    [[nodiscard]] std::size_t heads() const { return static_cast<std::size_t>(network_.shape.heads); }
    [[nodiscard]] std::size_t head_width() const { return hidden() / heads(); }

    const Network& network_;
    const LinearEngine& engine_;
    const Constants<Arithmetic>& constants_;
    std::int32_t largest_input_;  ///< of what goes into the engine's products

    std::size_t tokens_ = 0;
    std::vector<Value> stream_;  ///< the residual stream [tokens, hidden]
    std::vector<std::int8_t> input_;
    std::vector<Largest> input_largest_;
    std::vector<std::int32_t> accumulators_;
    std::vector<Value> middle_, added_;  ///< of a low-rank delta
    std::vector<std::int8_t> middle_bytes_;
    std::vector<Largest> middle_largest_;
    std::vector<Value> query_, key_, value_, context_, wide_, update_;
    std::vector<std::int8_t> query_bytes_, key_bytes_, value_bytes_;
    std::vector<Largest> query_largest_, key_largest_, value_largest_;
    std::vector<Value> probabilities_;
    std::vector<std::int32_t> weights_;  ///< probabilities with the steps of the values folded in
    typename Arithmetic::Columns score_columns_;
    typename Arithmetic::ValueSteps value_steps_;
    vector::AttentionProduct product_;
};

extern template struct Constants<IntegerArithmetic>;
extern template struct Constants<FloatArithmetic>;
extern template class Encoder<IntegerArithmetic>;
extern template class Encoder<FloatArithmetic>;

}  // namespace berth::inference

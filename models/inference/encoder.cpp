// SPDX-License-Identifier: Apache-2.0
#include "models/inference/encoder.hpp"

#include "models/core/gemm.hpp"
#include "models/vector/gelu.hpp"
#include "models/vector/softmax.hpp"
#include "models/vector/tanh.hpp"

#include <algorithm>

namespace berth::inference {
namespace {

enum Matrix { query, key, value, attention_output, intermediate, output };

template <class T>
std::span<T> row(std::vector<T>& values, std::size_t index, std::size_t width) {
    return std::span(values).subspan(index * width, width);
}

std::span<const std::int8_t> row_of(const Int8Matrix& matrix, std::int32_t index) {
    const auto width = static_cast<std::size_t>(matrix.in);
    return std::span(matrix.values).subspan(static_cast<std::size_t>(index) * width, width);
}

}  // namespace

template <class Arithmetic>
Constants<Arithmetic>::Constants(const Network& network)
    : embedding_norm(network.embedding_norm.gamma, network.embedding_norm.beta, network.shape.norm_epsilon) {
    const double epsilon = network.shape.norm_epsilon;
    const auto unbiased = [](const Int8Matrix& factor) {
        return Arithmetic::columns(factor.scales, std::vector<float>(factor.scales.size(), 0.0F));
    };
    for (const Linear& linear : network.linears) {
        linears.push_back(Arithmetic::columns(linear.matrix->scales, linear.bias));
        low_rank.push_back(linear.low_rank ? Factors{unbiased(*linear.low_rank->down), unbiased(*linear.low_rank->up)} : Factors{});
    }
    for (const Norm& norm : network.attention_norms) attention_norms.emplace_back(norm.gamma, norm.beta, epsilon);
    for (const Norm& norm : network.output_norms) output_norms.emplace_back(norm.gamma, norm.beta, epsilon);
}

template <class Arithmetic>
void Encoder<Arithmetic>::run(std::span<const Sentence> sentences, std::span<float> logits) {
    embed(sentences);
    layers_from(0, sentences, logits);
}

template <class Arithmetic>
void Encoder<Arithmetic>::run_from(int layer, std::span<const Value> stream, std::span<const Sentence> sentences, std::span<float> logits) {
    tokens_ = stream.size() / hidden();
    stream_.assign(stream.begin(), stream.end());
    layers_from(layer, sentences, logits);
}

template <class Arithmetic>
void Encoder<Arithmetic>::trace(std::span<const Sentence> sentences, std::vector<std::vector<Value>>& streams) {
    embed(sentences);
    for (std::size_t index = 0; index < streams.size(); ++index) {
        if (index > 0) layer(sentences, static_cast<int>(index) - 1);
        streams[index].insert(streams[index].end(), stream_.begin(), stream_.end());
    }
}

template <class Arithmetic>
void Encoder<Arithmetic>::layers_from(int first, std::span<const Sentence> sentences, std::span<float> logits) {
    const int last = network_.shape.layers - 1;
    for (int index = first; index < last; ++index) layer(sentences, index);
    attention(sentences, last);
    // The pooler takes each sentence's first token alone, as a sentence of one token; what the last layer makes of the others, nobody
    // reads.
    std::vector<Sentence> firsts;
    for (const Sentence& sentence : sentences) firsts.push_back({sentence.request, {0}, {0}});
    if (!engine_.pure()) after_attention(sentences, last);
    keep_first_tokens(stream_, sentences);
    keep_first_tokens(context_, sentences);
    tokens_ = firsts.size();
    if (engine_.pure()) after_attention(firsts, last);
    classify(firsts, logits);
}

template <class Arithmetic>
void Encoder<Arithmetic>::keep_first_tokens(std::vector<Value>& rows, std::span<const Sentence> sentences) const {
    std::size_t token = 0;
    for (std::size_t i = 0; i < sentences.size(); ++i) {
        std::copy_n(row(rows, token, hidden()).begin(), hidden(), row(rows, i, hidden()).begin());
        token += sentences[i].ids.size();
    }
    rows.resize(sentences.size() * hidden());
}

template <class Arithmetic>
void Encoder<Arithmetic>::embed(std::span<const Sentence> sentences) {
    tokens_ = 0;
    for (const Sentence& sentence : sentences) tokens_ += sentence.ids.size();
    stream_.assign(tokens_ * hidden(), Value{});
    const Embeddings& tables = *network_.embeddings;
    std::size_t token = 0;
    for (const Sentence& sentence : sentences) {
        for (std::size_t place = 0; place < sentence.ids.size(); ++place, ++token) {
            const auto add = [&](const Int8Matrix& table, std::int32_t index) {
                Arithmetic::embed(row_of(table, index), table.scales[static_cast<std::size_t>(index)], row(stream_, token, hidden()));
            };
            add(tables.words, sentence.ids[place]);
            add(tables.positions, static_cast<std::int32_t>(place));
            if (network_.shape.segments > 0) add(tables.segments, sentence.segments[place]);
        }
    }
    norm(stream_, constants_.embedding_norm);
}

template <class Arithmetic>
void Encoder<Arithmetic>::layer(std::span<const Sentence> sentences, int index) {
    attention(sentences, index);
    after_attention(sentences, index);
}

template <class Arithmetic>
void Encoder<Arithmetic>::attention(std::span<const Sentence> sentences, int index) {
    quantise(stream_, hidden(), largest_input_);
    linear(sentences, matrix_index(index, query), query_);
    linear(sentences, matrix_index(index, key), key_);
    linear(sentences, matrix_index(index, value), value_);
    attend(sentences);
}

template <class Arithmetic>
void Encoder<Arithmetic>::after_attention(std::span<const Sentence> sentences, int index) {
    quantise(context_, hidden(), largest_input_);
    linear(sentences, matrix_index(index, attention_output), update_);
    residual(stream_, update_, constants_.attention_norms[static_cast<std::size_t>(index)]);

    quantise(stream_, hidden(), largest_input_);
    linear(sentences, matrix_index(index, intermediate), wide_);
    vector::gelu(std::span<Value>(wide_));
    quantise(wide_, static_cast<std::size_t>(network_.shape.intermediate), largest_input_);
    linear(sentences, matrix_index(index, output), update_);
    residual(stream_, update_, constants_.output_norms[static_cast<std::size_t>(index)]);
}

template <class Arithmetic>
void Encoder<Arithmetic>::attend(std::span<const Sentence> sentences) {
    const auto by_head = [&](std::span<const Value> values, std::vector<std::int8_t>& bytes, std::vector<Largest>& largest) {
        bytes.resize(values.size());
        largest.resize(tokens_ * heads());
        vector::quantise(values, head_width(), bytes, largest);
    };
    by_head(query_, query_bytes_, query_largest_);
    by_head(key_, key_bytes_, key_largest_);
    by_head(value_, value_bytes_, value_largest_);
    context_.resize(tokens_ * hidden());
    std::size_t first = 0;
    for (const Sentence& sentence : sentences) {
        for (std::size_t head = 0; head < heads(); ++head) attend(first, sentence.ids.size(), head);
        first += sentence.ids.size();
    }
}

template <class Arithmetic>
void Encoder<Arithmetic>::attend(std::size_t first_token, std::size_t tokens, std::size_t head) {
    const auto block = [&](const std::vector<std::int8_t>& bytes) {
        return vector::ByteBlock{bytes.data() + first_token * hidden() + head * head_width(), tokens, head_width(), hidden()};
    };
    // Largest magnitudes of this head's vectors stand `heads` apart, from the sentence's first token on.
    const auto steps = [&](const std::vector<Largest>& largest) {
        return std::span(largest).subspan(first_token * heads() + head, (tokens - 1) * heads() + 1);
    };

    accumulators_.resize(std::max(accumulators_.size(), tokens * std::max(tokens, head_width())));
    const auto scores = std::span(accumulators_).first(tokens * tokens);
    product_.scores(block(query_bytes_), block(key_bytes_), scores);
    Arithmetic::score_columns(steps(key_largest_), heads(), head_width(), score_columns_);
    Arithmetic::value_steps(steps(value_largest_), heads(), value_steps_);
    probabilities_.resize(tokens);
    weights_.resize(tokens * tokens);
    for (std::size_t token = 0; token < tokens; ++token) {
        const auto query_largest = steps(query_largest_)[token * heads()];
        Arithmetic::linear(scores.subspan(token * tokens, tokens), {query_largest}, score_columns_, probabilities_);
        vector::softmax(std::span<Value>(probabilities_));
        Arithmetic::fold(value_steps_, probabilities_, row(weights_, token, tokens));
    }

    const auto sums = std::span(accumulators_).first(tokens * head_width());
    product_.context(weights_, block(value_bytes_), sums);
    for (std::size_t token = 0; token < tokens; ++token) {
        const auto part = row(context_, first_token + token, hidden()).subspan(head * head_width(), head_width());
        Arithmetic::context(sums.subspan(token * head_width(), head_width()), value_steps_, part);
    }
}

template <class Arithmetic>
void Encoder<Arithmetic>::classify(std::span<const Sentence> firsts, std::span<float> logits) {
    quantise(stream_, hidden(), largest_input_);
    linear(firsts, matrix_index(network_.shape.layers, 0), update_);
    const bool relu = network_.shape.head_activation == HeadActivation::relu;
    for (Value& x : update_) x = relu ? std::max(x, Value{}) : vector::tanh(x);
    quantise(update_, hidden(), vector::kLargestByte);  // for the digital unit, as attention's operands are

    const auto labels = static_cast<std::size_t>(network_.labels);
    std::vector<std::int32_t> sums(tokens_ * labels);
    gemm(input_, network_.classifier.values, sums, static_cast<int>(tokens_), network_.shape.hidden, network_.labels);
    for (std::size_t i = 0; i < sums.size(); ++i) {
        const std::size_t label = i % labels;
        const double scale = network_.classifier.scales[label] * Arithmetic::real_step(input_largest_[i / labels]);
        logits[i] = static_cast<float>(sums[i] * scale + network_.classifier_bias[label]);
    }
}

template <class Arithmetic>
void Encoder<Arithmetic>::quantise(std::span<const Value> values, std::size_t width, std::int32_t most) {
    input_.resize(values.size());
    input_largest_.resize(tokens_);
    vector::quantise(values, width, input_, input_largest_, most);
}

template <class Arithmetic>
void Encoder<Arithmetic>::linear(std::span<const Sentence> sentences, std::size_t index, std::vector<Value>& output) {
    const auto in = static_cast<std::size_t>(network_.linears[index].matrix->in);
    const auto out = static_cast<std::size_t>(network_.linears[index].matrix->out);
    output.resize(tokens_ * out);
    accumulators_.resize(std::max(accumulators_.size(), tokens_ * out));
    by_sentence(sentences, [&](std::size_t first, std::size_t count, std::uint64_t request) {
        engine_.multiply(index, std::span(input_).subspan(first * in, count * in), static_cast<int>(count), request,
                         std::span(accumulators_).subspan(first * out, count * out));
    });
    for (std::size_t token = 0; token < tokens_; ++token)
        Arithmetic::linear(std::span(accumulators_).subspan(token * out, out), {input_largest_[token], largest_input_},
                           constants_.linears[index], row(output, token, out));
    if (network_.linears[index].low_rank) add_low_rank(sentences, index, output);
}

template <class Arithmetic>
void Encoder<Arithmetic>::add_low_rank(std::span<const Sentence> sentences, std::size_t index, std::vector<Value>& output) {
    const LowRankDelta& delta = *network_.linears[index].low_rank;
    const auto in = static_cast<std::size_t>(delta.down->in), rank = static_cast<std::size_t>(delta.down->out);
    const auto out = static_cast<std::size_t>(delta.up->out);
    const auto& constants = constants_.low_rank[index];
    accumulators_.resize(std::max(accumulators_.size(), tokens_ * std::max(rank, out)));
    middle_.resize(tokens_ * rank);
    middle_bytes_.resize(middle_.size());
    middle_largest_.resize(tokens_);
    added_.resize(out);
    by_sentence(sentences, [&](std::size_t first, std::size_t count, std::uint64_t request) {
        engine_.multiply_factor(index, Factor::down, std::span(input_).subspan(first * in, count * in), static_cast<int>(count), request,
                                std::span(accumulators_).subspan(first * rank, count * rank));
    });
    for (std::size_t token = 0; token < tokens_; ++token)
        Arithmetic::linear(std::span(accumulators_).subspan(token * rank, rank), {input_largest_[token], largest_input_}, constants.down,
                           row(middle_, token, rank));
    vector::quantise(std::span<const Value>(middle_), rank, middle_bytes_, middle_largest_, largest_input_);
    by_sentence(sentences, [&](std::size_t first, std::size_t count, std::uint64_t request) {
        engine_.multiply_factor(index, Factor::up, std::span(middle_bytes_).subspan(first * rank, count * rank), static_cast<int>(count),
                                request, std::span(accumulators_).subspan(first * out, count * out));
    });
    for (std::size_t token = 0; token < tokens_; ++token) {
        Arithmetic::linear(std::span(accumulators_).subspan(token * out, out), {middle_largest_[token], largest_input_}, constants.up,
                           added_);
        Arithmetic::add(row(output, token, out), added_);
    }
}

template <class Arithmetic>
template <class Multiply>
void Encoder<Arithmetic>::by_sentence(std::span<const Sentence> sentences, const Multiply& multiply) {
    if (engine_.pure()) return multiply(0, tokens_, 0);
    std::size_t first = 0;
    for (const Sentence& sentence : sentences) {
        multiply(first, sentence.ids.size(), sentence.request);
        first += sentence.ids.size();
    }
}

template <class Arithmetic>
void Encoder<Arithmetic>::norm(std::vector<Value>& values, const typename Arithmetic::Norm& norm) {
    for (std::size_t token = 0; token < tokens_; ++token) vector::layer_norm(row(values, token, hidden()), norm);
}

template <class Arithmetic>
void Encoder<Arithmetic>::residual(std::vector<Value>& x, const std::vector<Value>& y, const typename Arithmetic::Norm& norm_of_sum) {
    Arithmetic::add(x, y);
    norm(x, norm_of_sum);
}

template struct Constants<IntegerArithmetic>;
template struct Constants<FloatArithmetic>;
template class Encoder<IntegerArithmetic>;
template class Encoder<FloatArithmetic>;

}  // namespace berth::inference

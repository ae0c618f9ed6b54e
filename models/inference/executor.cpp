// SPDX-License-Identifier: Apache-2.0
#include "models/inference/executor.hpp"

#include "models/core/error.hpp"
#include "models/inference/encoder.hpp"

#include <cmath>
#include <string>
#include <variant>

namespace berth::inference {
namespace {

/// Enough tokens to keep vectors busy, few enough for their scratch to stay in a core's cache.
constexpr std::size_t kTokensAtOnce = 128;

void need(bool holds, const std::string& what, const std::string& fault, const std::string& expected) {
    if (!holds) throw InputError("network: " + what, fault, expected);
}

void check_scales(const std::vector<float>& scales, const std::string& what) {
    for (const float scale : scales)
        need(std::isfinite(scale) && scale > 0.0f, what, "has a scale that is not positive", "positive scales");
}

void check_finite(const std::vector<float>& values, std::size_t size, const std::string& what) {
    need(values.size() == size, what, "has " + std::to_string(values.size()) + " values", std::to_string(size));
    for (const float value : values) need(std::isfinite(value), what, "has a value that is not finite", "finite values");
}

void check_matrix(const Int8Matrix& matrix, int out, int in, const std::string& what) {
    const auto rows = static_cast<std::size_t>(out);
    const bool fits =
        matrix.out == out && matrix.in == in && matrix.scales.size() == rows && matrix.values.size() == rows * static_cast<std::size_t>(in);
    need(fits, what, "is " + std::to_string(matrix.out) + " x " + std::to_string(matrix.in),
         std::to_string(out) + " x " + std::to_string(in) + ", with a scale a row");
    check_scales(matrix.scales, what);
}

void check_low_rank(const LowRankDelta& delta, int out, int in, const std::string& what) {
    need(delta.down && delta.up, what, "has a low-rank delta without a factor", "two factors");
    const int rank = delta.down->out;
    need(rank > 0, what, "has a low-rank delta without rank", "a rank of at least 1");
    check_matrix(*delta.down, rank, in, what + " down");
    check_matrix(*delta.up, out, rank, what + " up");
}

void check_norms(const std::vector<Norm>& norms, int count, std::size_t hidden, const std::string& what) {
    need(norms.size() == static_cast<std::size_t>(count), what, "are " + std::to_string(norms.size()), std::to_string(count));
    for (const Norm& norm : norms) check_finite(norm.gamma, hidden, what), check_finite(norm.beta, hidden, what);
}

void check(const Network& network) {
    const Shape& shape = network.shape;
    need(shape.hidden > 0 && shape.heads > 0 && shape.hidden % shape.heads == 0 && shape.hidden < (1 << 15), "hidden",
         "is " + std::to_string(shape.hidden), "a multiple of the heads below 32768");
    need(shape.layers > 0 && shape.intermediate > 0 && network.labels > 0 && network.embeddings != nullptr, "shape", "is empty",
         "layers, intermediate values, labels and embeddings");
    need(std::isfinite(shape.norm_epsilon) && shape.norm_epsilon >= 0.0 && shape.norm_epsilon < 1.0, "norm_epsilon",
         "is " + std::to_string(shape.norm_epsilon), "a number in [0, 1)");
    check_matrix(network.embeddings->words, shape.vocabulary, shape.hidden, "word embeddings");
    check_matrix(network.embeddings->positions, shape.positions, shape.hidden, "position embeddings");
    check_matrix(network.embeddings->segments, shape.segments, shape.hidden, "segment embeddings");
    const std::size_t count = matrix_index(shape.layers, 0) + 1;
    need(network.linears.size() == count, "linears", "are " + std::to_string(network.linears.size()), std::to_string(count));
    for (std::size_t index = 0; index < count; ++index) {
        const std::string name = matrix_name(shape, index);
        need(network.linears[index].matrix != nullptr, name, "is missing", "a matrix");
        const auto [out, in] = matrix_size(shape, index);
        check_matrix(*network.linears[index].matrix, out, in, name);
        if (const auto& low_rank = network.linears[index].low_rank) check_low_rank(*low_rank, out, in, name);
        check_finite(network.linears[index].bias, static_cast<std::size_t>(out), name + " bias");
    }
    const auto hidden = static_cast<std::size_t>(shape.hidden);
    check_norms({network.embedding_norm}, 1, hidden, "embedding norm");
    check_norms(network.attention_norms, shape.layers, hidden, "attention norms");
    check_norms(network.output_norms, shape.layers, hidden, "output norms");
    check_matrix(network.classifier, network.labels, shape.hidden, "classifier");
    check_finite(network.classifier_bias, static_cast<std::size_t>(network.labels), "classifier bias");
}

void check_ids(const std::vector<std::int32_t>& ids, int limit, const std::string& where, const std::string& what) {
    for (const std::int32_t id : ids)
        if (id < 0 || id >= limit) throw InputError(where, what + " " + std::to_string(id), "a number below " + std::to_string(limit));
}

void check(const Sentence& sentence, const Shape& shape) {
    const std::string where = "sentence " + std::to_string(sentence.request);
    const std::size_t tokens = sentence.ids.size();
    if (tokens == 0 || tokens > static_cast<std::size_t>(shape.positions))
        throw InputError(where, "has " + std::to_string(tokens) + " tokens", "1 to " + std::to_string(shape.positions));
    if (sentence.segments.size() != tokens)
        throw InputError(where, "has " + std::to_string(sentence.segments.size()) + " segments", "one a token");
    check_ids(sentence.ids, shape.vocabulary, where, "has token");
    check_ids(sentence.segments, shape.segment_ids(), where, "has segment");
}

std::size_t tokens_of(std::span<const Sentence> sentences) {
    std::size_t tokens = 0;
    for (const Sentence& sentence : sentences) tokens += sentence.ids.size();
    return tokens;
}

void check(const Prefix& prefix, std::span<const Sentence> sentences, const Shape& shape) {
    need(prefix.layer >= 0 && prefix.layer < shape.layers, "prefix", "stands before layer " + std::to_string(prefix.layer),
         "a layer of the network's");
    const std::size_t values = std::visit([](const auto& stream) { return stream.size(); }, prefix.stream);
    const std::size_t expected = tokens_of(sentences) * static_cast<std::size_t>(shape.hidden);
    need(values == expected, "prefix", "has " + std::to_string(values) + " values", std::to_string(expected) + ", of these sentences");
}

/// Sentences that run together, by their place among all.
struct Batch {
    std::size_t first, count;
};

/// The sentences from `first` on that run together.
std::size_t batch_from(std::span<const Sentence> sentences, std::size_t first) {
    std::size_t tokens = sentences[first].ids.size(), count = 1;
    while (first + count < sentences.size() && tokens + sentences[first + count].ids.size() <= kTokensAtOnce)
        tokens += sentences[first + count++].ids.size();
    return count;
}

const Network& checked(const Network& network) {
    check(network);
    return network;
}

}  // namespace

struct Executor::Prepared {
    using Either = std::variant<Constants<IntegerArithmetic>, Constants<FloatArithmetic>>;

    Prepared(const Network& its_network, const LinearEngine& its_engine, Arithmetic arithmetic)
        : network(checked(its_network)),
          engine(its_engine),
          constants(arithmetic == Arithmetic::integer ? Either(Constants<IntegerArithmetic>(network))
                                                      : Either(Constants<FloatArithmetic>(network))) {}

    /// Calls body(encoder, batch) for all sentences, checked, in their order.
    template <class Body>
    void in_batches(std::span<const Sentence> sentences, const Body& body) const {
        for (const Sentence& sentence : sentences) check(sentence, network.shape);
        const auto run = [&]<class A>(const Constants<A>& its_constants) {
            Encoder<A> encoder(network, engine, its_constants);
            for (std::size_t first = 0, count = 0; first < sentences.size(); first += count) {
                count = batch_from(sentences, first);
                body(encoder, Batch{first, count});
            }
        };
        std::visit(run, constants);
    }

    const Network& network;
    const LinearEngine& engine;
    Either constants;
};

Executor::Executor(const Network& network, const LinearEngine& engine, Arithmetic arithmetic)
    : prepared_(std::make_unique<const Prepared>(network, engine, arithmetic)) {}

Executor::~Executor() = default;

std::vector<float> Executor::logits(std::span<const Sentence> sentences) const {
    const auto labels = static_cast<std::size_t>(prepared_->network.labels);
    std::vector<float> result(sentences.size() * labels);
    prepared_->in_batches(sentences, [&](auto& encoder, Batch batch) {
        encoder.run(sentences.subspan(batch.first, batch.count), std::span(result).subspan(batch.first * labels, batch.count * labels));
    });
    return result;
}

std::vector<Prefix> Executor::prefixes(std::span<const Sentence> sentences, int count) const {
    const int most = prepared_->network.shape.layers;
    need(count >= 1 && count <= most, "prefixes", "are asked for before " + std::to_string(count) + " layers",
         "1 to " + std::to_string(most));
    const auto layers = static_cast<std::size_t>(count);
    std::vector<Prefix> result;
    std::visit(
        [&]<class A>(const Constants<A>&) {
            for (std::size_t layer = 0; layer < layers; ++layer)
                result.push_back({static_cast<int>(layer), std::vector<typename A::Value>()});
        },
        prepared_->constants);
    prepared_->in_batches(sentences, [&]<class A>(Encoder<A>& encoder, Batch batch) {
        std::vector<std::vector<typename A::Value>> streams(layers);
        encoder.trace(sentences.subspan(batch.first, batch.count), streams);
        for (std::size_t layer = 0; layer < layers; ++layer) {
            auto& whole = std::get<std::vector<typename A::Value>>(result[layer].stream);
            whole.insert(whole.end(), streams[layer].begin(), streams[layer].end());
        }
    });
    return result;
}

std::vector<float> Executor::logits(std::span<const Sentence> sentences, const Prefix& prefix) const {
    const Shape& shape = prepared_->network.shape;
    check(prefix, sentences, shape);
    const auto labels = static_cast<std::size_t>(prepared_->network.labels);
    std::vector<float> result(sentences.size() * labels);
    std::size_t begin = 0;
    prepared_->in_batches(sentences, [&]<class A>(Encoder<A>& encoder, Batch batch) {
        const auto* stream = std::get_if<std::vector<typename A::Value>>(&prefix.stream);
        need(stream != nullptr, "prefix", "was made in another arithmetic", "one of the executor's own");
        const auto part = sentences.subspan(batch.first, batch.count);
        const std::size_t values = tokens_of(part) * static_cast<std::size_t>(shape.hidden);
        encoder.run_from(prefix.layer, std::span(*stream).subspan(begin, values), part,
                         std::span(result).subspan(batch.first * labels, batch.count * labels));
        begin += values;
    });
    return result;
}

ExactEngine::Product ExactEngine::product_of(std::shared_ptr<const Int8Matrix> matrix) {
    need(matrix != nullptr, "engine", "is given a matrix that is missing", "a matrix");
    need(matrix->values.size() == static_cast<std::size_t>(matrix->out) * static_cast<std::size_t>(matrix->in), "engine",
         "is given a matrix that does not fill its shape", "out * in values");
    PreparedWeights weights(matrix->values, matrix->in, matrix->out);
    return {std::move(matrix), std::move(weights)};
}

ExactEngine::ExactEngine(const Network& network) {
    for (const Linear& linear : network.linears) {
        effective_.push_back(product_of(linear.delta == nullptr ? linear.matrix : std::make_shared<const Int8Matrix>(linear.effective())));
        auto& factors = factors_.emplace_back();
        if (const auto& low_rank = linear.low_rank) factors = {product_of(low_rank->down), product_of(low_rank->up)};
    }
}

void ExactEngine::multiply_factor(std::size_t index, Factor factor, std::span<const std::int8_t> x, int tokens, std::uint64_t,
                                  std::span<std::int32_t> accumulators) const {
    (*factors_[index])[static_cast<std::size_t>(factor)].weights.multiply(x, accumulators, tokens);
}

void ExactEngine::multiply(std::size_t index, std::span<const std::int8_t> x, int tokens, std::uint64_t,
                           std::span<std::int32_t> accumulators) const {
    effective_[index].weights.multiply(x, accumulators, tokens);
}

}  // namespace berth::inference

// SPDX-License-Identifier: Apache-2.0
#include "workloads/reference.hpp"

#include "models/core/gemm.hpp"
#include "workloads/vector_kernels.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace berth::workloads {
namespace {

/// Tokens a batch holds at most, unless one sentence alone has more: enough rows for a matrix product to run at full
/// speed, few enough that its activations stay in the cache and that a small data set still feeds every core.
constexpr std::size_t kTokensPerBatch = 512;

using Batch = std::vector<const Encoded*>;

std::size_t tokens_of(const Batch& batch) {
    return std::accumulate(batch.begin(), batch.end(), std::size_t{0},
                           [](std::size_t sum, const Encoded* s) { return sum + s->ids.size(); });
}

/// Activations of one batch: its sentences one below the other, without padding.
class Forward {
public:
    Forward(const BertWeights& weights, const Batch& batch)
        : weights_(weights), batch_(batch), hidden_(std::size_t(weights.config.hidden)), rows_(tokens_of(batch)) {
        for (std::vector<float>* rows : {&x_, &query_, &key_, &value_, &context_}) rows->resize(rows_ * hidden_);
        wide_.resize(rows_ * std::size_t(weights.config.intermediate));
    }

    /// Logits [sentences, labels].
    [[nodiscard]] std::vector<float> run() {
        embed();
        for (const LayerWeights& layer : weights_.layers) run_layer(layer, &layer == &weights_.layers.back());
        return classify();
    }

private:
    void embed() {
        std::size_t row = 0;
        for (const Encoded* sentence : batch_)
            for (std::size_t position = 0; position < sentence->ids.size(); ++position, ++row) {
                float* to = x_.data() + row * hidden_;
                const float* word = weights_.words.data() + std::size_t(sentence->ids[position]) * hidden_;
                const float* place = weights_.positions.data() + position * hidden_;
                std::copy_n(word, hidden_, to);
                if (weights_.config.segments > 0) {
                    const float* segment = weights_.segments.data() + std::size_t(sentence->segments[position]) * hidden_;
                    for (std::size_t i = 0; i < hidden_; ++i) to[i] += segment[i];
                }
                for (std::size_t i = 0; i < hidden_; ++i) to[i] += place[i];
            }
        normalise_rows(x_, weights_.embedding_norm.gamma, weights_.embedding_norm.beta, epsilon());
    }

    /// The pooler looks at a sentence's first token alone, so after its keys and values the last layer goes on with those.
    void run_layer(const LayerWeights& layer, bool last) {
        multiply_and_add(x_, layer[Matrix::key], key_);
        multiply_and_add(x_, layer[Matrix::value], value_);
        if (last) keep_first_tokens();
        multiply_and_add(x_, layer[Matrix::query], query_);
        attend_all(last);
        multiply(context_, layer[Matrix::attention_output], query_);
        add_and_normalise(query_, x_, layer[Matrix::attention_output], layer.attention_norm);
        multiply(query_, layer[Matrix::intermediate], wide_);
        add_bias_and_gelu(wide_, layer[Matrix::intermediate].bias, weights_.config.gelu);
        multiply(wide_, layer[Matrix::output], x_);
        add_and_normalise(x_, query_, layer[Matrix::output], layer.output_norm);
    }

    void keep_first_tokens() {
        std::size_t from = 0, to = 0;
        for (const Encoded* sentence : batch_) {
            std::copy_n(x_.begin() + std::ptrdiff_t(from * hidden_), hidden_, x_.begin() + std::ptrdiff_t(to * hidden_));
            from += sentence->ids.size();
            ++to;
        }
        rows_ = to;
        for (std::vector<float>* rows : {&x_, &query_, &context_}) rows->resize(rows_ * hidden_);
        wide_.resize(rows_ * std::size_t(weights_.config.intermediate));
    }

    void attend_all(bool first_tokens) {
        const int width = weights_.config.hidden / weights_.config.heads;
        std::size_t row = 0, asking = 0;
        for (const Encoded* sentence : batch_) {
            const std::size_t tokens = sentence->ids.size(), queries = first_tokens ? 1 : tokens;
            for (std::size_t begin = 0; begin < hidden_; begin += std::size_t(width))
                attend(
                    {query_.data() + asking * hidden_ + begin, key_.data() + row * hidden_ + begin, value_.data() + row * hidden_ + begin,
                     context_.data() + asking * hidden_ + begin, int(tokens), int(queries), width, int(hidden_)},
                    scratch_);
            row += tokens;
            asking += queries;
        }
    }

    [[nodiscard]] std::vector<float> classify() {
        multiply(x_, weights_.pooler, query_);
        if (weights_.config.head_activation() == HeadActivation::tanh)
            add_bias_and_tanh(query_, weights_.pooler.bias);
        else
            add_bias_and_relu(query_, weights_.pooler.bias);
        std::vector<float> logits(batch_.size() * std::size_t(weights_.classifier.out));
        multiply(query_, weights_.classifier, logits);
        add_bias(logits, weights_.classifier.bias);
        return logits;
    }

    static void multiply(const std::vector<float>& x, const LinearWeights& linear, std::vector<float>& y) {
        gemm(x, linear.weight, y, int(x.size() / std::size_t(linear.in)), linear.in, linear.out);
    }

    static void multiply_and_add(const std::vector<float>& x, const LinearWeights& linear, std::vector<float>& y) {
        multiply(x, linear, y);
        add_bias(y, linear.bias);
    }

    void add_and_normalise(std::vector<float>& x, const std::vector<float>& residual, const LinearWeights& linear,
                           const NormWeights& norm) const {
        add_and_normalise_rows(x, residual, linear.bias, norm.gamma, norm.beta, epsilon());
    }

    [[nodiscard]] float epsilon() const { return static_cast<float>(weights_.config.norm_epsilon); }

    const BertWeights& weights_;
    const Batch& batch_;
    std::size_t hidden_;
    std::size_t rows_;
    std::vector<float> x_, query_, key_, value_, context_, wide_, scratch_;
};

void check_sentence(const Encoded& sentence, const BertConfig& config) {
    const auto within = [](const std::vector<std::int32_t>& values, int count) {
        return std::all_of(values.begin(), values.end(), [count](std::int32_t value) { return value >= 0 && value < count; });
    };
    const bool fits =
        !sentence.ids.empty() && sentence.ids.size() <= std::size_t(config.positions) && sentence.segments.size() == sentence.ids.size();
    if (!fits || !within(sentence.ids, config.vocabulary) || !within(sentence.segments, std::max(1, config.segments)))
        throw std::invalid_argument("a sentence has more tokens, ids or segments than the model");
}

/// Sentences of like length share a batch; which ones depends on their lengths and order alone.
std::vector<std::vector<std::size_t>> cut_batches(std::span<const Encoded> sentences) {
    std::vector<std::size_t> order(sentences.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return sentences[a].ids.size() > sentences[b].ids.size(); });
    std::vector<std::vector<std::size_t>> batches;
    std::size_t tokens = kTokensPerBatch;
    for (const std::size_t index : order) {
        tokens += sentences[index].ids.size();
        if (batches.empty() || tokens > kTokensPerBatch) {
            batches.emplace_back();
            tokens = sentences[index].ids.size();
        }
        batches.back().push_back(index);
    }
    return batches;
}

}  // namespace

Reference::Reference(std::shared_ptr<const BertWeights> weights) : weights_(std::move(weights)) {
    if (weights_->classifier.weight.empty()) throw std::invalid_argument("the reference needs a classifier");
}

std::vector<float> Reference::logits(std::span<const Encoded> sentences, Threads& threads,
                                     const std::function<void(std::size_t)>& done) const {
    for (const Encoded& sentence : sentences) check_sentence(sentence, weights_->config);
    const std::size_t labels = std::size_t(weights_->classifier.out);
    const auto batches = cut_batches(sentences);
    std::vector<float> logits(sentences.size() * labels);
    threads.for_each(batches.size(), [&](std::size_t at) {
        Batch batch;
        for (const std::size_t index : batches[at]) batch.push_back(&sentences[index]);
        const std::vector<float> found = Forward(*weights_, batch).run();
        for (std::size_t i = 0; i < batch.size(); ++i)
            std::copy_n(found.begin() + std::ptrdiff_t(i * labels), labels, logits.begin() + std::ptrdiff_t(batches[at][i] * labels));
        if (done) done(batch.size());
    });
    return logits;
}

}  // namespace berth::workloads

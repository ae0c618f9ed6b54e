// SPDX-License-Identifier: Apache-2.0
#include "workloads/reference.hpp"

#include "tests/unit/workloads/small_architectures.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <stdexcept>

namespace berth::workloads {
namespace {

using Row = std::vector<double>;
using Rows = std::vector<Row>;

template <class Model = test::SmallBert>
std::shared_ptr<const BertWeights> small_weights(const Model& model = {}) {
    const test::Scratch scratch;
    return std::make_shared<const BertWeights>(read_bert_weights(Checkpoint(model.write(scratch)), Head::classifier));
}

/// A BERT's forward written down plainly, one token after the other, in double precision.
class Plain {
public:
    explicit Plain(const BertWeights& weights) : w_(weights) {}

    [[nodiscard]] Row logits(const Encoded& sentence) const {
        Rows x;
        for (std::size_t t = 0; t < sentence.ids.size(); ++t) {
            Row row(width());
            for (std::size_t i = 0; i < width(); ++i)
                row[i] = double(w_.words[std::size_t(sentence.ids[t]) * width() + i]) + w_.positions[t * width() + i] +
                         (w_.segments.empty() ? 0.0f : w_.segments[std::size_t(sentence.segments[t]) * width() + i]);
            x.push_back(normalise(row, w_.embedding_norm));
        }
        for (const LayerWeights& layer : w_.layers) x = run(layer, x);
        Row pooled = linear(w_.pooler, x[0]);
        for (double& value : pooled) value = w_.config.head_activation() == HeadActivation::relu ? std::max(0.0, value) : std::tanh(value);
        return linear(w_.classifier, pooled);
    }

private:
    [[nodiscard]] std::size_t width() const { return std::size_t(w_.config.hidden); }

    static Row linear(const LinearWeights& matrix, const Row& x) {
        Row y(matrix.bias.begin(), matrix.bias.end());
        for (std::size_t o = 0; o < y.size(); ++o)
            for (std::size_t i = 0; i < x.size(); ++i) y[o] += double(matrix.weight[o * x.size() + i]) * x[i];
        return y;
    }

    static Row sum(Row x, const Row& y) {
        for (std::size_t i = 0; i < x.size(); ++i) x[i] += y[i];
        return x;
    }

    [[nodiscard]] Row normalise(Row x, const NormWeights& norm) const {
        double mean = 0, variance = 0;
        for (const double value : x) mean += value / double(x.size());
        for (const double value : x) variance += (value - mean) * (value - mean) / double(x.size());
        for (std::size_t i = 0; i < x.size(); ++i)
            x[i] = (x[i] - mean) / std::sqrt(variance + w_.config.norm_epsilon) * norm.gamma[i] + norm.beta[i];
        return x;
    }

    [[nodiscard]] double gelu(double x) const {
        if (w_.config.gelu == Gelu::erf) return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0)));
        return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * x * x * x)));
    }

    [[nodiscard]] Rows run(const LayerWeights& layer, const Rows& x) const {
        Rows q, k, v, out;
        for (const Row& row : x) {
            q.push_back(linear(layer[Matrix::query], row));
            k.push_back(linear(layer[Matrix::key], row));
            v.push_back(linear(layer[Matrix::value], row));
        }
        const std::size_t head = width() / std::size_t(w_.config.heads);
        for (std::size_t t = 0; t < x.size(); ++t) {
            Row context(width());
            for (std::size_t begin = 0; begin < width(); begin += head) {
                Row weights;
                for (std::size_t j = 0; j < x.size(); ++j) {
                    double dot = 0;
                    for (std::size_t c = begin; c < begin + head; ++c) dot += q[t][c] * k[j][c];
                    weights.push_back(std::exp(dot / std::sqrt(double(head))));
                }
                double total = 0;
                for (const double weight : weights) total += weight;
                for (std::size_t j = 0; j < x.size(); ++j)
                    for (std::size_t c = begin; c < begin + head; ++c) context[c] += weights[j] / total * v[j][c];
            }
            const Row middle = normalise(sum(linear(layer[Matrix::attention_output], context), x[t]), layer.attention_norm);
            Row wide = linear(layer[Matrix::intermediate], middle);
            for (double& value : wide) value = gelu(value);
            out.push_back(normalise(sum(linear(layer[Matrix::output], wide), middle), layer.output_norm));
        }
        return out;
    }

    const BertWeights& w_;
};

std::vector<Encoded> sentences(std::size_t count, int segments = 2) {
    std::vector<Encoded> made;
    for (std::size_t s = 0; s < count; ++s) {
        Encoded one;
        const std::size_t tokens = 1 + s * 7 % test::SmallBert::kPositions;
        for (std::size_t t = 0; t < tokens; ++t) {
            one.ids.push_back(static_cast<std::int32_t>((s * 3 + t * t) % 10));
            one.segments.push_back(segments > 1 && t > tokens / 2);
        }
        made.push_back(one);
    }
    return made;
}

void expect_plain_logits(const std::shared_ptr<const BertWeights>& weights) {
    const auto input = sentences(40, weights->config.segments);
    Threads threads(2);
    const std::vector<float> logits = Reference(weights).logits(input, threads);
    for (std::size_t s = 0; s < input.size(); ++s) {
        const Row expected = Plain(*weights).logits(input[s]);
        for (std::size_t label = 0; label < expected.size(); ++label)
            EXPECT_NEAR(logits[s * expected.size() + label], expected[label], 1e-5);
    }
}

TEST(Reference, AgreesWithAPlainForwardInDoublePrecision) { expect_plain_logits(small_weights()); }

TEST(Reference, AgreesWithThePlainForwardForTheTanhGelu) {
    test::SmallBert bert;
    bert.config["hidden_act"] = "gelu_new";
    expect_plain_logits(small_weights(bert));
}

TEST(Reference, AgreesWithThePlainForwardForRobertaAndDistilBert) {
    expect_plain_logits(small_weights(test::SmallRoberta()));
    expect_plain_logits(small_weights(test::SmallDistilBert()));
}

TEST(Reference, GivesTheSameBytesForAnyThreadCount) {
    const Reference reference(small_weights());
    const auto input = sentences(300);
    Threads one(1), two(2);
    std::atomic<std::size_t> finished = 0;
    const auto alone = reference.logits(input, one, [&](std::size_t count) { finished += count; });
    EXPECT_EQ(alone, reference.logits(input, two));
    EXPECT_EQ(finished, input.size());
}

TEST(Reference, KeepsTheOrderOfItsInput) {
    const Reference reference(small_weights());
    auto input = sentences(50);
    Threads threads(2);
    const auto forward = reference.logits(input, threads);
    std::reverse(input.begin(), input.end());
    const auto backward = reference.logits(input, threads);
    for (std::size_t s = 0; s < input.size(); ++s)
        for (std::size_t label = 0; label < 3; ++label)
            EXPECT_NEAR(forward[s * 3 + label], backward[(input.size() - 1 - s) * 3 + label], 1e-5);
    EXPECT_TRUE(reference.logits({}, threads).empty());
}

TEST(Reference, RefusesWhatTheModelCannotAddress) {
    const Reference reference(small_weights());
    Threads threads(1);
    for (const Encoded& wrong : {Encoded{}, Encoded{{10}, {0}}, Encoded{{-1}, {0}}, Encoded{{1}, {2}}, Encoded{{1}, {}},
                                 Encoded{std::vector<std::int32_t>(17, 1), std::vector<std::int32_t>(17, 0)}})
        EXPECT_THROW((void)reference.logits(std::vector<Encoded>{wrong}, threads), std::invalid_argument);
    auto headless = std::make_shared<BertWeights>(*small_weights());
    headless->classifier = {};
    EXPECT_THROW(Reference{headless}, std::invalid_argument);
}

}  // namespace
}  // namespace berth::workloads

// SPDX-License-Identifier: Apache-2.0
#include "models/inference/executor.hpp"

#include "models/core/error.hpp"
#include "models/core/parallel.hpp"
#include "tests/unit/inference/random_network.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <set>

namespace berth::inference {
namespace {

using Vectors = std::vector<std::vector<double>>;

/// The encoder in doubles on the same dequantised weights: what both arithmetics approximate.
class RealEncoder {
public:
    explicit RealEncoder(const Network& network) : network_(network) {}

    std::vector<double> logits(const Sentence& sentence) {
        Vectors x;
        for (std::size_t i = 0; i < sentence.ids.size(); ++i) {
            std::vector<double> sum(hidden(), 0.0);
            add_row(network_.embeddings->words, sentence.ids[i], sum);
            add_row(network_.embeddings->positions, static_cast<int>(i), sum);
            add_row(network_.embeddings->segments, sentence.segments[i], sum);
            x.push_back(normalised(sum, network_.embedding_norm));
        }
        for (int layer = 0; layer < network_.shape.layers; ++layer) x = encoded(x, layer);
        auto pooled = product(network_.linears.back().effective(), network_.linears.back().bias, x[0]);
        for (double& value : pooled) value = std::tanh(value);
        return product(network_.classifier, network_.classifier_bias, pooled);
    }

private:
    std::size_t hidden() const { return static_cast<std::size_t>(network_.shape.hidden); }

    static void add_row(const Int8Matrix& table, int row, std::vector<double>& sum) {
        for (std::size_t i = 0; i < sum.size(); ++i)
            sum[i] += double(table.values[static_cast<std::size_t>(row) * sum.size() + i]) * table.scales[static_cast<std::size_t>(row)];
    }

    std::vector<double> normalised(std::vector<double> x, const Norm& norm) const {
        double mean = 0.0, variance = 0.0;
        for (const double value : x) mean += value / double(x.size());
        for (const double value : x) variance += (value - mean) * (value - mean) / double(x.size());
        for (std::size_t i = 0; i < x.size(); ++i)
            x[i] = (x[i] - mean) / std::sqrt(variance + network_.shape.norm_epsilon) * norm.gamma[i] + norm.beta[i];
        return x;
    }

    static std::vector<double> product(const Int8Matrix& w, const std::vector<float>& bias, const std::vector<double>& x) {
        std::vector<double> y;
        for (std::size_t row = 0; row < bias.size(); ++row) {
            double sum = 0.0;
            for (std::size_t i = 0; i < x.size(); ++i) sum += w.values[row * x.size() + i] * x[i];
            y.push_back(sum * w.scales[row] + bias[row]);
        }
        return y;
    }

    Vectors through(int layer, int matrix, const Vectors& x) const {
        const Linear& linear = network_.linears[matrix_index(layer, matrix)];
        const Int8Matrix weights = linear.effective();
        Vectors y;
        for (const auto& token : x) {
            y.push_back(product(weights, linear.bias, token));
            if (!linear.low_rank) continue;
            const Int8Matrix &down = *linear.low_rank->down, &up = *linear.low_rank->up;
            const auto added =
                product(up, std::vector<float>(up.scales.size()), product(down, std::vector<float>(down.scales.size()), token));
            for (std::size_t i = 0; i < added.size(); ++i) y.back()[i] += added[i];
        }
        return y;
    }

    Vectors residual(Vectors x, const Vectors& update, const Norm& norm) const {
        for (std::size_t token = 0; token < x.size(); ++token) {
            for (std::size_t i = 0; i < hidden(); ++i) x[token][i] += update[token][i];
            x[token] = normalised(x[token], norm);
        }
        return x;
    }

    Vectors attended(const Vectors& q, const Vectors& k, const Vectors& v) const {
        const std::size_t width = hidden() / static_cast<std::size_t>(network_.shape.heads);
        Vectors context(q.size(), std::vector<double>(hidden(), 0.0));
        for (std::size_t begin = 0; begin < hidden(); begin += width) {
            for (std::size_t i = 0; i < q.size(); ++i) {
                std::vector<double> weights;
                double total = 0.0;
                for (const auto& key : k) {
                    double dot = 0.0;
                    for (std::size_t c = begin; c < begin + width; ++c) dot += q[i][c] * key[c];
                    weights.push_back(std::exp(dot / std::sqrt(double(width))));
                    total += weights.back();
                }
                for (std::size_t j = 0; j < k.size(); ++j)
                    for (std::size_t c = begin; c < begin + width; ++c) context[i][c] += weights[j] / total * v[j][c];
            }
        }
        return context;
    }

    Vectors encoded(const Vectors& x, int layer) const {
        const auto l = static_cast<std::size_t>(layer);
        const Vectors context = attended(through(layer, 0, x), through(layer, 1, x), through(layer, 2, x));
        const Vectors attention = residual(x, through(layer, 3, context), network_.attention_norms[l]);
        Vectors wide = through(layer, 4, attention);
        for (auto& token : wide)
            for (double& value : token) value *= 0.5 * (1.0 + std::erf(value / std::numbers::sqrt2));
        return residual(attention, through(layer, 5, wide), network_.output_norms[l]);
    }

    const Network& network_;
};

TEST(Executor, AgreesWithRealArithmetic) {
    for (std::uint32_t seed = 1; seed <= 8; ++seed) {
        test::RandomNetwork random(seed);
        random.add_delta(2);
        random.add_delta(9);
        random.add_low_rank(1, 5), random.add_low_rank(5, 3), random.add_low_rank(9, 7);
        const ExactEngine engine(random.network);
        const Sentence sentence = random.sentence(1 + seed * 4);
        const auto expected = RealEncoder(random.network).logits(sentence);
        for (const Arithmetic arithmetic : {Arithmetic::integer, Arithmetic::fp32}) {
            const auto logits = Executor(random.network, engine, arithmetic).logits(std::span(&sentence, 1));
            ASSERT_EQ(logits.size(), 3u);
            for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(logits[i], expected[i], 0.05) << "seed " << seed;
        }
    }
}

TEST(Executor, ASentenceDoesNotDependOnItsBatch) {
    test::RandomNetwork random;
    const ExactEngine engine(random.network);
    std::vector<Sentence> sentences;
    for (std::size_t i = 0; i < 40; ++i) sentences.push_back(random.sentence(1 + i * 7 % 40, i));
    for (const Arithmetic arithmetic : {Arithmetic::integer, Arithmetic::fp32}) {
        const Executor executor(random.network, engine, arithmetic);
        const auto together = executor.logits(sentences);
        std::vector<float> alone(together.size());
        Threads(4).for_each(sentences.size(), [&](std::size_t i) {
            const auto logits = executor.logits(std::span(&sentences[i], 1));
            std::copy(logits.begin(), logits.end(), alone.begin() + static_cast<std::ptrdiff_t>(i * 3));
        });
        EXPECT_EQ(together, alone);
    }
}

TEST(Executor, GivesNothingForNothing) {
    test::RandomNetwork random;
    const ExactEngine engine(random.network);
    EXPECT_TRUE(Executor(random.network, engine, Arithmetic::integer).logits({}).empty());
}

/// Records which products were asked for.
class RecordingEngine : public LinearEngine {
public:
    explicit RecordingEngine(const Network& network, bool pure = false) : exact_(network), pure_(pure) {}
    void multiply(std::size_t index, std::span<const std::int8_t> x, int tokens, std::uint64_t request,
                  std::span<std::int32_t> accumulators) const override {
        calls.push_back({index, static_cast<std::uint64_t>(tokens), request});
        exact_.multiply(index, x, tokens, request, accumulators);
    }
    void multiply_factor(std::size_t index, Factor factor, std::span<const std::int8_t> x, int tokens, std::uint64_t request,
                         std::span<std::int32_t> accumulators) const override {
        exact_.multiply_factor(index, factor, x, tokens, request, accumulators);
    }
    [[nodiscard]] bool pure() const override { return pure_; }
    mutable std::vector<std::array<std::uint64_t, 3>> calls;  ///< matrix, tokens, request

private:
    ExactEngine exact_;
    bool pure_;
};

TEST(Executor, AsksForEveryMatrixOnceASentence) {
    test::RandomNetwork random;
    const RecordingEngine engine(random.network);
    const std::vector<Sentence> sentences{random.sentence(5, 70), random.sentence(9, 71)};
    (void)Executor(random.network, engine, Arithmetic::integer).logits(sentences);
    ASSERT_EQ(engine.calls.size(), 2u * 13u);
    for (std::uint64_t matrix = 0; matrix < 13; ++matrix) {
        const bool pooler = matrix == 12;
        EXPECT_EQ(engine.calls[2 * matrix], (std::array<std::uint64_t, 3>{matrix, pooler ? 1u : 5u, 70}));
        EXPECT_EQ(engine.calls[2 * matrix + 1], (std::array<std::uint64_t, 3>{matrix, pooler ? 1u : 9u, 71}));
    }
}

TEST(Executor, AsksAPureEngineOnceAndForNothingThatNoLogitReads) {
    test::RandomNetwork random;
    random.add_low_rank(3, 4), random.add_low_rank(10, 5);
    const std::vector<Sentence> sentences{random.sentence(5, 70), random.sentence(9, 71)};
    for (const Arithmetic arithmetic : {Arithmetic::integer, Arithmetic::fp32}) {
        const RecordingEngine pure(random.network, true), other(random.network);
        const auto logits = [&](const RecordingEngine& engine) { return Executor(random.network, engine, arithmetic).logits(sentences); };
        EXPECT_EQ(logits(pure), logits(other));
        ASSERT_EQ(pure.calls.size(), 13u);
        for (std::uint64_t matrix = 0; matrix < 13; ++matrix)  // behind the last layer's attention the first tokens alone
            EXPECT_EQ(pure.calls[matrix], (std::array<std::uint64_t, 3>{matrix, matrix < 9 ? 14u : 2u, 0}));
    }
}

/// An engine of narrow inputs: keeps the largest magnitude of each product's vectors.
class NarrowEngine : public LinearEngine {
public:
    NarrowEngine(const Network& network, int bits) : exact_(network), bits_(bits) {}
    void multiply(std::size_t index, std::span<const std::int8_t> x, int tokens, std::uint64_t request,
                  std::span<std::int32_t> accumulators) const override {
        look(x, tokens);
        exact_.multiply(index, x, tokens, request, accumulators);
    }
    void multiply_factor(std::size_t index, Factor factor, std::span<const std::int8_t> x, int tokens, std::uint64_t request,
                         std::span<std::int32_t> accumulators) const override {
        look(x, tokens);
        exact_.multiply_factor(index, factor, x, tokens, request, accumulators);
    }
    [[nodiscard]] int activation_bits() const override { return bits_; }
    mutable std::set<int> largest;  ///< of a token's vector

private:
    void look(std::span<const std::int8_t> x, int tokens) const {
        const std::size_t width = x.size() / std::size_t(tokens);
        for (std::size_t token = 0; token < std::size_t(tokens); ++token) {
            int most = 0;
            for (const int value : x.subspan(token * width, width)) most = std::max(most, std::abs(value));
            largest.insert(most);
        }
    }
    ExactEngine exact_;
    int bits_;
};

TEST(Executor, MakesItsVectorsAsNarrowAsTheEngineTakesThem) {
    test::RandomNetwork random;
    random.add_low_rank(4, 5);
    const std::vector<Sentence> sentences{random.sentence(5, 70), random.sentence(9, 71)};
    const ExactEngine exact(random.network);
    for (const Arithmetic arithmetic : {Arithmetic::integer, Arithmetic::fp32}) {
        const auto wide = Executor(random.network, exact, arithmetic).logits(sentences);
        double error_before = 0.0;
        for (int bits = 8; bits >= 2; --bits) {
            const NarrowEngine engine(random.network, bits);
            const auto logits = Executor(random.network, engine, arithmetic).logits(sentences);
            EXPECT_EQ(engine.largest, std::set<int>{(1 << (bits - 1)) - 1}) << bits << " bits";
            double error = 0.0;
            for (std::size_t i = 0; i < logits.size(); ++i) error += std::pow(double(logits[i]) - wide[i], 2);
            if (bits == 8) {
                EXPECT_EQ(logits, wide);
            }
            // A bit less doubles the rounding error; the steps' scales are right, or narrow vectors would be far off.
            if (bits == 6) error_before = error;
            if (bits == 4) {
                EXPECT_GT(error, error_before);
                double size = 0.0;
                for (const float logit : wide) size += double(logit) * logit;
                EXPECT_LT(error, 0.25 * size);
            }
        }
    }
}

TEST(Executor, RefusesSentencesItCannotRun) {
    test::RandomNetwork random;
    const ExactEngine engine(random.network);
    const Executor executor(random.network, engine, Arithmetic::integer);
    const auto run = [&](Sentence sentence) { return executor.logits(std::span(&sentence, 1)); };
    EXPECT_THROW((void)run({0, {}, {}}), InputError);
    EXPECT_THROW((void)run({0, {50}, {0}}), InputError);
    EXPECT_THROW((void)run({0, {-1}, {0}}), InputError);
    EXPECT_THROW((void)run({0, {1}, {2}}), InputError);
    EXPECT_THROW((void)run({0, {1, 2}, {0}}), InputError);
    EXPECT_THROW((void)run(random.sentence(41)), InputError);
}

TEST(Executor, RefusesNetworksThatDoNotFitTogether) {
    const auto refused = [](const auto& spoil) {
        test::RandomNetwork random;
        const ExactEngine engine(random.network);
        spoil(random.network);
        EXPECT_THROW(Executor(random.network, engine, Arithmetic::integer), InputError);
    };
    refused([](Network& n) { n.shape.heads = 5; });
    refused([](Network& n) { n.labels = 0; });
    refused([](Network& n) { n.embeddings = nullptr; });
    refused([](Network& n) { n.linears.pop_back(); });
    refused([](Network& n) { std::swap(n.linears[4], n.linears[5]); });
    refused([](Network& n) { n.linears[3].matrix = nullptr; });
    refused([](Network& n) { n.linears[3].bias[0] = std::nanf(""); });
    refused([](Network& n) { n.classifier.scales[0] = 0.0f; });
    refused([](Network& n) { n.output_norms[0].gamma.pop_back(); });
    refused([](Network& n) { n.shape.norm_epsilon = -1.0; });
}

TEST(Executor, RefusesFactorsThatDoNotFit) {
    const auto refused = [](const auto& spoil) {
        test::RandomNetwork random;
        random.add_low_rank(4, 5);
        const ExactEngine engine(random.network);
        LowRankDelta delta = *random.network.linears[4].low_rank;
        spoil(delta);
        random.network.linears[4].low_rank = std::make_shared<const LowRankDelta>(delta);
        EXPECT_THROW(Executor(random.network, engine, Arithmetic::integer), InputError);
    };
    refused([](LowRankDelta& delta) { std::swap(delta.down, delta.up); });
    refused([](LowRankDelta& delta) {
        Int8Matrix up = *delta.up;
        up.scales[3] = 0.0F;
        delta.up = std::make_shared<const Int8Matrix>(std::move(up));
    });
    refused([](LowRankDelta& delta) { delta = {}; });
}

TEST(ExactEngine, RefusesMatricesThatAreNotWhole) {
    test::RandomNetwork random;
    random.add_low_rank(4, 5);
    const Linear whole = random.network.linears[4];
    const auto refused = [&](const auto& spoil) {
        random.network.linears[4] = whole;
        spoil(random.network.linears[4]);
        EXPECT_THROW(ExactEngine(random.network), InputError);
    };
    refused([](Linear& linear) { linear.matrix = nullptr; });
    refused([](Linear& linear) { linear.low_rank = std::make_shared<const LowRankDelta>(); });
    refused([](Linear& linear) {
        auto shorter = std::make_shared<Int8Matrix>(*linear.matrix);
        shorter->values.pop_back();
        linear.matrix = shorter;
    });
}

TEST(Executor, AnUnusedFactorAddsNothing) {
    test::RandomNetwork random;
    const Sentence sentence = random.sentence(9);
    const auto logits = [&] {
        const ExactEngine engine(random.network);
        return Executor(random.network, engine, Arithmetic::integer).logits(std::span(&sentence, 1));
    };
    const auto without = logits();
    random.add_low_rank(3, 4);
    EXPECT_NE(logits(), without);
    const LowRankDelta& own = *random.network.linears[3].low_rank;
    Int8Matrix zero = *own.down;
    std::fill(zero.values.begin(), zero.values.end(), std::int8_t{0});
    random.network.linears[3].low_rank = std::make_shared<const LowRankDelta>(zero, *own.up);
    EXPECT_EQ(logits(), without);
}

TEST(Executor, GoesOnFromAPrefixToTheSameLogits) {
    test::RandomNetwork random;
    random.add_delta(2);
    random.add_low_rank(9, 4);
    std::vector<Sentence> sentences;
    for (std::uint64_t i = 0; i < 7; ++i) sentences.push_back(random.sentence(i == 3 ? 40 : 5 + 7 * i % 30, i));
    const ExactEngine engine(random.network);
    for (const Arithmetic arithmetic : {Arithmetic::integer, Arithmetic::fp32}) {
        const Executor executor(random.network, engine, arithmetic);
        const auto expected = executor.logits(sentences);
        const auto prefixes = executor.prefixes(sentences, 2);
        ASSERT_EQ(prefixes.size(), 2U);
        for (const Prefix& prefix : prefixes) EXPECT_EQ(executor.logits(sentences, prefix), expected) << prefix.layer;
    }
}

TEST(Executor, RefusesAPrefixOfSomethingElse) {
    test::RandomNetwork random;
    const std::vector<Sentence> sentences{random.sentence(9), random.sentence(4)};
    const ExactEngine engine(random.network);
    const Executor executor(random.network, engine, Arithmetic::integer);
    const auto prefixes = executor.prefixes(sentences, 2);
    EXPECT_EQ(executor.prefixes(sentences, 1).size(), 1U);
    for (const int count : {0, 3}) EXPECT_THROW((void)executor.prefixes(sentences, count), InputError);
    EXPECT_THROW((void)executor.logits(std::span(sentences).first(1), prefixes[1]), InputError);
    EXPECT_THROW((void)executor.logits(sentences, {2, prefixes[1].stream}), InputError);
    EXPECT_THROW((void)Executor(random.network, engine, Arithmetic::fp32).logits(sentences, prefixes[1]), InputError);
}

TEST(Executor, RunsWhereAValueVectorIsZero) {
    test::RandomNetwork random;
    auto& value = random.network.linears[matrix_index(0, 2)];
    auto zeros = std::make_shared<Int8Matrix>(*value.matrix);
    std::fill(zeros->values.begin(), zeros->values.end(), std::int8_t{0});
    value.matrix = zeros;
    std::fill(value.bias.begin(), value.bias.end(), 0.0f);
    const ExactEngine engine(random.network);
    const Sentence sentence = random.sentence(6);
    const auto expected = RealEncoder(random.network).logits(sentence);
    for (const Arithmetic arithmetic : {Arithmetic::integer, Arithmetic::fp32}) {
        const auto logits = Executor(random.network, engine, arithmetic).logits(std::span(&sentence, 1));
        for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(logits[i], expected[i], 0.05);
    }
}

}  // namespace
}  // namespace berth::inference

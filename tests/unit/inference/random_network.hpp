// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/inference/executor.hpp"

#include <cmath>
#include <memory>
#include <random>
#include <vector>

namespace berth::test {

/// A small encoder of random weights.
class RandomNetwork {
public:
    explicit RandomNetwork(std::uint32_t seed = 1) : random_(seed) {
        using namespace inference;
        network.shape = {48, 2, 4, 96, 50, 40, 2, 1e-12};
        network.labels = 3;
        auto tables = std::make_shared<Embeddings>();
        tables->words = matrix(50, 48), tables->positions = matrix(40, 48), tables->segments = matrix(2, 48);
        network.embeddings = tables;
        network.embedding_norm = norm();
        for (int layer = 0; layer < 2; ++layer) {
            for (int i = 0; i < 4; ++i) network.linears.push_back(linear(48, 48));
            network.linears.push_back(linear(96, 48));
            network.linears.push_back(linear(48, 96));
            network.attention_norms.push_back(norm());
            network.output_norms.push_back(norm());
        }
        network.linears.push_back(linear(48, 48));
        network.classifier = matrix(3, 48);
        network.classifier_bias = values(3, 0.1f);
    }

    [[nodiscard]] inference::Sentence sentence(std::size_t tokens, std::uint64_t request = 0) {
        inference::Sentence sentence{request, {}, {}};
        for (std::size_t i = 0; i < tokens; ++i) {
            sentence.ids.push_back(static_cast<std::int32_t>(random_() % 50));
            sentence.segments.push_back(i > tokens / 2);
        }
        return sentence;
    }

    /// Ternary codes on every third channel of a matrix, whose weights are kept where the sum stays in range.
    void add_delta(std::size_t index) {
        auto base = std::make_shared<inference::Int8Matrix>(*network.linears[index].matrix);
        for (std::int8_t& value : base->values) value = static_cast<std::int8_t>(value / 2);
        auto delta = std::make_shared<inference::MatrixDelta>();
        delta->magnitude_bits = 1;
        for (int channel = 0; channel < base->out; channel += 3) delta->channels.push_back(channel);
        for (std::size_t i = 0; i < delta->channels.size() * static_cast<std::size_t>(base->in); ++i)
            delta->codes.push_back(static_cast<std::int8_t>(static_cast<int>(random_() % 3) - 1));
        network.linears[index].matrix = base;
        network.linears[index].delta = delta;
    }

    /// A low-rank delta of 3 bits beside what the matrix has.
    void add_low_rank(std::size_t index, int rank) {
        constexpr int bits = 2;
        const auto& own = *network.linears[index].matrix;
        const auto factor = [&](int out, int in) {
            return inference::quantise_rows(values(static_cast<std::size_t>(out * in), 0.5f / std::sqrt(float(in))), out, in, bits);
        };
        network.linears[index].low_rank =
            std::make_shared<const inference::LowRankDelta>(inference::LowRankDelta{factor(rank, own.in), factor(own.out, rank)});
    }

    inference::Network network;

private:
    std::vector<float> values(std::size_t count, float spread) {
        std::normal_distribution<float> normal(0.0f, spread);
        std::vector<float> result(count);
        for (float& value : result) value = normal(random_);
        return result;
    }
    inference::Int8Matrix matrix(int out, int in) {
        return inference::quantise_rows(values(static_cast<std::size_t>(out * in), 1.0f / std::sqrt(float(in))), out, in);
    }
    inference::Linear linear(int out, int in) {
        return {std::make_shared<inference::Int8Matrix>(matrix(out, in)), nullptr, values(static_cast<std::size_t>(out), 0.1f)};
    }
    inference::Norm norm() {
        inference::Norm norm{values(48, 0.1f), values(48, 0.1f)};
        for (float& gamma : norm.gamma) gamma += 1.0f;
        return norm;
    }

    std::mt19937 random_;
};

}  // namespace berth::test

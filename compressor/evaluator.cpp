// SPDX-License-Identifier: Apache-2.0
#include "compressor/evaluator.hpp"

#include <algorithm>
#include <memory>

namespace berth::compressor {
namespace {

constexpr std::size_t kBlock = 4;  ///< sentences that a thread takes at a time

bool same(const inference::Norm& a, const inference::Norm& b) { return a.gamma == b.gamma && a.beta == b.beta; }

bool same(const inference::Linear& a, const inference::Linear& b) {
    return a.matrix == b.matrix && a.delta == b.delta && a.low_rank == b.low_rank && a.bias == b.bias;
}

bool same_layer(const inference::Network& a, const inference::Network& b, int layer) {
    const auto index = static_cast<std::size_t>(layer);
    for (int matrix = 0; matrix < inference::kMatricesPerLayer; ++matrix) {
        const std::size_t place = inference::matrix_index(layer, matrix);
        if (!same(a.linears[place], b.linears[place])) return false;
    }
    return same(a.attention_norms[index], b.attention_norms[index]) && same(a.output_norms[index], b.output_norms[index]);
}

/// A network with what runs it.
struct Run {
    explicit Run(const inference::Network& network) : engine(network), executor(network, engine, inference::Arithmetic::integer) {}

    inference::ExactEngine engine;
    inference::Executor executor;
};

}  // namespace

std::optional<int> first_difference(const inference::Network& a, const inference::Network& b) {
    if (a.embeddings != b.embeddings || !same(a.embedding_norm, b.embedding_norm)) return std::nullopt;
    int layer = 0;
    while (layer + 1 < a.shape.layers && same_layer(a, b, layer)) ++layer;
    return layer;
}

template <class Body>
void Evaluator::for_blocks(std::size_t times, const Body& body) const {
    const std::size_t sentences = probe_.sentences.size(), blocks = (sentences + kBlock - 1) / kBlock;
    threads_.for_each(times * blocks, [&](std::size_t i) {
        const std::size_t block = i % blocks, first = block * kBlock;
        body(i / blocks, block, first, std::span(probe_.sentences).subspan(first, std::min(kBlock, sentences - first)));
    });
}

Evaluator::Evaluator(const inference::Network& reference, const Probe& probe, Threads& threads)
    : network_(reference), probe_(probe), threads_(threads) {
    const auto labels = static_cast<std::size_t>(network_.labels);
    const Run run(network_);
    reference_logits_.resize(probe_.sentences.size() * labels);
    prefixes_.resize((probe_.sentences.size() + kBlock - 1) / kBlock);
    for_blocks(1, [&](std::size_t, std::size_t block, std::size_t first, std::span<const inference::Sentence> sentences) {
        prefixes_[block] = run.executor.prefixes(sentences);
        const auto part = run.executor.logits(sentences, prefixes_[block].back());
        std::copy(part.begin(), part.end(), reference_logits_.begin() + static_cast<std::ptrdiff_t>(first * labels));
    });
}

std::vector<std::vector<float>> Evaluator::logits(std::span<const inference::Network> candidates, Progress& progress) const {
    const auto labels = static_cast<std::size_t>(network_.labels);
    std::vector<std::unique_ptr<const Run>> runs(candidates.size());
    std::vector<std::optional<int>> layers(candidates.size());
    threads_.for_each(candidates.size(), [&](std::size_t i) {
        runs[i] = std::make_unique<const Run>(candidates[i]);
        layers[i] = first_difference(network_, candidates[i]);
    });
    std::vector<std::vector<float>> logits(candidates.size(), std::vector<float>(probe_.sentences.size() * labels));
    for_blocks(candidates.size(), [&](std::size_t i, std::size_t block, std::size_t first, std::span<const inference::Sentence> sentences) {
        const inference::Executor& executor = runs[i]->executor;
        const auto part =
            layers[i] ? executor.logits(sentences, prefixes_[block][static_cast<std::size_t>(*layers[i])]) : executor.logits(sentences);
        std::copy(part.begin(), part.end(), logits[i].begin() + static_cast<std::ptrdiff_t>(first * labels));
        progress.advance(sentences.size());
    });
    return logits;
}

}  // namespace berth::compressor

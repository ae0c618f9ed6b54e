// SPDX-License-Identifier: Apache-2.0
#include "compressor/evaluator.hpp"

#include <algorithm>
#include <memory>

namespace berth::compressor {
namespace {

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

Evaluator::Evaluator(const inference::Network& reference, const Probe& probe, int kept, Threads& threads)
    : network_(reference), probe_(probe), blocks_(probe), threads_(threads) {
    const auto labels = static_cast<std::size_t>(network_.labels);
    const Run run(network_);
    reference_logits_.resize(probe_.sentences.size() * labels);
    prefixes_.resize(blocks_.count());
    threads_.for_each(blocks_.count(), [&](std::size_t block) {
        const auto sentences = blocks_.sentences(block);
        prefixes_[block] = run.executor.prefixes(sentences, kept);
        ProbeBlocks::place(run.executor.logits(sentences, prefixes_[block].back()), block, labels, reference_logits_);
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
    threads_.for_each(candidates.size() * blocks_.count(), [&](std::size_t work) {
        const std::size_t i = work / blocks_.count(), block = work % blocks_.count();
        const auto sentences = blocks_.sentences(block);
        const inference::Executor& executor = runs[i]->executor;
        const auto& prefixes = prefixes_[block];
        const auto part = layers[i]
                              ? executor.logits(sentences, prefixes[std::min(static_cast<std::size_t>(*layers[i]), prefixes.size() - 1)])
                              : executor.logits(sentences);
        ProbeBlocks::place(part, block, labels, logits[i]);
        progress.advance(sentences.size());
    });
    return logits;
}

}  // namespace berth::compressor

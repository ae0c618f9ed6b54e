// SPDX-License-Identifier: Apache-2.0
#include "compressor/image_file.hpp"
#include "models/core/philox.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>

namespace berth::compressor {
namespace {

/// Codes as normal weights have them, the largest of a row at the end of the range.
inference::Int8Matrix normal_codes(int out, int in, int bits, std::uint32_t stream) {
    inference::Int8Matrix matrix{out, in, {}, std::vector<float>(static_cast<std::size_t>(out), 0.01F), bits};
    const int largest = (1 << bits) - 1;
    const double scale = largest / 3.5;
    matrix.values.resize(std::size_t(out) * std::size_t(in));
    for (std::size_t i = 0; i < matrix.values.size(); ++i) {
        const auto words = philox({static_cast<std::uint32_t>(i), stream, 0, 0}, {1, 1});
        const double normal =
            std::sqrt(-2.0 * std::log(1.0 - unit_interval(words[0]))) * std::cos(2.0 * std::numbers::pi * unit_interval(words[1]));
        matrix.values[i] = static_cast<std::int8_t>(std::clamp(static_cast<int>(std::lround(normal * scale)), -largest, largest));
    }
    return matrix;
}

/// One layer of BERT-base as one task's own, of so many bits.
WeightImage one_layer(int bits) {
    WeightImage image;
    image.method = "copies";
    image.geometry = {128, 128, 1, "differential"};
    image.shape = {.hidden = 768,
                   .layers = 1,
                   .heads = 12,
                   .intermediate = 3072,
                   .vocabulary = 4,
                   .positions = 16,
                   .segments = 2,
                   .norm_epsilon = 1e-12};
    image.tokenizer.vocabulary = {"[PAD]", "[UNK]", "[CLS]", "[SEP]"};
    image.tokenizer.limit = 16;
    TaskImage task;
    task.name = "task", task.metric = "accuracy", task.label_names = {"no", "yes"};
    inference::Network& network = task.network;
    network.shape = image.shape, network.labels = 2;
    const inference::Norm norm{std::vector<float>(768, 1.0F), std::vector<float>(768)};
    network.embeddings = std::make_shared<const inference::Embeddings>(
        inference::Embeddings{normal_codes(4, 768, 7, 1), normal_codes(16, 768, 7, 2), normal_codes(2, 768, 7, 3)});
    network.embedding_norm = norm;
    network.attention_norms = network.output_norms = {norm};
    for (std::uint32_t index = 0; index < 7; ++index) {
        const auto [out, in] = inference::matrix_size(image.shape, index);
        network.linears.push_back({.matrix = std::make_shared<const inference::Int8Matrix>(normal_codes(out, in, bits, 4 + index)),
                                   .delta = nullptr,
                                   .bias = std::vector<float>(static_cast<std::size_t>(out))});
    }
    network.classifier = normal_codes(2, 768, 7, 20);
    network.classifier_bias = {0.0F, 0.0F};
    image.tasks.push_back(std::move(task));
    return image;
}

/// Bytes a second of what the reader makes, a byte a weight.
void read(benchmark::State& state) {
    const auto bytes = serialise(one_layer(static_cast<int>(state.range(0))));
    std::int64_t weights = 0;
    for (auto _ : state) {
        const WeightImage image = parse_image(bytes, "image");
        weights = 0;
        for (const auto& linear : image.tasks[0].network.linears) weights += static_cast<std::int64_t>(linear.matrix->values.size());
        benchmark::DoNotOptimize(image);
    }
    state.SetBytesProcessed(state.iterations() * weights);
    state.counters["bits_per_weight"] = 8.0 * static_cast<double>(bytes.size()) / static_cast<double>(weights);
}
BENCHMARK(read)->DenseRange(1, 7)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace berth::compressor

BENCHMARK_MAIN();

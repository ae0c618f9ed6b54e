// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/weight_image.hpp"
#include "models/core/philox.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace berth::test {

/// Numbers that look random and are the same every time.
class Numbers {
public:
    explicit Numbers(std::uint32_t stream) : stream_(stream) {}
    [[nodiscard]] float real() { return static_cast<float>(2.0 * unit_interval(next()) - 1.0); }
    [[nodiscard]] std::int8_t integer(int largest) {
        return static_cast<std::int8_t>(static_cast<int>(next() % (2 * largest + 1)) - largest);
    }
    [[nodiscard]] std::vector<float> reals(std::size_t count) {
        std::vector<float> values(count);
        for (float& value : values) value = real();
        return values;
    }

private:
    std::uint32_t next() { return philox({count_++, stream_, 0, 0}, {7, 7})[0]; }
    std::uint32_t stream_, count_ = 0;
};

inline inference::Int8Matrix small_matrix(Numbers& numbers, int out, int in, int largest) {
    inference::Int8Matrix matrix{out, in, {}, {}};
    for (int i = 0; i < out * in; ++i) matrix.values.push_back(numbers.integer(largest));
    for (int i = 0; i < out; ++i) matrix.scales.push_back(0.01F + 0.001F * static_cast<float>(i));
    return matrix;
}

inline inference::Shape small_shape() {
    inference::Shape shape;
    shape.hidden = 8;
    shape.layers = 1;
    shape.heads = 2;
    shape.intermediate = 16;
    shape.vocabulary = 8;
    shape.positions = 16;
    shape.segments = 2;
    shape.norm_epsilon = 1e-12;
    return shape;
}

/// A task on `base` whose first matrix has a ternary delta on two channels and whose second one of three bits; the third
/// matrix is the task's own.
inline compressor::TaskImage small_task(const std::string& name, const inference::Shape& shape,
                                        const std::vector<std::shared_ptr<const inference::Int8Matrix>>& base,
                                        std::shared_ptr<const inference::Embeddings> embeddings, std::uint32_t stream) {
    Numbers numbers(stream);
    compressor::TaskImage task;
    task.name = name;
    task.metric = "accuracy";
    task.label_names = {"no", "yes"};
    task.checkpoint = "models/" + name;
    task.provenance["model.safetensors"] = "00";
    task.statistics["cosine"] = 0.5;
    inference::Network& network = task.network;
    network.shape = shape;
    network.labels = 2;
    network.embeddings = std::move(embeddings);
    const auto width = static_cast<std::size_t>(shape.hidden);
    network.embedding_norm = {numbers.reals(width), numbers.reals(width)};
    network.attention_norms = {{numbers.reals(width), numbers.reals(width)}};
    network.output_norms = {{numbers.reals(width), numbers.reals(width)}};
    for (const auto& matrix : base) network.linears.push_back({matrix, nullptr, numbers.reals(static_cast<std::size_t>(matrix->out))});
    const auto delta = [&](int bits, std::vector<std::int32_t> channels) {
        inference::MatrixDelta codes{bits, std::move(channels), {}};
        for (std::size_t i = 0; i < codes.channels.size() * width; ++i) codes.codes.push_back(numbers.integer((1 << bits) - 1));
        return std::make_shared<const inference::MatrixDelta>(codes);
    };
    network.linears[0].delta = delta(1, {1, 6});
    network.linears[1].delta = delta(3, {0, 4, 5});
    inference::Int8Matrix down = small_matrix(numbers, 3, shape.hidden, 3), up = small_matrix(numbers, shape.hidden, 3, 1);
    down.magnitude_bits = 2, up.magnitude_bits = 1;
    network.linears[3].low_rank = std::make_shared<const inference::LowRankDelta>(std::move(down), std::move(up));
    network.linears[2].matrix = std::make_shared<const inference::Int8Matrix>(small_matrix(numbers, 8, 8, 127));
    network.classifier = small_matrix(numbers, 2, shape.hidden, 127);
    network.classifier_bias = numbers.reals(2);
    return task;
}

/// Has the second task's factors of one matrix be the first's: both of them, or one.
inline void share_factors(compressor::WeightImage& image, std::size_t linear, bool down, bool up) {
    const auto first = image.tasks[0].network.linears[linear].low_rank;
    auto& second = image.tasks[1].network.linears[linear].low_rank;
    second = std::make_shared<const inference::LowRankDelta>(down ? first->down : second->down, up ? first->up : second->up);
}

/// Two tasks on one base, everything of it small.
inline compressor::WeightImage small_image() {
    Numbers numbers(1);
    compressor::WeightImage image;
    image.method = "kang";
    image.mode = "acc";
    image.seed = 3;
    image.command = "berth compress";
    image.geometry = {128, 128, 1, "differential"};
    image.shape = small_shape();
    image.tokenizer.vocabulary = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "b", "\xC3\xA9"};
    image.tokenizer.limit = 16;
    image.base_checkpoint = "models/base";
    image.base_provenance["config.json"] = "11";
    for (int index = 0; index < 7; ++index) {
        const int out = index == 4 ? 16 : 8, in = index == 5 ? 16 : 8;
        inference::Int8Matrix matrix = small_matrix(numbers, out, in, index == 6 ? 15 : 100);
        if (index == 6) matrix.magnitude_bits = 4;
        image.base.push_back(std::make_shared<const inference::Int8Matrix>(std::move(matrix)));
    }
    const auto embeddings = std::make_shared<const inference::Embeddings>(
        inference::Embeddings{small_matrix(numbers, 8, 8, 127), small_matrix(numbers, 16, 8, 127), small_matrix(numbers, 2, 8, 127)});
    image.tasks.push_back(small_task("first", image.shape, image.base, embeddings, 2));
    image.tasks.push_back(small_task("second", image.shape, image.base, embeddings, 3));
    return image;
}

}  // namespace berth::test

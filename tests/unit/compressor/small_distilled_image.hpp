// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/unit/compressor/small_image.hpp"
#include "workloads/byte_bpe.hpp"

#include <memory>

namespace berth::test {

/// The small image as of another architecture: byte-level BPE, no table of segments, ReLU in the head, whose first layer is each
/// task's own.
inline compressor::WeightImage small_distilled_image() {
    compressor::WeightImage image = small_image();
    workloads::TokenizerSettings& tokenizer = image.tokenizer;
    tokenizer.kind = workloads::TokenizerKind::byte_bpe;
    tokenizer.vocabulary = {"<s>", "<pad>", "</s>", "<unk>"};
    tokenizer.vocabulary.insert(tokenizer.vocabulary.end(), workloads::byte_letters().begin(), workloads::byte_letters().end());
    tokenizer.vocabulary.insert(tokenizer.vocabulary.end(), {"ab", "abc"});
    tokenizer.merges = {"a b", "ab c"};
    tokenizer.pair_segments = false;
    tokenizer.prefix_space = true;
    image.shape.vocabulary = static_cast<int>(tokenizer.vocabulary.size());
    image.shape.segments = 0;
    image.shape.head_activation = inference::HeadActivation::relu;
    image.base.pop_back();
    Numbers numbers(21);
    const auto embeddings = std::make_shared<const inference::Embeddings>(inference::Embeddings{
        small_matrix(numbers, image.shape.vocabulary, 8, 127), small_matrix(numbers, 16, 8, 127), small_matrix(numbers, 0, 8, 127)});
    for (compressor::TaskImage& task : image.tasks) {
        task.network.shape = image.shape;
        task.network.embeddings = embeddings;
        task.network.linears[6].matrix = std::make_shared<const inference::Int8Matrix>(small_matrix(numbers, 8, 8, 127));
    }
    return image;
}

}  // namespace berth::test

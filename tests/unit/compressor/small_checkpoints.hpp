// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/unit/compressor/small_image.hpp"
#include "tests/unit/core/scratch.hpp"

#include <boost/json.hpp>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace berth::test {

struct Tensor {
    std::vector<std::int64_t> shape;
    std::vector<float> values;
};

/// A BERT of one layer, hidden 8, in float32, that a test can change before it is written as a Hugging Face directory.
struct SmallCheckpoint {
    std::map<std::string, Tensor> tensors;
    boost::json::object config;
    std::vector<std::string> vocabulary{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "good", "bad", "film", "the"};

    void write(const std::filesystem::path& directory) const {
        std::filesystem::create_directories(directory);
        std::ofstream(directory / "config.json") << boost::json::serialize(config);
        std::ofstream pieces(directory / "vocab.txt");
        for (const auto& piece : vocabulary) pieces << piece << '\n';
        boost::json::object header;
        std::string data;
        for (const auto& [name, tensor] : tensors) {
            const std::size_t begin = data.size();
            data.append(reinterpret_cast<const char*>(tensor.values.data()), tensor.values.size() * sizeof(float));
            header[name] = {{"dtype", "F32"}, {"shape", boost::json::value_from(tensor.shape)}, {"data_offsets", {begin, data.size()}}};
        }
        const std::string text = boost::json::serialize(header);
        const std::uint64_t length = text.size();
        std::ofstream file(directory / "model.safetensors", std::ios::binary);
        file.write(reinterpret_cast<const char*>(&length), sizeof length);
        file << text << data;
    }
};

inline SmallCheckpoint small_base() {
    SmallCheckpoint checkpoint;
    checkpoint.config = {{"model_type", "bert"},     {"hidden_act", "gelu"},    {"hidden_size", 8}, {"num_hidden_layers", 1},
                         {"num_attention_heads", 2}, {"intermediate_size", 16}, {"vocab_size", 8},  {"max_position_embeddings", 16},
                         {"type_vocab_size", 2},     {"layer_norm_eps", 1e-12}};
    Numbers numbers(11);
    const auto add = [&](const std::string& name, std::vector<std::int64_t> shape, float around = 0.0F) {
        std::size_t count = 1;
        for (const std::int64_t size : shape) count *= static_cast<std::size_t>(size);
        Tensor tensor{std::move(shape), numbers.reals(count)};
        for (float& value : tensor.values) value = around + (around == 0.0F ? 0.5F : 0.1F) * value;
        checkpoint.tensors["bert." + name] = std::move(tensor);
    };
    const auto linear = [&](const std::string& name, std::int64_t out, std::int64_t in) {
        add(name + ".weight", {out, in});
        add(name + ".bias", {out});
    };
    const auto norm = [&](const std::string& name) {
        add(name + ".weight", {8}, 1.0F);
        add(name + ".bias", {8});
    };
    add("embeddings.word_embeddings.weight", {8, 8});
    add("embeddings.position_embeddings.weight", {16, 8});
    add("embeddings.token_type_embeddings.weight", {2, 8});
    norm("embeddings.LayerNorm");
    for (const char* name : {"query", "key", "value"}) linear(std::string("encoder.layer.0.attention.self.") + name, 8, 8);
    linear("encoder.layer.0.attention.output.dense", 8, 8);
    norm("encoder.layer.0.attention.output.LayerNorm");
    linear("encoder.layer.0.intermediate.dense", 16, 8);
    linear("encoder.layer.0.output.dense", 8, 16);
    norm("encoder.layer.0.output.LayerNorm");
    linear("pooler.dense", 8, 8);
    return checkpoint;
}

/// The base moved by at most `step` in every matrix, with a head of two classes.
inline SmallCheckpoint small_fine_tuned(std::uint32_t stream, float step) {
    SmallCheckpoint checkpoint = small_base();
    Numbers numbers(100 + stream);
    for (auto& [name, tensor] : checkpoint.tensors)
        if (name.find("embeddings") == std::string::npos)
            for (float& value : tensor.values) value += step * numbers.real();
    checkpoint.tensors["classifier.weight"] = {{2, 8}, numbers.reals(16)};
    checkpoint.tensors["classifier.bias"] = {{2}, numbers.reals(2)};
    checkpoint.config["num_labels"] = 2;
    return checkpoint;
}

inline const char* const kSmallData =
    "label\tsentence1\n1\tthe good film\n0\tthe bad film\n1\tgood\n0\tbad bad\n1\tgood the film\n0\tfilm bad\n1\tgood good film\n0\tthe "
    "the bad\n";

}  // namespace berth::test

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/unit/core/scratch.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace berth::test {

/// One tensor of a safetensors file to be written.
struct Tensor {
    std::string type;
    std::vector<std::int64_t> shape;
    std::string bytes;
};

template <class Value>
[[nodiscard]] std::string bytes_of(const std::vector<Value>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Value)};
}

[[nodiscard]] inline Tensor f32(std::vector<std::int64_t> shape, const std::vector<float>& values) {
    return {"F32", std::move(shape), bytes_of(values)};
}

/// The eight bytes of a header's length, the header, the data.
[[nodiscard]] inline std::string safetensors(const std::string& header, const std::string& data, std::uint64_t length) {
    return bytes_of(std::vector<std::uint64_t>{length}) + header + data;
}
[[nodiscard]] inline std::string safetensors(const std::string& header, const std::string& data) {
    return safetensors(header, data, header.size());
}

[[nodiscard]] inline std::string safetensors(const std::map<std::string, Tensor>& tensors) {
    boost::json::object header;
    std::string data;
    for (const auto& [name, tensor] : tensors) {
        const std::uint64_t begin = data.size();
        data += tensor.bytes;
        header[name] = {{"dtype", tensor.type},
                        {"shape", boost::json::value_from(tensor.shape)},
                        {"data_offsets", {begin, std::uint64_t{data.size()}}}};
    }
    return safetensors(boost::json::serialize(header), data);
}

/// A BERT of two layers with random weights, small enough to check by a plain forward in double precision.
struct SmallBert {
    static constexpr int kHidden = 12, kHeads = 2, kWide = 20, kPositions = 16, kLayers = 2, kLabels = 3;
    std::vector<std::string> vocabulary{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "##a", "##b", "."};
    boost::json::object config{
        {"model_type", "bert"},       {"hidden_size", kHidden}, {"num_hidden_layers", kLayers},          {"num_attention_heads", kHeads},
        {"intermediate_size", kWide}, {"vocab_size", 10},       {"max_position_embeddings", kPositions}, {"type_vocab_size", 2},
        {"layer_norm_eps", 1e-12},    {"num_labels", kLabels}};
    std::map<std::string, Tensor> tensors;

    SmallBert() {
        add("bert.embeddings.word_embeddings.weight", {10, kHidden});
        add("bert.embeddings.position_embeddings.weight", {kPositions, kHidden});
        add("bert.embeddings.token_type_embeddings.weight", {2, kHidden});
        add_norm("bert.embeddings.LayerNorm");
        for (int layer = 0; layer < kLayers; ++layer) {
            const std::string at = "bert.encoder.layer." + std::to_string(layer) + ".";
            for (const char* name : {"attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"})
                add_linear(at + name, kHidden, kHidden);
            add_linear(at + "intermediate.dense", kWide, kHidden);
            add_linear(at + "output.dense", kHidden, kWide);
            add_norm(at + "attention.output.LayerNorm");
            add_norm(at + "output.LayerNorm");
        }
        add_linear("bert.pooler.dense", kHidden, kHidden);
        add_linear("classifier", kLabels, kHidden);
    }

    /// Writes config.json, vocab.txt and model.safetensors into a folder.
    const std::filesystem::path& write(const Scratch& scratch) const {
        std::string pieces;
        for (const std::string& piece : vocabulary) pieces += piece + "\n";
        scratch.file("config.json", boost::json::serialize(config));
        scratch.file("vocab.txt", pieces);
        scratch.file("model.safetensors", safetensors(tensors));
        return scratch.path();
    }

protected:
    void add(const std::string& name, const std::vector<std::int64_t>& shape) {
        std::size_t count = 1;
        for (const std::int64_t size : shape) count *= static_cast<std::size_t>(size);
        std::vector<float> values;
        while (values.size() < count) values.push_back(next());
        tensors[name] = f32(shape, values);
    }
    void add_linear(const std::string& name, int out, int in) {
        add(name + ".weight", {out, in});
        add(name + ".bias", {out});
    }
    void add_norm(const std::string& name) {
        add(name + ".weight", {kHidden});
        add(name + ".bias", {kHidden});
    }
    /// A value in [-0.5, 0.5), from a counter, so that every test sees the same weights.
    float next() {
        state_ = state_ * 6364136223846793005U + 1442695040888963407U;
        return static_cast<float>(state_ >> 40) / static_cast<float>(1 << 24) - 0.5f;
    }

    std::uint64_t state_ = 1;
};

}  // namespace berth::test

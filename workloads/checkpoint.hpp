// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "workloads/bert_config.hpp"
#include "workloads/safetensors.hpp"

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace berth::workloads {

/// A Hugging Face directory: config.json and either model.safetensors or the shards that model.safetensors.index.json lists.
/// Files are mapped, not read; tensors become float on request.
class Checkpoint {
public:
    /// @throws InputError naming the file at fault.
    explicit Checkpoint(const std::filesystem::path& directory);

    [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }
    [[nodiscard]] const BertConfig& config() const { return config_; }

    /// Whether a tensor is there under `name`, behind the architecture's prefix ("bert.", "roberta.", "distilbert."), or under
    /// an old spelling of it (LayerNorm gamma and beta).
    [[nodiscard]] bool has(const std::string& name) const;

    /// The tensor as float32. `name` is without the prefix: "encoder.layer.0.output.dense.weight".
    /// @throws InputError naming file and tensor when it is missing, has another shape, or holds a value that is not finite.
    [[nodiscard]] std::vector<float> tensor(const std::string& name, std::span<const std::int64_t> shape) const;

    /// Every file a result depends on, sorted: config, index, shards, vocabulary, tokenizer settings where there.
    [[nodiscard]] std::vector<std::filesystem::path> files() const;

private:
    struct Found;
    [[nodiscard]] Found find(const std::string& name) const;

    std::filesystem::path directory_;
    BertConfig config_;
    std::vector<SafetensorsFile> shards_;
};

}  // namespace berth::workloads

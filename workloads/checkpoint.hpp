// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "workloads/bert_config.hpp"
#include "workloads/lora_adapter.hpp"
#include "workloads/safetensors.hpp"

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace berth::workloads {

/// A Hugging Face directory: config.json and either model.safetensors or the shards that model.safetensors.index.json lists; or
/// a PEFT LoRA directory, which is read as its base with the adapter merged into it.
/// Files are mapped, not read; tensors become float on request.
class Checkpoint {
public:
    /// @param base the model that an adapter was trained on; empty for the one that it names. A directory with weights of its own
    /// has no use for it.
    /// @throws InputError naming the file at fault; also for an adapter of another base: one with layers or shapes that this has
    /// not, or one that names a folder with other weights.
    explicit Checkpoint(const std::filesystem::path& directory, const std::filesystem::path& base = {});

    /// The directory that was asked for: an adapter's own.
    [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }
    /// Where its tokenizer lies: in its own directory, or in its base's where an adapter brings none.
    [[nodiscard]] const std::filesystem::path& tokenizer_directory() const;
    /// The adapter that is merged in; nullptr where there is none.
    [[nodiscard]] const LoraAdapter* adapter() const { return adapter_.get(); }
    [[nodiscard]] const BertConfig& config() const { return config_; }

    /// Whether a tensor is there under `name`, behind the architecture's prefix ("bert.", "roberta.", "distilbert."), or under
    /// an old spelling of it (LayerNorm gamma and beta).
    [[nodiscard]] bool has(const std::string& name) const;

    /// What an adapter added to the weight of that name, itself included in tensor(); nullptr where nothing.
    [[nodiscard]] std::shared_ptr<const LowRankFactors> factors(const std::string& name) const;

    /// The tensor as float32. `name` is without the prefix: "encoder.layer.0.output.dense.weight".
    /// @throws InputError naming file and tensor when it is missing, has another shape, or holds a value that is not finite.
    [[nodiscard]] std::vector<float> tensor(const std::string& name, std::span<const std::int64_t> shape) const;

    /// Every file a result depends on, sorted: config, index, shards, vocabulary, tokenizer settings where there; with an adapter
    /// its own and its base's.
    [[nodiscard]] std::vector<std::filesystem::path> files() const;

private:
    struct Found;
    [[nodiscard]] std::string prefix() const;
    [[nodiscard]] Found find(const std::string& name) const;
    [[nodiscard]] Found find_in_base(const std::string& name) const;
    void read_head_of_adapter();
    void check_adapter() const;

    std::filesystem::path directory_;
    std::shared_ptr<const LoraAdapter> adapter_;
    std::filesystem::path model_;  ///< where the weights lie: the directory itself, or an adapter's base
    BertConfig config_;
    std::vector<SafetensorsFile> shards_;
};

}  // namespace berth::workloads

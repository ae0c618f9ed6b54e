// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "workloads/safetensors.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace berth::workloads {

/// What a low-rank adapter adds to a linear layer: W = W_base + scale * up * down (Hu et al., LoRA, ICLR 2022).
struct LowRankFactors {
    int out = 0, in = 0, rank = 0;
    float scale = 0.0F;       ///< alpha / rank, or alpha / sqrt(rank) where use_rslora
    std::vector<float> down;  ///< lora_A, [rank, in]
    std::vector<float> up;    ///< lora_B, [out, rank]

    /// Adds scale * up * down to a weight [out, in].
    void add_to(std::span<float> weight) const;
};

/// A PEFT LoRA directory: adapter_config.json, and adapter_model.safetensors with two factors a layer and, in place of the
/// base's, the tensors of modules_to_save and trained biases. Names of layers and tensors are the base model's:
/// "bert.encoder.layer.0.attention.self.query".
///
/// fan_in_fan_out is for layers that are stored [in, out]; the encoders here have none, and as in PEFT it changes nothing.
class LoraAdapter {
public:
    /// Whether the folder holds an adapter: adapter_config.json, and no weights of a model.
    [[nodiscard]] static bool is_in(const std::filesystem::path& directory);

    /// @throws InputError naming file and key or tensor: a peft_type other than LORA, DoRA, replicated layers, a rank or alpha out
    /// of range, a layer with one factor, factors whose shapes are not those of its rank, tensors that belong to no linear layer.
    explicit LoraAdapter(const std::filesystem::path& directory);

    /// The base that adapter_config.json names, where it is a folder seen from the adapter's; empty where it is not.
    [[nodiscard]] const std::filesystem::path& named_base() const { return named_base_; }
    /// base_model_name_or_path as it stands there.
    [[nodiscard]] const std::string& base_name() const { return base_name_; }

    /// By the layer's name.
    [[nodiscard]] const std::map<std::string, std::shared_ptr<const LowRankFactors>>& layers() const { return layers_; }
    /// Tensors that take the place of the base's or stand beside them, by name.
    [[nodiscard]] const std::map<std::string, TensorView>& tensors() const { return tensors_; }

    [[nodiscard]] std::filesystem::path config_file() const { return directory_ / "adapter_config.json"; }
    [[nodiscard]] const std::filesystem::path& weight_file() const { return file_.path(); }

private:
    std::filesystem::path directory_;
    SafetensorsFile file_;
    std::string base_name_;
    std::filesystem::path named_base_;
    std::map<std::string, std::shared_ptr<const LowRankFactors>> layers_;
    std::map<std::string, TensorView> tensors_;
};

}  // namespace berth::workloads

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace berth::workloads {

/// A number for the layers whose names a regular expression matches.
template <class Value>
struct LayerPattern {
    std::string where;  ///< file and key, for messages
    std::string expression;
    Value value;
};

/// What adapter_config.json says of an adapter's layers.
struct LoraConfig {
    std::string base;                                 ///< base_model_name_or_path; empty where not given
    int rank = 0;                                     ///< r
    double alpha = 0;                                 ///< lora_alpha
    bool by_root = false;                             ///< use_rslora: the scale is alpha / sqrt(rank)
    std::vector<LayerPattern<int>> rank_pattern;      ///< in file order; the first that matches counts
    std::vector<LayerPattern<double>> alpha_pattern;  ///< likewise

    /// @throws InputError where matching a pattern takes too long; so does scale_of.
    [[nodiscard]] int rank_of(const std::string& layer) const;
    [[nodiscard]] float scale_of(const std::string& layer) const;
};

/// @throws InputError naming file and key: a peft_type other than LORA, DoRA, replicated layers, a rank or alpha out of range, a
/// pattern that is no regular expression.
[[nodiscard]] LoraConfig read_lora_config(const std::filesystem::path& file);

}  // namespace berth::workloads

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

namespace berth::workloads {

/// x * Phi(x), exactly through erf ("gelu") or through the tanh approximation ("gelu_new"); they differ by at most 5e-4.
enum class Gelu { erf, tanh };

/// The encoders that are read. They compute the same layers and differ in names, embeddings and the classifier's first layer.
enum class Architecture { bert, roberta, distilbert };
inline constexpr std::array kArchitectureNames{"bert", "roberta", "distilbert"};  ///< model_type, indexed by Architecture

/// What stands between the first token's vector and the classifier, behind a dense layer of its own.
enum class HeadActivation { tanh, relu };

/// Of a classifier, far above any published one's.
inline constexpr int kMostLabels = 1 << 16;

/// What config.json of a Hugging Face BERT, RoBERTa or DistilBERT says of a model's shape and of its head.
struct BertConfig {
    Architecture architecture = Architecture::bert;
    int hidden = 0;           ///< hidden_size, a multiple of heads
    int layers = 0;           ///< num_hidden_layers
    int heads = 0;            ///< num_attention_heads
    int intermediate = 0;     ///< intermediate_size
    int vocabulary = 0;       ///< vocab_size
    int positions = 0;        ///< tokens a sentence may have: max_position_embeddings less first_position
    int first_position = 0;   ///< row of the table for a sentence's first token: 0, or RoBERTa's pad_token_id + 1
    int segments = 0;         ///< type_vocab_size; 0 for DistilBERT, which has none
    double norm_epsilon = 0;  ///< layer_norm_eps; DistilBERT's is 1e-12 always
    Gelu gelu = Gelu::erf;    ///< hidden_act
    int labels = 0;           ///< num_labels, or the size of id2label, or 2 where neither is given (as the common reader does)
    bool regression = false;  ///< problem_type "regression", or one label where it is not given
    std::string finetuning_task;
    std::vector<std::string> label_names;  ///< id2label by id; empty where not given

    /// tanh, as BERT's pooler and RoBERTa's head have it; DistilBERT's is ReLU.
    [[nodiscard]] HeadActivation head_activation() const {
        return architecture == Architecture::distilbert ? HeadActivation::relu : HeadActivation::tanh;
    }
    /// Whether the dense layer before the classifier is part of the body, pretrained with it, and not of a task's head.
    [[nodiscard]] bool pooler_in_body() const { return architecture == Architecture::bert; }
};

/// The keys of config.json under which an architecture has its sizes; nullptr where it has no such key.
struct ConfigKeys {
    const char *hidden, *layers, *heads, *intermediate, *vocabulary, *positions, *segments, *norm_epsilon, *activation;
};
[[nodiscard]] const ConfigKeys& config_keys(Architecture architecture);

/// @throws InputError naming the file and key on what is missing, out of range, or not one of these architectures
/// (another model_type, an activation that is no GELU, relative positions, several labels at once).
[[nodiscard]] BertConfig read_bert_config(const std::filesystem::path& file);

}  // namespace berth::workloads

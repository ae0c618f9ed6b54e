// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace berth::workloads {

/// x * Phi(x), exactly through erf ("gelu") or through the tanh approximation ("gelu_new"); they differ by at most 5e-4.
enum class Gelu { erf, tanh };

/// What config.json of a Hugging Face BERT says of a model's shape and of its head.
struct BertConfig {
    int hidden = 0;           ///< hidden_size, a multiple of heads
    int layers = 0;           ///< num_hidden_layers
    int heads = 0;            ///< num_attention_heads
    int intermediate = 0;     ///< intermediate_size
    int vocabulary = 0;       ///< vocab_size
    int positions = 0;        ///< max_position_embeddings
    int segments = 0;         ///< type_vocab_size
    double norm_epsilon = 0;  ///< layer_norm_eps
    Gelu gelu = Gelu::erf;    ///< hidden_act
    int labels = 0;           ///< num_labels, or the size of id2label, or 2 where neither is given (as the common reader does)
    bool regression = false;  ///< problem_type "regression", or one label where it is not given
    std::string finetuning_task;
    std::vector<std::string> label_names;  ///< id2label by id; empty where not given
};

/// @throws InputError naming the file and key on what is missing, out of range, or not this architecture
/// (model_type other than "bert", an activation that is no GELU, relative positions, several labels at once).
[[nodiscard]] BertConfig read_bert_config(const std::filesystem::path& file);

}  // namespace berth::workloads

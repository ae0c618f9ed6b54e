// SPDX-License-Identifier: Apache-2.0
#include "workloads/bert_config.hpp"

#include "models/core/error.hpp"
#include "workloads/config_file.hpp"

#include <algorithm>

namespace berth::workloads {
namespace {

/// Far above any published BERT, and low enough that no product of two sizes leaves 64 bits.
constexpr int kLargestSize = 1 << 24;
constexpr int kMostLayers = 1024;
constexpr double kUsualEpsilon = 1e-12;

std::vector<std::string> read_label_names(const ConfigFile& reader) {
    const auto* given = reader.find("id2label");
    if (!given) return {};
    const std::string where = reader.where("id2label"), expected = "an object {\"0\": name, \"1\": name, ...} without gaps";
    if (!given->is_object()) throw InputError(where, "is not an object", expected);
    std::vector<std::string> names;
    for (std::size_t id = 0; id < given->get_object().size(); ++id) {
        const auto* name = given->get_object().if_contains(std::to_string(id));
        if (!name || !name->is_string()) throw InputError(where + "." + std::to_string(id), "is missing or not a string", expected);
        names.emplace_back(name->get_string());
    }
    return names;
}

Gelu read_activation(const ConfigFile& reader, const char* key) {
    const std::string name = reader.text(key, "gelu");
    if (name == "gelu") return Gelu::erf;
    if (name == "gelu_new" || name == "gelu_pytorch_tanh") return Gelu::tanh;
    throw InputError(reader.where(key), "is " + name, "gelu or gelu_new");
}

void read_head(const ConfigFile& reader, BertConfig& config) {
    constexpr int usual_labels = 2;
    config.label_names = read_label_names(reader);
    config.labels = config.label_names.empty() ? usual_labels : static_cast<int>(config.label_names.size());
    if (reader.find("num_labels")) config.labels = reader.size("num_labels", kMostLabels);
    if (config.label_names.size() != static_cast<std::size_t>(config.labels)) config.label_names.clear();

    const std::string problem = reader.text("problem_type", "");
    const std::string where = reader.where("problem_type");
    if (!problem.empty() && problem != "regression" && problem != "single_label_classification")
        throw InputError(where, "is " + problem, "regression or single_label_classification");
    config.regression = problem == "regression" || (problem.empty() && config.labels == 1);
    if (config.regression && config.labels != 1)
        throw InputError(where, "is regression with " + std::to_string(config.labels) + " labels", "one label");
    config.finetuning_task = reader.text("finetuning_task", "");
}

Architecture read_architecture(const ConfigFile& reader) {
    const std::string name = reader.text("model_type", kArchitectureNames.front());
    const auto at = std::find(kArchitectureNames.begin(), kArchitectureNames.end(), name);
    if (at == kArchitectureNames.end()) throw InputError(reader.where("model_type"), "is " + name, "bert, roberta or distilbert");
    return static_cast<Architecture>(at - kArchitectureNames.begin());
}

/// RoBERTa numbers its tokens behind the padding's number, so the table's first rows are never used.
void read_first_position(const ConfigFile& reader, BertConfig& config) {
    constexpr int usual_padding = 1;
    const auto* padding = reader.find("pad_token_id");
    const bool zero = padding && *padding == 0;
    config.first_position = 1 + (zero ? 0 : padding ? reader.size("pad_token_id", kLargestSize) : usual_padding);
    if (config.positions <= config.first_position)
        throw InputError(reader.where("max_position_embeddings"), "is " + std::to_string(config.positions),
                         "more than pad_token_id + 1 = " + std::to_string(config.first_position));
    config.positions -= config.first_position;
}

}  // namespace

const ConfigKeys& config_keys(Architecture architecture) {
    static constexpr ConfigKeys usual{"hidden_size",       "num_hidden_layers", "num_attention_heads",
                                      "intermediate_size", "vocab_size",        "max_position_embeddings",
                                      "type_vocab_size",   "layer_norm_eps",    "hidden_act"};
    static constexpr ConfigKeys distilbert{"dim",   "n_layers", "n_heads",   "hidden_dim", "vocab_size", "max_position_embeddings",
                                           nullptr, nullptr,    "activation"};
    return architecture == Architecture::distilbert ? distilbert : usual;
}

BertConfig read_bert_config(const std::filesystem::path& file) {
    const ConfigFile reader(file, "the config.json of a BERT, RoBERTa or DistilBERT");
    const auto require = [&](std::string_view key, const std::string& value) {
        if (const std::string given = reader.text(key, value); given != value) throw InputError(reader.where(key), "is " + given, value);
    };
    BertConfig config;
    config.architecture = read_architecture(reader);
    require("position_embedding_type", "absolute");
    const ConfigKeys& keys = config_keys(config.architecture);
    config.hidden = reader.size(keys.hidden, kLargestSize);
    config.layers = reader.size(keys.layers, kMostLayers);
    config.heads = reader.size(keys.heads, kLargestSize);
    config.intermediate = reader.size(keys.intermediate, kLargestSize);
    config.vocabulary = reader.size(keys.vocabulary, kLargestSize);
    config.positions = reader.size(keys.positions, kLargestSize);
    config.segments = keys.segments ? reader.size(keys.segments, kLargestSize) : 0;
    config.norm_epsilon = keys.norm_epsilon ? reader.number(keys.norm_epsilon, 0.0, 1.0) : kUsualEpsilon;
    config.gelu = read_activation(reader, keys.activation);
    if (config.architecture == Architecture::roberta) read_first_position(reader, config);
    if (config.hidden % config.heads != 0)
        throw InputError(reader.where(keys.hidden), "is " + std::to_string(config.hidden),
                         "a multiple of the " + std::to_string(config.heads) + " attention heads");
    read_head(reader, config);
    return config;
}

}  // namespace berth::workloads

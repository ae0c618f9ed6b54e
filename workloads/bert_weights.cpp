// SPDX-License-Identifier: Apache-2.0
#include "workloads/bert_weights.hpp"

#include <initializer_list>

namespace berth::workloads {
namespace {

/// What an architecture calls the parts of a layer, behind "<layers><number>.", and of the head.
struct Names {
    const char* layers;
    std::array<const char*, kMatricesPerLayer> matrices;
    const char *attention_norm, *output_norm;
    const char *pooler, *classifier;
};

const Names& names_of(Architecture architecture) {
    static constexpr Names bert{"encoder.layer.",
                                {"attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
                                 "intermediate.dense", "output.dense"},
                                "attention.output.LayerNorm",
                                "output.LayerNorm",
                                "pooler.dense",
                                "classifier"};
    static constexpr Names roberta{bert.layers,      bert.matrices,      bert.attention_norm,
                                   bert.output_norm, "classifier.dense", "classifier.out_proj"};
    static constexpr Names distilbert{
        "transformer.layer.", {"attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin", "ffn.lin1", "ffn.lin2"},
        "sa_layer_norm",      "output_layer_norm",
        "pre_classifier",     "classifier"};
    switch (architecture) {
        case Architecture::bert:
            return bert;
        case Architecture::roberta:
            return roberta;
        case Architecture::distilbert:
            break;
    }
    return distilbert;
}

std::vector<float> read(const Checkpoint& checkpoint, const std::string& name, std::initializer_list<std::int64_t> shape) {
    return checkpoint.tensor(name, {shape.begin(), shape.size()});
}

LinearWeights read_linear(const Checkpoint& checkpoint, const std::string& name, int out, int in) {
    return {out, in, read(checkpoint, name + ".weight", {out, in}), read(checkpoint, name + ".bias", {out}),
            checkpoint.factors(name + ".weight")};
}

NormWeights read_norm(const Checkpoint& checkpoint, const std::string& name, int width) {
    return {read(checkpoint, name + ".weight", {width}), read(checkpoint, name + ".bias", {width})};
}

LayerWeights read_layer(const Checkpoint& checkpoint, const Names& names, int layer) {
    const BertConfig& config = checkpoint.config();
    const std::string at = names.layers + std::to_string(layer) + ".";
    LayerWeights weights;
    for (std::size_t i = 0; i < names.matrices.size(); ++i) {
        const auto matrix = static_cast<Matrix>(i);
        const int out = matrix == Matrix::intermediate ? config.intermediate : config.hidden;
        const int in = matrix == Matrix::output ? config.intermediate : config.hidden;
        weights[matrix] = read_linear(checkpoint, at + names.matrices[i], out, in);
    }
    weights.attention_norm = read_norm(checkpoint, at + names.attention_norm, config.hidden);
    weights.output_norm = read_norm(checkpoint, at + names.output_norm, config.hidden);
    return weights;
}

/// The rows of the table that tokens can have.
std::vector<float> read_positions(const Checkpoint& checkpoint) {
    const BertConfig& config = checkpoint.config();
    auto table = read(checkpoint, "embeddings.position_embeddings.weight", {config.first_position + config.positions, config.hidden});
    table.erase(table.begin(), table.begin() + std::ptrdiff_t{config.first_position} * config.hidden);
    return table;
}

}  // namespace

BertWeights read_bert_weights(const Checkpoint& checkpoint, Head head) {
    const BertConfig& config = checkpoint.config();
    const Names& names = names_of(config.architecture);
    BertWeights weights;
    weights.config = config;
    weights.words = read(checkpoint, "embeddings.word_embeddings.weight", {config.vocabulary, config.hidden});
    weights.positions = read_positions(checkpoint);
    if (config.segments > 0)
        weights.segments = read(checkpoint, "embeddings.token_type_embeddings.weight", {config.segments, config.hidden});
    weights.embedding_norm = read_norm(checkpoint, "embeddings.LayerNorm", config.hidden);
    for (int layer = 0; layer < config.layers; ++layer) weights.layers.push_back(read_layer(checkpoint, names, layer));
    if (config.pooler_in_body() || head == Head::classifier)
        weights.pooler = read_linear(checkpoint, names.pooler, config.hidden, config.hidden);
    if (head == Head::classifier) weights.classifier = read_linear(checkpoint, names.classifier, config.labels, config.hidden);
    return weights;
}

}  // namespace berth::workloads

// SPDX-License-Identifier: Apache-2.0
#include "workloads/bert_weights.hpp"

#include <initializer_list>

namespace berth::workloads {
namespace {

std::vector<float> read(const Checkpoint& checkpoint, const std::string& name, std::initializer_list<std::int64_t> shape) {
    return checkpoint.tensor(name, {shape.begin(), shape.size()});
}

LinearWeights read_linear(const Checkpoint& checkpoint, const std::string& name, int out, int in) {
    return {out, in, read(checkpoint, name + ".weight", {out, in}), read(checkpoint, name + ".bias", {out})};
}

NormWeights read_norm(const Checkpoint& checkpoint, const std::string& name, int width) {
    return {read(checkpoint, name + ".weight", {width}), read(checkpoint, name + ".bias", {width})};
}

LayerWeights read_layer(const Checkpoint& checkpoint, int layer) {
    const BertConfig& config = checkpoint.config();
    const std::string at = "encoder.layer." + std::to_string(layer) + ".";
    const int hidden = config.hidden, wide = config.intermediate;
    LayerWeights weights;
    weights[Matrix::query] = read_linear(checkpoint, at + "attention.self.query", hidden, hidden);
    weights[Matrix::key] = read_linear(checkpoint, at + "attention.self.key", hidden, hidden);
    weights[Matrix::value] = read_linear(checkpoint, at + "attention.self.value", hidden, hidden);
    weights[Matrix::attention_output] = read_linear(checkpoint, at + "attention.output.dense", hidden, hidden);
    weights[Matrix::intermediate] = read_linear(checkpoint, at + "intermediate.dense", wide, hidden);
    weights[Matrix::output] = read_linear(checkpoint, at + "output.dense", hidden, wide);
    weights.attention_norm = read_norm(checkpoint, at + "attention.output.LayerNorm", hidden);
    weights.output_norm = read_norm(checkpoint, at + "output.LayerNorm", hidden);
    return weights;
}

}  // namespace

BertWeights read_bert_weights(const Checkpoint& checkpoint, Head head) {
    const BertConfig& config = checkpoint.config();
    BertWeights weights;
    weights.config = config;
    weights.words = read(checkpoint, "embeddings.word_embeddings.weight", {config.vocabulary, config.hidden});
    weights.positions = read(checkpoint, "embeddings.position_embeddings.weight", {config.positions, config.hidden});
    weights.segments = read(checkpoint, "embeddings.token_type_embeddings.weight", {config.segments, config.hidden});
    weights.embedding_norm = read_norm(checkpoint, "embeddings.LayerNorm", config.hidden);
    for (int layer = 0; layer < config.layers; ++layer) weights.layers.push_back(read_layer(checkpoint, layer));
    weights.pooler = read_linear(checkpoint, "pooler.dense", config.hidden, config.hidden);
    if (head == Head::classifier) weights.classifier = read_linear(checkpoint, "classifier", config.labels, config.hidden);
    return weights;
}

}  // namespace berth::workloads

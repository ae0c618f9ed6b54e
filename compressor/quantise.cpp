// SPDX-License-Identifier: Apache-2.0
#include "compressor/quantise.hpp"

#include "compressor/error_feedback.hpp"
#include "compressor/weight_scale.hpp"

#include <algorithm>
#include <cmath>

namespace berth::compressor {
namespace {

inference::Norm norm_of(const workloads::NormWeights& norm) { return {norm.gamma, norm.beta}; }

}  // namespace

inference::Shape shape_of(const workloads::BertConfig& config) {
    inference::Shape shape;
    shape.hidden = config.hidden;
    shape.layers = config.layers;
    shape.heads = config.heads;
    shape.intermediate = config.intermediate;
    shape.vocabulary = config.vocabulary;
    shape.positions = config.positions;
    shape.segments = config.segments;
    shape.norm_epsilon = config.norm_epsilon;
    if (config.head_activation() == workloads::HeadActivation::relu) shape.head_activation = inference::HeadActivation::relu;
    return shape;
}

std::size_t matrix_count(const inference::Shape& shape) { return inference::matrix_index(shape.layers, 0) + 1; }

std::size_t shared_matrix_count(const workloads::BertConfig& config) {
    return inference::matrix_index(config.layers, 0) + (config.pooler_in_body() ? 1 : 0);
}

const workloads::LinearWeights& matrix_of(const workloads::BertWeights& weights, std::size_t index) {
    const std::size_t layer = index / inference::kMatricesPerLayer;
    return layer == weights.layers.size() ? weights.pooler : weights.layers[layer].matrices[index % inference::kMatricesPerLayer];
}

std::shared_ptr<const inference::Int8Matrix> quantise(const workloads::LinearWeights& linear) {
    return quantise(linear.weight, linear.out, linear.in, inference::kMatrixMagnitudeBits);
}

std::shared_ptr<const inference::Int8Matrix> quantise(std::span<const float> weights, int out, int in, int magnitude_bits) {
    std::vector<float> scales;
    if (magnitude_bits == inference::kMatrixMagnitudeBits) {
        scales = least_error_scales(weights, out);
    } else {
        const Vector least = calibrated_scales(Eigen::Map<const Rows>(weights.data(), out, in), magnitude_bits, Vector::Ones(in));
        scales.assign(least.begin(), least.end());
    }
    std::vector<std::int8_t> values = quantise_at(weights, scales, magnitude_bits);
    return std::make_shared<const inference::Int8Matrix>(
        inference::Int8Matrix{out, in, std::move(values), std::move(scales), magnitude_bits});
}

inference::Embeddings quantise_embeddings(const workloads::BertWeights& weights) {
    const auto& config = weights.config;
    return {inference::quantise_rows(weights.words, config.vocabulary, config.hidden),
            inference::quantise_rows(weights.positions, config.positions, config.hidden),
            inference::quantise_rows(weights.segments, config.segments, config.hidden)};
}

inference::Network quantise_small_parts(const workloads::BertWeights& weights) {
    inference::Network network;
    network.shape = shape_of(weights.config);
    network.labels = weights.classifier.out;
    network.regression = weights.config.regression;
    network.embedding_norm = norm_of(weights.embedding_norm);
    network.linears.resize(matrix_count(network.shape));
    for (std::size_t index = 0; index < network.linears.size(); ++index) network.linears[index].bias = matrix_of(weights, index).bias;
    for (const auto& layer : weights.layers) {
        network.attention_norms.push_back(norm_of(layer.attention_norm));
        network.output_norms.push_back(norm_of(layer.output_norm));
    }
    network.classifier = inference::quantise_rows(weights.classifier.weight, weights.classifier.out, weights.classifier.in);
    network.classifier_bias = weights.classifier.bias;
    return network;
}

std::vector<std::int8_t> quantise_at(std::span<const float> values, std::span<const float> scales, int magnitude_bits) {
    const auto most = static_cast<float>(inference::largest_magnitude(magnitude_bits));
    std::vector<std::int8_t> integers(values.size());
    const std::size_t in = scales.empty() ? 0 : values.size() / scales.size();
    for (std::size_t row = 0; row < scales.size(); ++row)
        for (std::size_t i = row * in; i < (row + 1) * in; ++i)
            integers[i] = static_cast<std::int8_t>(std::clamp(std::nearbyint(values[i] / scales[row]), -most, most));
    return integers;
}

}  // namespace berth::compressor

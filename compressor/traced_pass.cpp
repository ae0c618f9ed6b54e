// SPDX-License-Identifier: Apache-2.0
#include "compressor/traced_pass.hpp"

#include "compressor/quantise.hpp"
#include "workloads/vector_kernels.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace berth::compressor {
namespace {

using Map = Eigen::Map<const Rows>;

Map matrix(const workloads::LinearWeights& linear) { return {linear.weight.data(), linear.out, linear.in}; }

/// The first row of each sentence.
Rows first_rows(const Rows& rows, const std::vector<std::size_t>& lengths) {
    Rows firsts(static_cast<Eigen::Index>(lengths.size()), rows.cols());
    std::size_t row = 0;
    for (std::size_t i = 0; i < lengths.size(); row += lengths[i++])
        firsts.row(static_cast<Eigen::Index>(i)) = rows.row(static_cast<Eigen::Index>(row));
    return firsts;
}

void add_to_first_rows(Rows& rows, const Rows& firsts, const std::vector<std::size_t>& lengths) {
    std::size_t row = 0;
    for (std::size_t i = 0; i < lengths.size(); row += lengths[i++])
        rows.row(static_cast<Eigen::Index>(row)) += firsts.row(static_cast<Eigen::Index>(i));
}

float gelu_slope_erf(float x) {
    const float density = std::numbers::inv_sqrtpi_v<float> / std::numbers::sqrt2_v<float> * std::exp(-0.5F * x * x);
    return 0.5F * (1.0F + std::erf(x / std::numbers::sqrt2_v<float>)) + x * density;
}

float gelu_slope_tanh(float x) {
    constexpr float outer = 0.79788456F, cubic = 0.044715F;
    const float t = std::tanh(outer * (x + cubic * x * x * x));
    return 0.5F * (1.0F + t) + 0.5F * x * (1.0F - t * t) * outer * (1.0F + 3.0F * cubic * x * x);
}

}  // namespace

const Rows& Trace::input(std::size_t index) const {
    const std::size_t layer = index / inference::kMatricesPerLayer;
    if (layer == layers.size()) return pooler_input;
    switch (static_cast<workloads::Matrix>(index % inference::kMatricesPerLayer)) {
        case workloads::Matrix::query:
            return layers[layer].asking;
        case workloads::Matrix::attention_output:
            return layers[layer].context;
        case workloads::Matrix::intermediate:
            return layers[layer].hidden;
        case workloads::Matrix::output:
            return layers[layer].wide;
        default:
            return layers[layer].tokens;
    }
}

std::vector<std::size_t> Trace::rows_of_sentences(std::size_t index) const {
    const std::size_t tokens = std::accumulate(lengths.begin(), lengths.end(), std::size_t{0});
    if (static_cast<std::size_t>(input(index).rows()) == tokens) return lengths;
    return std::vector<std::size_t>(lengths.size(), 1);
}

TracedModel::TracedModel(const workloads::BertWeights& weights) : weights_(weights), classifier_(matrix(weights.classifier)) {
    for (std::size_t index = 0; index < matrix_count(shape_of(weights.config)); ++index)
        transposed_.emplace_back(matrix(matrix_of(weights, index)).transpose());
}

Trace TracedModel::forward(std::span<const workloads::Encoded* const> sentences) const {
    Trace trace;
    for (const auto* sentence : sentences) trace.lengths.push_back(sentence->ids.size());
    trace.layers.resize(weights_.layers.size());
    trace.embedding_sum = embed(sentences);
    Rows x = norm(trace.embedding_sum, weights_.embedding_norm);
    for (std::size_t index = 0; index < trace.layers.size(); ++index) {
        using workloads::Matrix;
        const workloads::LayerWeights& weights = weights_.layers[index];
        Trace::Layer& layer = trace.layers[index];
        layer.tokens = std::move(x);
        layer.asking = index + 1 == trace.layers.size() ? first_rows(layer.tokens, trace.lengths) : layer.tokens;
        layer.query = linear(layer.asking, weights[Matrix::query]);
        layer.key = linear(layer.tokens, weights[Matrix::key]);
        layer.value = linear(layer.tokens, weights[Matrix::value]);
        attend(layer, trace.lengths);
        layer.attention_sum = linear(layer.context, weights[Matrix::attention_output]) + layer.asking;
        layer.hidden = norm(layer.attention_sum, weights.attention_norm);
        layer.before_gelu = linear(layer.hidden, weights[Matrix::intermediate]);
        layer.wide = layer.before_gelu;
        workloads::add_bias_and_gelu(values_of(layer.wide), std::vector<float>(std::size_t(layer.wide.cols()), 0.0F), weights_.config.gelu);
        layer.output_sum = linear(layer.wide, weights[Matrix::output]) + layer.hidden;
        x = norm(layer.output_sum, weights.output_norm);
    }
    trace.pooler_input = std::move(x);
    trace.pooled = linear(trace.pooler_input, weights_.pooler);
    if (has_tanh())
        trace.pooled = trace.pooled.array().tanh();
    else
        trace.pooled = trace.pooled.cwiseMax(0.0F);
    trace.logits = linear(trace.pooled, weights_.classifier);
    return trace;
}

Rows TracedModel::embed(std::span<const workloads::Encoded* const> sentences) const {
    const Eigen::Index hidden = weights_.config.hidden;
    std::size_t tokens = 0;
    for (const auto* sentence : sentences) tokens += sentence->ids.size();
    const auto table = [&](const std::vector<float>& values) { return Map(values.data(), Eigen::Index(values.size()) / hidden, hidden); };
    const Map words = table(weights_.words), positions = table(weights_.positions), segments = table(weights_.segments);
    Rows x(static_cast<Eigen::Index>(tokens), hidden);
    Eigen::Index row = 0;
    for (const auto* sentence : sentences)
        for (std::size_t position = 0; position < sentence->ids.size(); ++position, ++row) {
            x.row(row) = words.row(sentence->ids[position]) + positions.row(static_cast<Eigen::Index>(position));
            if (weights_.config.segments > 0) x.row(row) += segments.row(sentence->segments[position]);
        }
    return x;
}

Rows TracedModel::linear(const Rows& x, const workloads::LinearWeights& weights) const {
    Rows y(x.rows(), weights.out);
    gemm(values_of(x), weights.weight, values_of(y), static_cast<int>(x.rows()), weights.in, weights.out);
    workloads::add_bias(values_of(y), weights.bias);
    return y;
}

Rows TracedModel::norm(const Rows& sum, const workloads::NormWeights& norm) const {
    Rows y = sum;
    workloads::normalise_rows(values_of(y), norm.gamma, norm.beta, static_cast<float>(weights_.config.norm_epsilon));
    return y;
}

void TracedModel::attend(Trace::Layer& layer, const std::vector<std::size_t>& lengths) const {
    const Eigen::Index hidden = weights_.config.hidden, width = hidden / weights_.config.heads;
    const bool first_tokens = layer.query.rows() != layer.key.rows();
    const float scale = 1.0F / std::sqrt(static_cast<float>(width));
    layer.context.resize(layer.query.rows(), hidden);
    Eigen::Index row = 0, asking = 0;
    for (const std::size_t length : lengths) {
        const auto tokens = static_cast<Eigen::Index>(length);
        const Eigen::Index queries = first_tokens ? 1 : tokens;
        for (Eigen::Index begin = 0; begin < hidden; begin += width) {
            Rows scores = scale * layer.query.block(asking, begin, queries, width) * layer.key.block(row, begin, tokens, width).transpose();
            for (Eigen::Index i = 0; i < queries; ++i) {
                scores.row(i) = (scores.row(i).array() - scores.row(i).maxCoeff()).exp();
                scores.row(i) /= scores.row(i).sum();
            }
            layer.context.block(asking, begin, queries, width) = scores * layer.value.block(row, begin, tokens, width);
            layer.probabilities.push_back(std::move(scores));
        }
        row += tokens;
        asking += queries;
    }
}

Sensitivities TracedModel::sensitivities(const Trace& trace, const Vector& direction) const {
    using workloads::Matrix;
    const std::size_t pooler = trace.layers.size() * inference::kMatricesPerLayer;
    Sensitivities result{{}, std::vector<Rows>(pooler + 1)};
    std::vector<Rows>& gradients = result.linears;
    const Eigen::RowVectorXf by_pooled = direction.transpose() * classifier_;
    const Rows slopes = has_tanh() ? Rows(1.0F - trace.pooled.array().square()) : Rows((trace.pooled.array() > 0.0F).cast<float>());
    gradients[pooler] = slopes * by_pooled.asDiagonal();
    Rows x = back_through(pooler, gradients[pooler]);
    for (std::size_t index = trace.layers.size(); index-- > 0;) {
        const Trace::Layer& layer = trace.layers[index];
        const workloads::LayerWeights& weights = weights_.layers[index];
        const auto at = [&](Matrix which) { return index * inference::kMatricesPerLayer + static_cast<std::size_t>(which); };
        const auto slope = weights_.config.gelu == workloads::Gelu::erf ? gelu_slope_erf : gelu_slope_tanh;

        Rows& output = gradients[at(Matrix::output)] = back_through_norm(x, layer.output_sum, weights.output_norm);
        Rows& wide = gradients[at(Matrix::intermediate)] = back_through(at(Matrix::output), output);
        wide.array() *= layer.before_gelu.unaryExpr(slope).array();
        const Rows hidden = back_through(at(Matrix::intermediate), wide) + output;
        Rows& attention = gradients[at(Matrix::attention_output)] = back_through_norm(hidden, layer.attention_sum, weights.attention_norm);

        AttentionGradients by = back_through_attention(layer, trace.lengths, back_through(at(Matrix::attention_output), attention));
        x = back_through(at(Matrix::key), by.key) + back_through(at(Matrix::value), by.value);
        const Rows asking = back_through(at(Matrix::query), by.query) + attention;
        if (asking.rows() == x.rows())
            x += asking;
        else
            add_to_first_rows(x, asking, trace.lengths);
        gradients[at(Matrix::query)] = std::move(by.query);
        gradients[at(Matrix::key)] = std::move(by.key);
        gradients[at(Matrix::value)] = std::move(by.value);
    }
    result.embeddings = back_through_norm(x, trace.embedding_sum, weights_.embedding_norm);
    return result;
}

Rows TracedModel::back_through_norm(const Rows& gradient, const Rows& sum, const workloads::NormWeights& norm) const {
    const Eigen::Map<const Eigen::RowVectorXf> gamma(norm.gamma.data(), static_cast<Eigen::Index>(norm.gamma.size()));
    const auto width = static_cast<float>(sum.cols());
    Rows result(gradient.rows(), gradient.cols());
    for (Eigen::Index row = 0; row < sum.rows(); ++row) {
        Eigen::RowVectorXf normal = sum.row(row).array() - sum.row(row).mean();
        const float inverse = 1.0F / std::sqrt(normal.squaredNorm() / width + static_cast<float>(weights_.config.norm_epsilon));
        normal *= inverse;
        const Eigen::RowVectorXf scaled = gradient.row(row).cwiseProduct(gamma);
        result.row(row) = inverse * ((scaled.array() - scaled.mean()).matrix() - normal * (scaled.dot(normal) / width));
    }
    return result;
}

TracedModel::AttentionGradients TracedModel::back_through_attention(const Trace::Layer& layer, const std::vector<std::size_t>& lengths,
                                                                    const Rows& context) const {
    const Eigen::Index hidden = weights_.config.hidden, width = hidden / weights_.config.heads;
    const bool first_tokens = layer.query.rows() != layer.key.rows();
    const float scale = 1.0F / std::sqrt(static_cast<float>(width));
    AttentionGradients by{Rows(layer.query.rows(), hidden), Rows(layer.key.rows(), hidden), Rows(layer.value.rows(), hidden)};
    Eigen::Index row = 0, asking = 0;
    auto probabilities = layer.probabilities.begin();
    for (const std::size_t length : lengths) {
        const auto tokens = static_cast<Eigen::Index>(length);
        const Eigen::Index queries = first_tokens ? 1 : tokens;
        for (Eigen::Index begin = 0; begin < hidden; begin += width, ++probabilities) {
            const auto by_context = context.block(asking, begin, queries, width);
            by.value.block(row, begin, tokens, width) = probabilities->transpose() * by_context;
            Rows scores = by_context * layer.value.block(row, begin, tokens, width).transpose();
            for (Eigen::Index i = 0; i < queries; ++i) {
                const float mean = scores.row(i).dot(probabilities->row(i));
                scores.row(i) = (scores.row(i).array() - mean) * probabilities->row(i).array();
            }
            by.query.block(asking, begin, queries, width) = scale * scores * layer.key.block(row, begin, tokens, width);
            by.key.block(row, begin, tokens, width) = scale * scores.transpose() * layer.query.block(asking, begin, queries, width);
        }
        row += tokens;
        asking += queries;
    }
    return by;
}

}  // namespace berth::compressor

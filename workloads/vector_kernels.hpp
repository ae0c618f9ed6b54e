// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "workloads/bert_config.hpp"

#include <span>
#include <vector>

namespace berth::workloads {

/// The float work of a BERT between its matrix products, on the widest vectors the machine has.

/// x[rows, bias.size()] += bias.
void add_bias(std::span<float> x, std::span<const float> bias);

/// x = gelu(x + bias). erf is Abramowitz and Stegun 7.1.26, |error| <= 1.5e-7, so that |error of gelu(x)| <= 7.5e-8 |x|
/// besides float's rounding.
void add_bias_and_gelu(std::span<float> x, std::span<const float> bias, Gelu gelu);

/// x = tanh(x + bias).
void add_bias_and_tanh(std::span<float> x, std::span<const float> bias);

/// x = max(0, x + bias).
void add_bias_and_relu(std::span<float> x, std::span<const float> bias);

/// Each row of x[rows, gamma.size()] becomes gamma * (x - mean) / sqrt(variance + epsilon) + beta.
void normalise_rows(std::span<float> x, std::span<const float> gamma, std::span<const float> beta, float epsilon);

/// x += residual + bias, row by row, then normalise_rows.
void add_and_normalise_rows(std::span<float> x, std::span<const float> residual, std::span<const float> bias, std::span<const float> gamma,
                            std::span<const float> beta, float epsilon);

/// Scaled dot-product attention of one head over one sentence: context = softmax(q k^T / sqrt(width)) v. Every pointer is the
/// head's first value of the sentence's first token; token t stands `stride` values further on than token t - 1.
struct AttentionHead {
    const float* query;
    const float* key;
    const float* value;
    float* context;
    int tokens;
    int queries;  ///< how many of the first tokens ask; the rows of query and context
    int width, stride;
};
/// @param scratch kept between calls to save allocations.
void attend(const AttentionHead& head, std::vector<float>& scratch);

}  // namespace berth::workloads

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/inference/network.hpp"
#include "workloads/bert_weights.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace berth::compressor {

[[nodiscard]] inference::Shape shape_of(const workloads::BertConfig& config);

/// Matrices that go into crossbars: those of the layers and the pooler.
[[nodiscard]] std::size_t matrix_count(const inference::Shape& shape);

/// Those of them that tasks share with their base: all, or only the layers' where the last one is a task's head.
[[nodiscard]] std::size_t shared_matrix_count(const workloads::BertConfig& config);

/// The checkpoint's matrix of this index of inference::Network::linears.
[[nodiscard]] const workloads::LinearWeights& matrix_of(const workloads::BertWeights& weights, std::size_t index);

/// Post-training int8, symmetric, a scale an output channel: the one at which the channel loses least (weight_scale.hpp).
[[nodiscard]] std::shared_ptr<const inference::Int8Matrix> quantise(const workloads::LinearWeights& linear);

/// The same of row-major [out, in], and with fewer than 7 magnitude bits at the scale at which so few lose least.
[[nodiscard]] std::shared_ptr<const inference::Int8Matrix> quantise(std::span<const float> weights, int out, int in, int magnitude_bits);

/// The tables, a scale a row.
[[nodiscard]] inference::Embeddings quantise_embeddings(const workloads::BertWeights& weights);

/// All of a task's network but its matrices and embeddings: biases and norms as they are, the classifier in int8 by row.
/// The linears have their bias and no matrix yet.
[[nodiscard]] inference::Network quantise_small_parts(const workloads::BertWeights& weights);

/// Integers of `values` [scales.size(), in] at given scales a row: nearest (ties to even), clipped to +-(2^magnitude_bits - 1).
[[nodiscard]] std::vector<std::int8_t> quantise_at(std::span<const float> values, std::span<const float> scales,
                                                   int magnitude_bits = inference::kMatrixMagnitudeBits);

}  // namespace berth::compressor

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/parallel.hpp"
#include "workloads/dataset.hpp"
#include "workloads/tokenizer.hpp"

#include <span>
#include <vector>

namespace berth::workloads {

/// Token ids of every example, in order.
/// @param segments how many the model knows. @throws InputError naming the file when it holds pairs, the tokenizer tells
/// their sentences apart by segments, and the model knows one.
[[nodiscard]] std::vector<Encoded> encode_dataset(const DataSet& data, const Tokenizer& tokenizer, int segments, Threads& threads);

/// Tokens of all sentences, special ones included.
[[nodiscard]] std::size_t count_tokens(std::span<const Encoded> sentences);

/// The labels of a labelled data set, in order.
[[nodiscard]] std::vector<double> labels_of(const DataSet& data);

}  // namespace berth::workloads

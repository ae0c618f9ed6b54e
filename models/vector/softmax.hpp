// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace berth::vector {

/// I-BERT's softmax (algorithm 2) of a row in 16 fraction bits, in place. The results, in 16 fraction bits too, sum to
/// between 1 - 2 n 2^-16 and 1, where n <= 32768 is the row's length.
void softmax(std::span<std::int32_t> row);

/// Its definition, element by element: what softmax() computes on every processor.
void softmax_by_element(std::span<std::int32_t> row);

void softmax(std::span<float> row);

}  // namespace berth::vector

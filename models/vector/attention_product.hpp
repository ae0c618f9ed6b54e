// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace berth::vector {

/// A block of an int8 matrix: `rows` rows of `columns` values, `stride` apart.
struct ByteBlock {
    const std::int8_t* data = nullptr;
    std::size_t rows = 0, columns = 0, stride = 0;
};

/// The products of attention, one head of one sentence at a time, exact in int32.
class AttentionProduct {
public:
    /// y[left.rows, right.rows] = left * right^T: scores.
    void scores(ByteBlock left, ByteBlock right, std::span<std::int32_t> y);
    /// y[rows, right.columns] = weights[rows, right.rows] * right: context. Weights are not negative, and a row's sum is at most 2^17.
    void context(std::span<const std::int32_t> weights, ByteBlock right, std::span<std::int32_t> y);

private:
    void multiply(std::size_t inner, std::size_t columns, std::span<std::int32_t> y);

    std::vector<float> left_, right_;
};

}  // namespace berth::vector

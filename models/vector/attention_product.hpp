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

/// The products of attention, one head of one sentence at a time: int8 by int8, exact in int32.
class AttentionProduct {
public:
    /// y[left.rows, right.rows] = left * right^T: scores.
    void scores(ByteBlock left, ByteBlock right, std::span<std::int32_t> y);
    /// y[left.rows, right.columns] = left * right: context.
    void context(ByteBlock left, ByteBlock right, std::span<std::int32_t> y);

private:
    void multiply(ByteBlock left, std::size_t columns, std::span<std::int32_t> y);

    std::vector<float> left_, right_;
};

}  // namespace berth::vector

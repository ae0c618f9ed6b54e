// SPDX-License-Identifier: Apache-2.0
#include "models/vector/attention_product.hpp"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/vector/attention_product.cpp"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace berth::vector::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Real = hn::ScalableTag<float>;
using Whole = hn::ScalableTag<std::int32_t>;
using RealLanes = hn::Vec<Real>;

constexpr std::size_t kRowsAtOnce = 4;

/// y[r, 0..count) += left[r, inner] * right[inner, 0..columns) for four rows. Products of bytes sum exactly in floats up to 2^24.
template <std::size_t rows>
void multiply_rows(const float* left, std::size_t left_stride, const float* right, std::size_t inner, std::size_t columns, std::int32_t* y,
                   std::size_t count) {
    const Real d;
    const Whole s;
    const std::size_t lanes = hn::Lanes(d);
    HWY_ALIGN std::int32_t last[HWY_MAX_BYTES / sizeof(std::int32_t)] = {};
    for (std::size_t column = 0; column < count; column += lanes) {
        RealLanes sum0 = hn::Zero(d), sum1 = sum0, sum2 = sum0, sum3 = sum0;
        for (std::size_t i = 0; i < inner; ++i) {
            const RealLanes weight = hn::LoadU(d, right + i * columns + column);
            sum0 = hn::MulAdd(hn::Set(d, left[i]), weight, sum0);
            if constexpr (rows > 1) {
                sum1 = hn::MulAdd(hn::Set(d, left[left_stride + i]), weight, sum1);
                sum2 = hn::MulAdd(hn::Set(d, left[2 * left_stride + i]), weight, sum2);
                sum3 = hn::MulAdd(hn::Set(d, left[3 * left_stride + i]), weight, sum3);
            }
        }
        const auto store = [&](RealLanes sum, std::size_t row) HWY_ATTR {
            std::int32_t* to = y + row * count + column;
            const auto whole = hn::ConvertTo(s, sum);
            if (column + lanes <= count) {
                hn::StoreU(hn::Add(hn::LoadU(s, to), whole), s, to);
            } else {
                hn::Store(whole, s, last);
                for (std::size_t i = 0; i < count - column; ++i) to[i] += last[i];
            }
        };
        store(sum0, 0);
        if constexpr (rows > 1) store(sum1, 1), store(sum2, 2), store(sum3, 3);
    }
}

std::size_t lanes_of_a_vector() { return hn::Lanes(Real()); }

void multiply_block(const float* left, std::size_t left_stride, const float* right, std::size_t rows, std::size_t inner,
                    std::size_t columns, std::int32_t* y, std::size_t count) {
    std::size_t row = 0;
    for (; row + kRowsAtOnce <= rows; row += kRowsAtOnce)
        multiply_rows<kRowsAtOnce>(left + row * left_stride, left_stride, right, inner, columns, y + row * count, count);
    for (; row < rows; ++row) multiply_rows<1>(left + row * left_stride, left_stride, right, inner, columns, y + row * count, count);
}

}  // namespace berth::vector::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace berth::vector {

HWY_EXPORT(lanes_of_a_vector);
HWY_EXPORT(multiply_block);

namespace {

/// 1024 products of at most 2^14 stay exact in a float; so do weights of at most 2^17 together, times 2^7.
constexpr std::size_t kExactProducts = 1024;

/// Rows of the right operand are padded to whole vectors of the target that runs, which this file's own target may not be.
std::size_t padded(std::size_t columns) { return hwy::RoundUpTo(columns, HWY_DYNAMIC_DISPATCH(lanes_of_a_vector)()); }

}  // namespace

void AttentionProduct::scores(ByteBlock left, ByteBlock right, std::span<std::int32_t> y) {
    const std::size_t width = padded(right.rows);
    right_.assign(right.columns * width, 0.0f);
    for (std::size_t row = 0; row < right.rows; ++row)
        for (std::size_t i = 0; i < right.columns; ++i) right_[i * width + row] = right.data[row * right.stride + i];
    left_.resize(left.rows * left.columns);
    for (std::size_t row = 0; row < left.rows; ++row)
        std::copy_n(left.data + row * left.stride, left.columns, left_.data() + row * left.columns);
    multiply(left.columns, right.rows, y);
}

void AttentionProduct::context(std::span<const std::int32_t> weights, ByteBlock right, std::span<std::int32_t> y) {
    const std::size_t width = padded(right.columns);
    right_.assign(right.rows * width, 0.0f);
    for (std::size_t row = 0; row < right.rows; ++row)
        for (std::size_t i = 0; i < right.columns; ++i) right_[row * width + i] = right.data[row * right.stride + i];
    left_.assign(weights.begin(), weights.end());
    multiply(right.rows, right.columns, y);
}

void AttentionProduct::multiply(std::size_t inner, std::size_t columns, std::span<std::int32_t> y) {
    const std::size_t rows = left_.size() / inner, width = padded(columns);
    std::fill(y.begin(), y.end(), 0);
    for (std::size_t begin = 0; begin < inner; begin += kExactProducts) HWY_DYNAMIC_DISPATCH(multiply_block)
    (left_.data() + begin, inner, right_.data() + begin * width, rows, std::min(kExactProducts, inner - begin), width, y.data(), columns);
}

}  // namespace berth::vector
#endif

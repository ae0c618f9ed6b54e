// SPDX-License-Identifier: Apache-2.0
#include "workloads/vector_kernels.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "workloads/vector_kernels.cpp"
#include <hwy/foreach_target.h>
// Highway's own order: this file is compiled once a target, and these come after the line above.
#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace berth::workloads::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Lanes = hn::ScalableTag<float>;
using Vector = hn::Vec<Lanes>;

/// Calls on_vector(i) for whole vectors of [0, count) and on_rest(i, n) for what is left.
template <class OnVector, class OnRest>
HWY_INLINE void for_lanes(std::size_t count, const OnVector& on_vector, const OnRest& on_rest) {
    const std::size_t lanes = hn::Lanes(Lanes());
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) on_vector(i);
    if (i < count) on_rest(i, count - i);
}

/// The first `count` lanes from memory, zero in the others.
HWY_INLINE Vector load_some(const float* from, std::size_t count) {
    HWY_ALIGN float buffer[HWY_MAX_BYTES / sizeof(float)] = {};
    std::copy_n(from, count, buffer);
    return hn::Load(Lanes(), buffer);
}

HWY_INLINE void store_some(Vector value, float* to, std::size_t count) {
    HWY_ALIGN float buffer[HWY_MAX_BYTES / sizeof(float)];
    hn::Store(value, Lanes(), buffer);
    std::copy_n(buffer, count, to);
}

/// x[i] = f(x[i], y[i]) over a row.
template <class Function>
HWY_INLINE void update(float* x, const float* y, std::size_t count, const Function& f) {
    const Lanes d;
    for_lanes(
        count, [&](std::size_t i) { hn::StoreU(f(hn::LoadU(d, x + i), hn::LoadU(d, y + i)), d, x + i); },
        [&](std::size_t i, std::size_t rest) { store_some(f(load_some(x + i, rest), load_some(y + i, rest)), x + i, rest); });
}

/// The same over every row of a matrix, y being one row.
template <class Function>
HWY_INLINE void update_rows(std::span<float> x, std::span<const float> y, const Function& f) {
    for (std::size_t row = 0; row < x.size(); row += y.size()) update(x.data() + row, y.data(), y.size(), f);
}

/// Phi(-|x|) = erfc(|x| / sqrt 2) / 2 = t (a1 + t (a2 + ...)) exp(-x^2 / 2) / 2 with t = 1 / (1 + p |x| / sqrt 2).
HWY_INLINE Vector gelu_erf(Vector x) {
    const Lanes d;
    const Vector magnitude = hn::Abs(x);
    const Vector t = hn::Div(hn::Set(d, 1.0f), hn::MulAdd(magnitude, hn::Set(d, 0.3275911f * 0.70710678f), hn::Set(d, 1.0f)));
    Vector series = hn::Set(d, 0.5f * 1.061405429f);
    for (const float coefficient : {-1.453152027f, 1.421413741f, -0.284496736f, 0.254829592f})
        series = hn::MulAdd(series, t, hn::Set(d, 0.5f * coefficient));
    // Below -87 exp() leaves the normal floats, and the product is nothing beside x.
    const Vector exponent = hn::Max(hn::Mul(hn::Mul(x, x), hn::Set(d, -0.5f)), hn::Set(d, -87.0f));
    const Vector below = hn::Mul(hn::Mul(series, t), hn::Exp(d, exponent));
    const Vector phi = hn::IfThenElse(hn::Lt(x, hn::Zero(d)), below, hn::Sub(hn::Set(d, 1.0f), below));
    return hn::Mul(x, phi);
}

/// x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) (Hendrycks and Gimpel, 2016).
HWY_INLINE Vector gelu_tanh(Vector x) {
    const Lanes d;
    const Vector cubic = hn::MulAdd(hn::Mul(hn::Mul(x, x), x), hn::Set(d, 0.044715f), x);
    const Vector tanh = hn::Tanh(d, hn::Mul(cubic, hn::Set(d, 0.79788456f)));
    return hn::Mul(hn::Mul(x, hn::Set(d, 0.5f)), hn::Add(tanh, hn::Set(d, 1.0f)));
}

void add_bias(std::span<float> x, std::span<const float> bias) {
    update_rows(x, bias, [](Vector a, Vector b) { return hn::Add(a, b); });
}

void add_bias_and_gelu(std::span<float> x, std::span<const float> bias, Gelu gelu) {
    if (gelu == Gelu::erf)
        update_rows(x, bias, [](Vector a, Vector b) { return gelu_erf(hn::Add(a, b)); });
    else
        update_rows(x, bias, [](Vector a, Vector b) { return gelu_tanh(hn::Add(a, b)); });
}

void add_bias_and_tanh(std::span<float> x, std::span<const float> bias) {
    update_rows(x, bias, [](Vector a, Vector b) { return hn::Tanh(Lanes(), hn::Add(a, b)); });
}

void add_bias_and_relu(std::span<float> x, std::span<const float> bias) {
    update_rows(x, bias, [](Vector a, Vector b) { return hn::Max(hn::Zero(Lanes()), hn::Add(a, b)); });
}

/// Sum of f over a row; f sees zero in the lanes past its end, whose count is taken off by who needs it.
template <class Function>
HWY_INLINE float sum_of(const float* x, std::size_t count, const Function& f) {
    const Lanes d;
    Vector sum = hn::Zero(d);
    for_lanes(
        count, [&](std::size_t i) { sum = hn::Add(sum, f(hn::LoadU(d, x + i))); },
        [&](std::size_t i, std::size_t rest) { sum = hn::Add(sum, hn::IfThenElseZero(hn::FirstN(d, rest), f(load_some(x + i, rest)))); });
    return hn::GetLane(hn::SumOfLanes(d, sum));
}

void normalise_rows(std::span<float> x, std::span<const float> gamma, std::span<const float> beta, float epsilon) {
    const Lanes d;
    const std::size_t width = gamma.size();
    for (std::size_t begin = 0; begin < x.size(); begin += width) {
        float* row = x.data() + begin;
        const Vector mean = hn::Set(d, sum_of(row, width, [](Vector v) { return v; }) / static_cast<float>(width));
        const float variance =
            sum_of(row, width, [&](Vector v) { return hn::Mul(hn::Sub(v, mean), hn::Sub(v, mean)); }) / static_cast<float>(width);
        const Vector inverse = hn::Set(d, 1.0f / std::sqrt(variance + epsilon));
        update(row, gamma.data(), width, [&](Vector v, Vector g) { return hn::Mul(hn::Mul(hn::Sub(v, mean), inverse), g); });
        update(row, beta.data(), width, [](Vector v, Vector b) { return hn::Add(v, b); });
    }
}

void add_and_normalise_rows(std::span<float> x, std::span<const float> residual, std::span<const float> bias, std::span<const float> gamma,
                            std::span<const float> beta, float epsilon) {
    update(x.data(), residual.data(), x.size(), [](Vector a, Vector b) { return hn::Add(a, b); });
    add_bias(x, bias);
    normalise_rows(x, gamma, beta, epsilon);
}

std::size_t padded(std::size_t count) { return hwy::RoundUpTo(count, hn::Lanes(Lanes())); }

/// Four rows of a matrix product at a time keep enough sums in flight; `row(i)` of the last block repeats the last row.
constexpr std::size_t kBlock = 4;

/// out[r, :] = sum_c left(r, c) * right[c, :] for the block's rows; right and out have rows of `width` values, whole vectors.
template <class Left>
HWY_INLINE void multiply_block(const Left& left, const float* right, float* out, std::size_t depth, std::size_t width) {
    const Lanes d;
    for (std::size_t at = 0; at < width; at += hn::Lanes(d)) {
        Vector sum0 = hn::Zero(d), sum1 = sum0, sum2 = sum0, sum3 = sum0;
        for (std::size_t c = 0; c < depth; ++c) {
            const Vector values = hn::LoadU(d, right + c * width + at);
            sum0 = hn::MulAdd(hn::Set(d, left(0, c)), values, sum0);
            sum1 = hn::MulAdd(hn::Set(d, left(1, c)), values, sum1);
            sum2 = hn::MulAdd(hn::Set(d, left(2, c)), values, sum2);
            sum3 = hn::MulAdd(hn::Set(d, left(3, c)), values, sum3);
        }
        hn::StoreU(sum0, d, out + at);
        hn::StoreU(sum1, d, out + width + at);
        hn::StoreU(sum2, d, out + 2 * width + at);
        hn::StoreU(sum3, d, out + 3 * width + at);
    }
}

/// exp(scale x - max) over the first `count` values of a row of whole vectors. @return their sum.
HWY_INLINE float exponentiate(float* row, std::size_t count, float scale) {
    const Lanes d;
    const Vector lowest = hn::Set(d, std::numeric_limits<float>::lowest());
    Vector largest = lowest;
    for (std::size_t i = 0; i < count; i += hn::Lanes(d))
        largest = hn::Max(largest, hn::IfThenElse(hn::FirstN(d, count - i), hn::LoadU(d, row + i), lowest));
    const Vector top = hn::Mul(hn::MaxOfLanes(d, largest), hn::Set(d, scale));
    Vector sum = hn::Zero(d);
    for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
        const Vector shifted = hn::Sub(hn::Mul(hn::LoadU(d, row + i), hn::Set(d, scale)), top);
        const Vector power = hn::IfThenElseZero(hn::FirstN(d, count - i), hn::Exp(d, hn::Max(shifted, hn::Set(d, -87.0f))));
        hn::StoreU(power, d, row + i);
        sum = hn::Add(sum, power);
    }
    return hn::GetLane(hn::SumOfLanes(d, sum));
}

void attend(const AttentionHead& head, std::vector<float>& scratch) {
    const std::size_t tokens = static_cast<std::size_t>(head.tokens), width = static_cast<std::size_t>(head.width);
    const std::size_t stride = static_cast<std::size_t>(head.stride), wide_tokens = padded(tokens), wide = padded(width),
                      queries = static_cast<std::size_t>(head.queries);
    scratch.assign(width * wide_tokens + tokens * wide + kBlock * wide_tokens + kBlock * wide, 0.0f);
    float* keys = scratch.data();  // [width, wide_tokens], turned so that a vector holds one feature of many tokens
    float* values = keys + width * wide_tokens;
    float* scores = values + tokens * wide;
    float* context = scores + kBlock * wide_tokens;
    for (std::size_t t = 0; t < tokens; ++t) {
        for (std::size_t c = 0; c < width; ++c) keys[c * wide_tokens + t] = head.key[t * stride + c];
        std::copy_n(head.value + t * stride, width, values + t * wide);
    }
    const float scale = 1.0f / std::sqrt(static_cast<float>(width));
    for (std::size_t begin = 0; begin < queries; begin += kBlock) {
        const std::size_t last = queries - 1, rows = std::min(kBlock, queries - begin);
        const auto query = [&](std::size_t row, std::size_t c) { return head.query[std::min(begin + row, last) * stride + c]; };
        multiply_block(query, keys, scores, width, wide_tokens);
        float sums[kBlock];
        for (std::size_t row = 0; row < kBlock; ++row) sums[row] = exponentiate(scores + row * wide_tokens, tokens, scale);
        const auto probability = [&](std::size_t row, std::size_t t) { return scores[row * wide_tokens + t]; };
        multiply_block(probability, values, context, tokens, wide);
        for (std::size_t row = 0; row < rows; ++row)
            for (std::size_t c = 0; c < width; ++c) head.context[(begin + row) * stride + c] = context[row * wide + c] / sums[row];
    }
}

}  // namespace berth::workloads::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace berth::workloads {

HWY_EXPORT(add_bias);
HWY_EXPORT(add_bias_and_gelu);
HWY_EXPORT(add_bias_and_tanh);
HWY_EXPORT(add_bias_and_relu);
HWY_EXPORT(normalise_rows);
HWY_EXPORT(add_and_normalise_rows);
HWY_EXPORT(attend);

void add_bias(std::span<float> x, std::span<const float> bias) { HWY_DYNAMIC_DISPATCH(add_bias)(x, bias); }

void add_bias_and_gelu(std::span<float> x, std::span<const float> bias, Gelu gelu) {
    HWY_DYNAMIC_DISPATCH(add_bias_and_gelu)(x, bias, gelu);
}

void add_bias_and_tanh(std::span<float> x, std::span<const float> bias) { HWY_DYNAMIC_DISPATCH(add_bias_and_tanh)(x, bias); }

void add_bias_and_relu(std::span<float> x, std::span<const float> bias) { HWY_DYNAMIC_DISPATCH(add_bias_and_relu)(x, bias); }

void normalise_rows(std::span<float> x, std::span<const float> gamma, std::span<const float> beta, float epsilon) {
    HWY_DYNAMIC_DISPATCH(normalise_rows)(x, gamma, beta, epsilon);
}

void add_and_normalise_rows(std::span<float> x, std::span<const float> residual, std::span<const float> bias, std::span<const float> gamma,
                            std::span<const float> beta, float epsilon) {
    HWY_DYNAMIC_DISPATCH(add_and_normalise_rows)(x, residual, bias, gamma, beta, epsilon);
}

void attend(const AttentionHead& head, std::vector<float>& scratch) { HWY_DYNAMIC_DISPATCH(attend)(head, scratch); }

}  // namespace berth::workloads
#endif

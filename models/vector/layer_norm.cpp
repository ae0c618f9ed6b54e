// SPDX-License-Identifier: Apache-2.0
#include "models/vector/layer_norm.hpp"

#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/vector/layer_norm.cpp"
#include <hwy/foreach_target.h>

#include "models/vector/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace berth::vector::HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR

void layer_norm_row(std::int32_t* x, std::size_t count, const IntegerNorm& norm) { layer_norm_by_element({x, count}, norm); }

#else

HWY_INLINE SignedLanes in_range(SignedLanes x) {
    return hn::Min(hn::Max(x, hn::Set(Signed(), -kNormRange)), hn::Set(Signed(), kNormRange));
}

/// Mean, rounded down.
std::int32_t mean_of(const std::int32_t* x, std::size_t count) {
    const Signed d;
    // Made positive first, since 64-bit lanes shift and widen without a sign on every target.
    WideLanes sums = hn::Zero(Wide());
    std::uint64_t sum = 0;
    std::size_t i = 0;
    for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) {
        const SignedLanes raised = hn::Add(in_range(hn::LoadU(d, x + i)), hn::Set(d, kNormRange));
        const WideLanes pairs = hn::BitCast(Wide(), raised);
        sums = hn::Add(sums, hn::Add(hn::And(pairs, hn::Set(Wide(), 0xffffffffu)), hn::ShiftRight<32>(pairs)));
    }
    for (; i < count; ++i) sum += static_cast<std::uint64_t>(std::int64_t{within_norm_range(x[i])} + kNormRange);
    sum += hn::GetLane(hn::SumOfLanes(Wide(), sums));
    return static_cast<std::int32_t>(static_cast<std::int64_t>(sum / count) - kNormRange);
}

/// Subtracts the mean and returns the largest magnitude left.
std::uint32_t centre(std::int32_t* x, std::size_t count, std::int32_t mean) {
    const Signed d;
    const Unsigned u;
    UnsignedLanes most = hn::Zero(u);
    std::size_t i = 0;
    for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) {
        const SignedLanes deviation = hn::Sub(in_range(hn::LoadU(d, x + i)), hn::Set(d, mean));
        most = hn::Max(most, magnitude_of(deviation));
        hn::StoreU(deviation, d, x + i);
    }
    std::uint32_t largest = hn::GetLane(hn::MaxOfLanes(u, most));
    for (; i < count; ++i) {
        x[i] = within_norm_range(x[i]) - mean;
        largest = std::max(largest, magnitude(x[i]));
    }
    return largest;
}

std::uint64_t sum_of_squares(const std::int32_t* x, std::size_t count, int shift) {
    const Signed d;
    WideLanes sums = hn::Zero(Wide());
    std::uint64_t sum = 0;
    std::size_t i = 0;
    for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) {
        const UnsignedLanes size = hn::ShiftRightSame(magnitude_of(hn::LoadU(d, x + i)), shift);
        const Products square = products(size, size);
        sums = hn::Add(sums, hn::Add(square.even, square.odd));
    }
    for (; i < count; ++i) {
        const std::uint64_t size = magnitude(x[i]) >> shift;
        sum += size * size;
    }
    return sum + hn::GetLane(hn::SumOfLanes(Wide(), sums));
}

void scale(std::int32_t* x, std::size_t count, Multiplier inverse, const IntegerNorm& norm) {
    const Signed d;
    const UnsignedLanes significand = hn::Set(Unsigned(), inverse.significand);
    const int shift = shifter(inverse.shift);
    std::size_t i = 0;
    for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) {
        const SignedLanes normal = requantised(hn::LoadU(d, x + i), significand, shift);
        const SignedLanes gamma = hn::LoadU(d, norm.gamma.data() + i);
        const SignedLanes size = requantised(normal, magnitude_of(gamma), kFractionBits);
        const SignedLanes product = signed_as(gamma, hn::BitCast(Unsigned(), size));
        hn::StoreU(added(product, hn::LoadU(d, norm.beta.data() + i)), d, x + i);
    }
    for (; i < count; ++i) x[i] = normalised(x[i], inverse, norm.gamma[i], norm.beta[i]);
}

void layer_norm_row(std::int32_t* x, std::size_t count, const IntegerNorm& norm) {
    const std::uint32_t largest = centre(x, count, mean_of(x, count));
    const int shift = deviation_shift(largest);
    scale(x, count, inverse_deviation(sum_of_squares(x, count, shift), shift, count, norm.epsilon), norm);
}

#endif

}  // namespace berth::vector::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace berth::vector {

HWY_EXPORT(layer_norm_row);

IntegerNorm::IntegerNorm(std::span<const float> real_gamma, std::span<const float> real_beta, double real_epsilon)
    : epsilon(static_cast<std::uint64_t>(std::llround(real_epsilon * 0x1p32))) {
    for (const float value : real_gamma) gamma.push_back(to_fixed(value));
    for (const float value : real_beta) beta.push_back(to_fixed(value));
}

FloatNorm::FloatNorm(std::span<const float> real_gamma, std::span<const float> real_beta, double real_epsilon)
    : gamma(real_gamma.begin(), real_gamma.end()), beta(real_beta.begin(), real_beta.end()), epsilon(real_epsilon) {}

std::uint64_t integer_sqrt(std::uint64_t n) {
    if (n == 0) return 0;
    std::uint64_t root = std::uint64_t{1} << ((std::bit_width(n) + 1) / 2);
    for (;;) {
        const std::uint64_t next = (root + n / root) / 2;
        if (next >= root) return root;
        root = next;
    }
}

Multiplier inverse_deviation(std::uint64_t squares, int shift, std::size_t n, std::uint64_t epsilon) {
    const std::uint64_t variance = std::max<std::uint64_t>(1, squares / n + (epsilon >> (2 * shift)));
    // Raised by an even shift until the root has 31 bits.
    const int raise = (std::countl_zero(variance) - 2) / 2;
    const std::uint64_t root = integer_sqrt(variance << (2 * raise));
    const std::uint64_t significand = std::min<std::uint64_t>((std::uint64_t{1} << 61) / root, kLargest);
    return {static_cast<std::uint32_t>(significand), 61 - kFractionBits - raise + shift};
}

void layer_norm(std::span<std::int32_t> x, const IntegerNorm& norm) {
    if (!x.empty()) HWY_DYNAMIC_DISPATCH(layer_norm_row)(x.data(), x.size(), norm);
}

void layer_norm_by_element(std::span<std::int32_t> x, const IntegerNorm& norm) {
    std::int64_t sum = 0;
    for (const std::int32_t value : x) sum += std::int64_t{within_norm_range(value)} + kNormRange;
    const auto mean = static_cast<std::int32_t>(sum / static_cast<std::int64_t>(x.size()) - kNormRange);
    std::uint32_t largest = 0;
    for (std::int32_t& value : x) {
        value = within_norm_range(value) - mean;
        largest = std::max(largest, magnitude(value));
    }
    const int shift = deviation_shift(largest);
    std::uint64_t squares = 0;
    for (const std::int32_t deviation : x) {
        const std::uint64_t size = magnitude(deviation) >> shift;
        squares += size * size;
    }
    const Multiplier inverse = inverse_deviation(squares, shift, x.size(), norm.epsilon);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = normalised(x[i], inverse, norm.gamma[i], norm.beta[i]);
}

void layer_norm(std::span<float> x, const FloatNorm& norm) {
    double mean = 0.0, variance = 0.0;
    for (const float value : x) mean += value;
    mean /= static_cast<double>(x.size());
    for (const float value : x) variance += (value - mean) * (value - mean);
    const double inverse = 1.0 / std::sqrt(variance / static_cast<double>(x.size()) + norm.epsilon);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>((x[i] - mean) * inverse * norm.gamma[i] + norm.beta[i]);
}

}  // namespace berth::vector
#endif

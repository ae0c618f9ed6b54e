// SPDX-License-Identifier: Apache-2.0
#include "models/vector/softmax.hpp"

#include "models/vector/exponential.hpp"

#include <cmath>

#ifndef BERTH_MODELS_VECTOR_SOFTMAX_SHARE
#define BERTH_MODELS_VECTOR_SOFTMAX_SHARE

namespace berth::vector {

/// Half a unit of the result, so that shares are rounded and not cut: cutting would lose half a unit for every token.
constexpr std::uint32_t kHalfShare = 1u << 15;

/// 2^32 / sum, less what rounding needs to stay in 32 bits.
constexpr std::uint32_t share_factor(std::uint32_t sum) {
    return static_cast<std::uint32_t>(((std::uint64_t{1} << 32) - kHalfShare) / sum);
}

constexpr std::int32_t share_of(std::uint32_t power, std::uint32_t factor) {
    return static_cast<std::int32_t>((power * factor + kHalfShare) >> 16);
}

}  // namespace berth::vector

#endif

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/vector/softmax.cpp"
#include <hwy/foreach_target.h>

#include "models/vector/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace berth::vector::HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR

void softmax_row(std::int32_t* row, std::size_t count) { softmax_by_element({row, count}); }

#else

HWY_INLINE UnsignedLanes exp_of_minus_lanes(UnsignedLanes x) {
    using namespace exponential;
    const Unsigned u;
    x = hn::Min(x, hn::Set(u, kDeepest));
    const UnsignedLanes z = hn::ShiftRight<26>(hn::Mul(hn::ShiftRight<6>(x), hn::Set(u, kInverseLn2)));
    const UnsignedLanes rest = hn::Sub(x, hn::Mul(z, hn::Set(u, kLn2)));
    const UnsignedLanes bend = hn::Sub(hn::Set(u, kSquare), hn::ShiftRight<16>(hn::Mul(hn::Set(u, kCube), rest)));
    const UnsignedLanes slope = hn::Sub(hn::Set(u, kLinear), hn::ShiftRight<16>(hn::Mul(bend, rest)));
    const UnsignedLanes half = hn::ShiftRight<1>(hn::Shl(hn::Set(u, 1), z));
    return hn::Shr(hn::Add(hn::Sub(hn::Set(u, kUnity), hn::ShiftRight<16>(hn::Mul(slope, rest))), half), z);
}

void softmax_row(std::int32_t* row, std::size_t count) {
    const Signed d;
    const Unsigned u;
    const std::size_t lanes = hn::Lanes(d), whole = count - count % lanes;

    SignedLanes most = hn::Set(d, row[0]);
    for (std::size_t i = whole; i < count; ++i) most = hn::Max(most, hn::Set(d, row[i]));
    for (std::size_t i = 0; i < whole; i += lanes) most = hn::Max(most, hn::LoadU(d, row + i));
    most = hn::MaxOfLanes(d, most);
    const std::int32_t largest = hn::GetLane(most);

    UnsignedLanes sums = hn::Zero(u);
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < whole; i += lanes) {
        const SignedLanes below = hn::Sub(most, hn::LoadU(d, row + i));
        const UnsignedLanes power = exp_of_minus_lanes(hn::BitCast(u, below));
        sums = hn::Add(sums, power);
        hn::StoreU(hn::BitCast(d, power), d, row + i);
    }
    for (std::size_t i = whole; i < count; ++i) {
        const std::uint32_t power = exp_of_minus(static_cast<std::uint32_t>(largest) - static_cast<std::uint32_t>(row[i]));
        sum += power;
        row[i] = static_cast<std::int32_t>(power);
    }
    sum += hn::GetLane(hn::SumOfLanes(u, sums));

    const std::uint32_t factor = share_factor(sum);
    for (std::size_t i = 0; i < whole; i += lanes) {
        const UnsignedLanes power = hn::BitCast(u, hn::LoadU(d, row + i));
        const UnsignedLanes share = hn::Add(hn::Mul(power, hn::Set(u, factor)), hn::Set(u, kHalfShare));
        hn::StoreU(hn::BitCast(d, hn::ShiftRight<16>(share)), d, row + i);
    }
    for (std::size_t i = whole; i < count; ++i) row[i] = share_of(static_cast<std::uint32_t>(row[i]), factor);
}

#endif

}  // namespace berth::vector::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace berth::vector {

HWY_EXPORT(softmax_row);

void softmax(std::span<std::int32_t> row) {
    if (!row.empty()) HWY_DYNAMIC_DISPATCH(softmax_row)(row.data(), row.size());
}

void softmax_by_element(std::span<std::int32_t> row) {
    const auto largest = static_cast<std::uint32_t>(*std::max_element(row.begin(), row.end()));
    std::uint32_t sum = 0;
    for (std::int32_t& score : row) {
        const std::uint32_t power = exp_of_minus(largest - static_cast<std::uint32_t>(score));
        sum += power;
        score = static_cast<std::int32_t>(power);
    }
    const std::uint32_t factor = share_factor(sum);
    for (std::int32_t& power : row) power = share_of(static_cast<std::uint32_t>(power), factor);
}

void softmax(std::span<float> row) {
    if (row.empty()) return;
    const float largest = *std::max_element(row.begin(), row.end());
    double sum = 0.0;
    for (float& value : row) sum += value = std::exp(value - largest);
    for (float& value : row) value = static_cast<float>(value / sum);
}

}  // namespace berth::vector
#endif

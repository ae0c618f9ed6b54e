// SPDX-License-Identifier: Apache-2.0
#include "models/core/byte_pairs.hpp"

#include <algorithm>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/core/byte_pairs.cpp"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace berth::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Whole = hn::ScalableTag<std::int32_t>;
using Half = hn::RepartitionToNarrow<Whole>;
using Sums = hn::Vec<Whole>;

constexpr std::size_t kTokensAtOnce = 4;

std::size_t outputs_of_a_panel() { return 2 * hn::Lanes(Whole()); }

#if HWY_TARGET == HWY_SCALAR

template <std::size_t tokens>
void multiply_tile(const std::int16_t* x, std::size_t x_stride, const std::int16_t* w, std::size_t pairs, std::int32_t* y) {
    for (std::size_t token = 0; token < tokens; ++token)
        for (std::size_t output = 0; output < 2; ++output)
            for (std::size_t pair = 0; pair < pairs; ++pair)
                for (std::size_t side = 0; side < 2; ++side)
                    y[2 * token + output] += x[token * x_stride + 2 * pair + side] * w[4 * pair + 2 * output + side];
}

#else

/// Sums of a token's products with a panel of outputs.
struct Row {
    Sums low, low_odd, high, high_odd;
};

HWY_INLINE Row row_of(const std::int32_t* y) {
    const Whole d;
    return {hn::LoadU(d, y), hn::Zero(d), hn::LoadU(d, y + hn::Lanes(d)), hn::Zero(d)};
}

HWY_INLINE void add(Row& row, hn::Vec<Half> low, hn::Vec<Half> high, const std::int16_t* pair) {
    std::int32_t both;
    std::memcpy(&both, pair, sizeof(both));
    const auto x = hn::BitCast(Half(), hn::Set(Whole(), both));
    row.low = hn::ReorderWidenMulAccumulate(Whole(), low, x, row.low, row.low_odd);
    row.high = hn::ReorderWidenMulAccumulate(Whole(), high, x, row.high, row.high_odd);
}

HWY_INLINE void store(const Row& row, std::int32_t* y) {
    const Whole d;
    hn::StoreU(hn::RearrangeToOddPlusEven(row.low, row.low_odd), d, y);
    hn::StoreU(hn::RearrangeToOddPlusEven(row.high, row.high_odd), d, y + hn::Lanes(d));
}

/// y[token, panel] += x[token, pairs] * w[pairs, panel] for a few tokens, whose sums stay in registers.
template <std::size_t tokens>
void multiply_tile(const std::int16_t* x, std::size_t x_stride, const std::int16_t* w, std::size_t pairs, std::int32_t* y) {
    const Half h;
    const std::size_t panel = outputs_of_a_panel();
    const auto at = [panel](std::size_t token) { return token < tokens ? token * panel : 0; };
    Row row0 = row_of(y), row1 = row_of(y + at(1)), row2 = row_of(y + at(2)), row3 = row_of(y + at(3));
    for (std::size_t pair = 0; pair < pairs; ++pair, x += 2, w += 2 * hn::Lanes(h)) {
        const auto low = hn::LoadU(h, w), high = hn::LoadU(h, w + hn::Lanes(h));
        add(row0, low, high, x);
        if constexpr (tokens > 1) add(row1, low, high, x + x_stride);
        if constexpr (tokens > 2) add(row2, low, high, x + 2 * x_stride);
        if constexpr (tokens > 3) add(row3, low, high, x + 3 * x_stride);
    }
    store(row0, y);
    if constexpr (tokens > 1) store(row1, y + panel);
    if constexpr (tokens > 2) store(row2, y + 2 * panel);
    if constexpr (tokens > 3) store(row3, y + 3 * panel);
}

#endif

/// The same for any number of tokens.
void multiply_panel(const std::int16_t* x, std::size_t x_stride, const std::int16_t* w, std::size_t pairs, std::int32_t* y,
                    std::size_t tokens) {
    const std::size_t panel = outputs_of_a_panel();
    std::size_t token = 0;
    for (; token + kTokensAtOnce <= tokens; token += kTokensAtOnce)
        multiply_tile<kTokensAtOnce>(x + token * x_stride, x_stride, w, pairs, y + token * panel);
    const std::int16_t* const rest = x + token * x_stride;
    if (tokens - token == 1) multiply_tile<1>(rest, x_stride, w, pairs, y + token * panel);
    if (tokens - token == 2) multiply_tile<2>(rest, x_stride, w, pairs, y + token * panel);
    if (tokens - token == 3) multiply_tile<3>(rest, x_stride, w, pairs, y + token * panel);
}

std::int32_t dot(const std::int16_t* x, const std::int8_t* w, std::size_t count) {
    std::int32_t sum = 0;
    std::size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
    const Whole d;
    const Half h;
    const hn::Rebind<std::int8_t, Half> bytes;
    Sums sums = hn::Zero(d), odd = sums;
    for (const std::size_t lanes = hn::Lanes(h); i + lanes <= count; i += lanes)
        sums = hn::ReorderWidenMulAccumulate(d, hn::PromoteTo(h, hn::LoadU(bytes, w + i)), hn::LoadU(h, x + i), sums, odd);
    sum = hn::GetLane(hn::SumOfLanes(d, hn::Add(sums, odd)));
#endif
    for (; i < count; ++i) sum += x[i] * w[i];
    return sum;
}

void multiply_rows(const std::int16_t* x, std::size_t tokens, const std::int8_t* w, std::size_t in, std::size_t out, std::int32_t* y) {
    for (std::size_t output = 0; output < out; ++output)
        for (std::size_t token = 0; token < tokens; ++token) y[token * out + output] = dot(x + token * in, w + output * in, in);
}

}  // namespace berth::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace berth {

HWY_EXPORT(outputs_of_a_panel);
HWY_EXPORT(multiply_panel);
HWY_EXPORT(multiply_rows);

namespace {

/// Of a panel so much stays in a core's first cache while tokens pass.
constexpr std::size_t kPairsAtOnce = 256;
/// Of the vectors so much stays in its second.
constexpr std::size_t kTokensOfABlock = 128;

}  // namespace

BytePairs::BytePairs(std::span<const std::int8_t> w, int in, int out)
    : inputs_(static_cast<std::size_t>(in)),
      outputs_(static_cast<std::size_t>(out)),
      pairs_((inputs_ + 1) / 2),
      panel_(HWY_DYNAMIC_DISPATCH(outputs_of_a_panel)()),
      values_(hwy::RoundUpTo(outputs_, panel_) * pairs_ * 2) {
    for (std::size_t output = 0; output < outputs_; ++output) {
        const std::int8_t* const from = w.data() + output * inputs_;
        std::int16_t* const to = values_.data() + (output / panel_ * pairs_ * panel_ + output % panel_) * 2;
        for (std::size_t pair = 0; pair < inputs_ / 2; ++pair) {
            const std::int16_t both[] = {from[2 * pair], from[2 * pair + 1]};
            std::memcpy(to + pair * panel_ * 2, both, sizeof(both));
        }
        if (inputs_ % 2 == 1) to[(pairs_ - 1) * panel_ * 2] = from[inputs_ - 1];
    }
}

void BytePairs::multiply(std::span<const std::int8_t> x, std::span<std::int32_t> y, int tokens) const {
    thread_local std::vector<std::int16_t> wide;
    thread_local std::vector<std::int32_t> sums;
    wide.resize(std::max(wide.size(), kTokensOfABlock * pairs_ * 2));
    sums.resize(std::max(sums.size(), kTokensOfABlock * panel_));
    for (std::size_t first = 0, count = 0; first < static_cast<std::size_t>(tokens); first += count) {
        count = std::min(kTokensOfABlock, static_cast<std::size_t>(tokens) - first);
        for (std::size_t token = 0; token < count; ++token) {
            std::copy_n(x.data() + (first + token) * inputs_, inputs_, wide.data() + token * pairs_ * 2);
            if (inputs_ % 2 == 1) wide[(token + 1) * pairs_ * 2 - 1] = 0;
        }
        for (std::size_t output = 0; output < outputs_; output += panel_) {
            std::fill_n(sums.begin(), count * panel_, 0);
            for (std::size_t pair = 0; pair < pairs_; pair += kPairsAtOnce) HWY_DYNAMIC_DISPATCH(multiply_panel)
            (wide.data() + pair * 2, pairs_ * 2, values_.data() + (output * pairs_ + pair * panel_) * 2,
             std::min(kPairsAtOnce, pairs_ - pair), sums.data(), count);
            const std::size_t there = std::min(panel_, outputs_ - output);
            for (std::size_t token = 0; token < count; ++token)
                std::copy_n(sums.data() + token * panel_, there, y.data() + (first + token) * outputs_ + output);
        }
    }
}

void multiply_few(std::span<const std::int8_t> x, std::span<const std::int8_t> w, std::span<std::int32_t> y, int tokens, int in, int out) {
    const std::vector<std::int16_t> wide(x.begin(), x.end());
    HWY_DYNAMIC_DISPATCH(multiply_rows)
    (wide.data(), static_cast<std::size_t>(tokens), w.data(), static_cast<std::size_t>(in), static_cast<std::size_t>(out), y.data());
}

}  // namespace berth
#endif

// SPDX-License-Identifier: Apache-2.0
// Plain loops but for Philox, compiled once for each kind of vector unit. Every step is one rounding that all of them share, so all give
// the same bits.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/crossbar/cell_draws.cpp"
#include <hwy/foreach_target.h>
// The targets' loop comes before what it repeats.
#include "models/core/draws.hpp"
#include "models/crossbar/cell_draws.hpp"

#include <hwy/highway.h>

#include "models/crossbar/philox-inl.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <numbers>

HWY_BEFORE_NAMESPACE();
namespace berth::crossbar::HWY_NAMESPACE {

using Counter = std::array<std::uint32_t, 4>;
using Key = std::array<std::uint32_t, 2>;

/// Counters worked on at once; each gives four numbers.
constexpr std::size_t kLanes = 16;
constexpr std::size_t kBatch = 4 * kLanes;

using Lanes = std::array<std::uint32_t, kLanes>;
using Words = std::array<Lanes, 4>;

#if HWY_TARGET == HWY_SCALAR

/// Philox of the counters whose first words are counter[0], counter[0] + 1, ...
HWY_INLINE void philox_lanes(const Counter& counter, const Key& key, Words& words) {
    for (std::size_t i = 0; i < kLanes; ++i) {
        const auto drawn = philox({counter[0] + static_cast<std::uint32_t>(i), counter[1], counter[2], counter[3]}, key);
        for (std::size_t w = 0; w < 4; ++w) words[w][i] = drawn[w];
    }
}

#else

/// Philox of the counters whose first words are counter[0], counter[0] + 1, ...
HWY_INLINE void philox_lanes(const Counter& counter, const Key& key, Words& words) {
    const hn::CappedTag<std::uint32_t, kLanes> d;
    const RoundKeys keys(key);
    for (std::size_t i = 0; i < kLanes; i += hn::Lanes(d)) {
        const auto drawn =
            philox_words<decltype(d)>(hn::Iota(d, counter[0] + static_cast<std::uint32_t>(i)), counter[1], counter[2], counter[3], keys);
        hn::StoreU(drawn.word0, d, words[0].data() + i);
        hn::StoreU(drawn.word1, d, words[1].data() + i);
        hn::StoreU(drawn.word2, d, words[2].data() + i);
        hn::StoreU(drawn.word3, d, words[3].data() + i);
    }
}

#endif

/// The middle of one of 2^24 equal parts of (0, 1).
HWY_INLINE float uniform(std::uint32_t word) { return (static_cast<float>(static_cast<std::int32_t>(word >> 8)) + 0.5f) * 0x1.0p-24f; }

/// ln(x) for normal x > 0: the exponent, and 2 artanh((m - 1) / (m + 1)) of a mantissa m from sqrt(1/2) to sqrt(2), to 2^-24.
HWY_INLINE float logarithm(float x) {
    constexpr std::uint32_t root_half = 0x3F3504F3u;
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(x) - root_half;
    const auto exponent = static_cast<std::int32_t>(bits) >> 23;
    const float mantissa = std::bit_cast<float>((bits & 0x007FFFFFu) + root_half);
    const float s = (mantissa - 1.0f) / (mantissa + 1.0f), q = s * s;
    const float series = 1.0f + q * (1.0f / 3.0f + q * (1.0f / 5.0f + q * (1.0f / 7.0f + q * (1.0f / 9.0f))));
    return static_cast<float>(exponent) * std::numbers::ln2_v<float> + 2.0f * s * series;
}

/// Two independent standard normal numbers from two uniform ones.
HWY_INLINE void box_muller(float u, float v, float& first, float& second) {
    const float radius = std::sqrt(-2.0f * logarithm(u));
    // The angle is a whole number of quarter turns and a rest of at most an eighth, for which Taylor's series are exact enough.
    const auto quarter = static_cast<std::int32_t>(4.0f * v + 0.5f);
    const float a = (4.0f * v - static_cast<float>(quarter)) * (std::numbers::pi_v<float> / 2.0f), q = a * a;
    const float sine = a * (1.0f - q * (1.0f / 6.0f - q * (1.0f / 120.0f - q * (1.0f / 5040.0f - q * (1.0f / 362880.0f)))));
    const float cosine = 1.0f - q * (1.0f / 2.0f - q * (1.0f / 24.0f - q * (1.0f / 720.0f - q * (1.0f / 40320.0f))));
    const bool odd = (quarter & 1) != 0;
    const float x = odd ? sine : cosine, y = odd ? cosine : sine;
    first = ((quarter + 1) & 2) != 0 ? -(radius * x) : radius * x;
    second = (quarter & 2) != 0 ? -(radius * y) : radius * y;
}

template <class Body>
HWY_INLINE void in_batches(Counter counter, const Key& key, std::span<float> columns, const Body& body) {
    Words words;
    std::array<float, kBatch> batch;
    for (std::size_t first = 0; first < columns.size(); first += kBatch) {
        philox_lanes(counter, key, words);
        body(words, batch);
        std::copy_n(batch.begin(), std::min(kBatch, columns.size() - first), columns.begin() + std::ptrdiff_t(first));
        counter[0] += kLanes;
    }
}

void fill_normals(const Counter& counter, const Key& key, std::span<float> columns) {
    in_batches(counter, key, columns, [](const Words& words, std::array<float, kBatch>& batch) {
        for (std::size_t pair = 0; pair < 2; ++pair)
            for (std::size_t i = 0; i < kLanes; ++i)
                box_muller(uniform(words[2 * pair][i]), uniform(words[2 * pair + 1][i]), batch[2 * pair * kLanes + i],
                           batch[(2 * pair + 1) * kLanes + i]);
    });
}

void fill_uniforms(const Counter& counter, const Key& key, std::span<float> columns) {
    in_batches(counter, key, columns, [](const Words& words, std::array<float, kBatch>& batch) {
        for (std::size_t w = 0; w < 4; ++w)
            for (std::size_t i = 0; i < kLanes; ++i) batch[w * kLanes + i] = uniform(words[w][i]);
    });
}

}  // namespace berth::crossbar::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace berth::crossbar {

HWY_EXPORT(fill_normals);
HWY_EXPORT(fill_uniforms);

CellDraws::CellDraws(std::uint64_t seed, std::uint64_t component, int block, int array)
    : key_{}, block_(static_cast<std::uint32_t>(block)), array_(static_cast<std::uint32_t>(array)) {
    // Cells' keys are themselves numbers drawn under a key of their own, so that no other use of seed and component meets them.
    key_ = narrowed({0x63656C6Cu, 0u}, {low_word(seed), high_word(seed), low_word(component), high_word(component)});
}

std::array<std::uint32_t, 4> CellDraws::counter(CellDraw what, int round, int row) const {
    return {static_cast<std::uint32_t>(row) << 16, array_, block_,
            static_cast<std::uint32_t>(what) << 16 | static_cast<std::uint32_t>(round)};
}

void CellDraws::normals(CellDraw what, int round, int row, std::span<float> columns) const {
    HWY_DYNAMIC_DISPATCH(fill_normals)(counter(what, round, row), key_, columns);
}

void CellDraws::uniforms(CellDraw what, int round, int row, std::span<float> columns) const {
    HWY_DYNAMIC_DISPATCH(fill_uniforms)(counter(what, round, row), key_, columns);
}

}  // namespace berth::crossbar
#endif

// SPDX-License-Identifier: Apache-2.0
#define HWY_WANT_AVX3_DL 1
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/crossbar/noisy_columns.cpp"
#include <hwy/foreach_target.h>
// The targets' loop comes before what it repeats.
#include "models/core/philox.hpp"
#include "models/crossbar/noisy_columns.hpp"
#include "models/crossbar/philox-inl.hpp"

#include <hwy/highway.h>

#include <algorithm>
#include <bit>
#include <cstring>

HWY_BEFORE_NAMESPACE();
namespace berth::crossbar::HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR

/// A processor without vectors goes column by column.
std::uint64_t read_noisy_columns(const NoisyColumns& c) {
    std::uint64_t clipped = 0;
    for (std::size_t column = 0; column < std::size_t(c.columns); ++column)
        for (std::size_t read = 0; read < c.reads.size(); ++read) {
            const std::uint32_t word = CodeDistribution::word(c.first_column + static_cast<std::uint32_t>(column),
                                                              static_cast<std::uint32_t>(read), c.block, c.token, c.key);
            const int outcome = c.distribution->outcome(*c.states[read], c.ones[read * kLineColumns + column], word);
            clipped += c.distribution->clips(outcome);
            const std::int32_t code = c.distribution->code(outcome);
            if (c.codes) c.codes[read * kLineColumns + column] = code;
            c.sums[column] += (code - c.background[read]) * static_cast<std::int32_t>(c.reads[read].weight()) * c.weights[column];
        }
    return clipped;
}

#else

using Number = hn::CappedTag<std::int32_t, kLineColumns>;
using Numbers = hn::Vec<Number>;
using Word32 = hn::Repartition<std::uint32_t, Number>;
using Word32s = hn::Vec<Word32>;
constexpr int kReads = periphery::kActivationBits;  ///< of one bit each
using Count = hn::Rebind<std::uint8_t, Number>;

/// Looks up among all thresholds the outcomes of those lanes of a read where the guide does not tell.
HWY_NOINLINE Numbers searched(const NoisyColumns& c, std::size_t read, std::size_t at, Numbers halves, Numbers found,
                              hn::Mask<Number> unknown) {
    const Number d;
    HWY_ALIGN std::int32_t half[kLineColumns], result[kLineColumns];
    hn::Store(halves, d, half);
    hn::Store(found, d, result);
    std::uint8_t lanes[sizeof(std::uint64_t)] = {};
    hn::StoreMaskBits(d, unknown, lanes);
    std::uint64_t left = 0;
    std::memcpy(&left, lanes, sizeof left);
    for (; left != 0; left &= left - 1) {
        const auto i = std::size_t(std::countr_zero(left));
        const int ones = c.ones[read * kLineColumns + at + i];
        const auto outcome = c.distribution->outcome_of_half(*c.states[read], ones, static_cast<std::uint32_t>(half[i]));
        result[i] = outcome ? *outcome
                            : c.distribution->outcome(*c.states[read], ones,
                                                      CodeDistribution::word(c.first_column + static_cast<std::uint32_t>(at + i),
                                                                             static_cast<std::uint32_t>(read), c.block, c.token, c.key));
    }
    return hn::Load(d, result);
}

/// @param halves upper halves of the words.
HWY_INLINE Numbers outcomes(const NoisyColumns& c, std::size_t read, std::size_t at, Numbers halves) {
    using Distribution = CodeDistribution;
    constexpr int kSecondBits = Distribution::kSecondBits;
    const Number d;
    const auto second_bits = hn::Set(d, static_cast<std::int32_t>(Distribution::kSecond));
    const auto ones = hn::PromoteTo(d, hn::LoadU(Count(), c.ones + read * kLineColumns + at));
    const auto place = hn::Add(hn::ShiftLeft<Distribution::kGuideBits>(ones), hn::ShiftRight<kSecondBits>(halves));
    const auto entry = hn::GatherIndex(d, reinterpret_cast<const std::int32_t*>(c.states[read]->guide.data()), place);
    const auto second = hn::And(halves, second_bits);
    const auto lowest = hn::And(hn::ShiftRight<kSecondBits>(entry), second_bits), highest = hn::And(entry, second_bits);
    const auto outcome = hn::BitCast(d, hn::ShiftRight<24>(hn::BitCast(Word32(), entry)));
    const auto above = hn::Gt(second, highest);
    const auto more = hn::And(hn::ShiftRight<2 * kSecondBits>(entry), hn::Set(d, static_cast<std::int32_t>(Distribution::kMost)));
    const auto next = hn::Add(outcome, hn::IfThenElseZero(above, more));
    const auto unknown = hn::Not(hn::Or(above, hn::Lt(second, lowest)));
    if (HWY_LIKELY(hn::AllFalse(d, unknown))) return next;
    return searched(c, read, at, halves, next, unknown);
}

/// What a vector of columns read: outcomes by reads, and what they count together if none clips.
struct Reading {
    HWY_ALIGN std::int32_t outcomes[kReads][kLineColumns];  ///< a vector's lanes in use of each
    Numbers total, least, most;
};

HWY_INLINE Numbers codes_of(const CodeDistribution& distribution, Numbers outcomes) {
    const Number d;
    const auto code = hn::Sub(outcomes, hn::Set(d, distribution.outcome_of_code_zero()));
    return hn::Min(hn::Max(code, hn::Set(d, distribution.lowest_code())), hn::Set(d, distribution.largest_code()));
}

/// Where some clip: counts them, and what the codes that clipping leaves count together.
HWY_NOINLINE std::uint64_t count_clipped(const NoisyColumns& c, std::size_t at, Reading& reading) {
    const Number d;
    const CodeDistribution& distribution = *c.distribution;
    const auto in_use = hn::FirstN(d, std::size_t(c.columns) > at ? std::size_t(c.columns) - at : 0);
    const auto bottom = hn::Set(d, distribution.clips_below() ? 0 : -1);
    const auto top = hn::Set(d, distribution.clips_above() ? distribution.outcomes() - 1 : -1);
    std::uint64_t clipped = 0;
    reading.total = hn::Zero(d);
    for (std::size_t r = 0; r < kReads; ++r) {
        const auto outcome = hn::Load(d, reading.outcomes[r]);
        clipped += hn::CountTrue(d, hn::And(hn::Or(hn::Eq(outcome, bottom), hn::Eq(outcome, top)), in_use));
        const auto kept = hn::Sub(codes_of(distribution, outcome), hn::Set(d, c.background[r]));
        reading.total = hn::Add(reading.total, hn::Mul(kept, hn::Set(d, static_cast<std::int32_t>(c.reads[r].weight()))));
    }
    return clipped;
}

void hand_over_codes(const NoisyColumns& c, std::size_t at, const Reading& reading) {
    const Number d;
    for (std::size_t r = 0; r < kReads; ++r)
        hn::StoreU(codes_of(*c.distribution, hn::Load(d, reading.outcomes[r])), d, c.codes + r * kLineColumns + at);
}

/// @param nothing what outcomes of no current would count in all reads together, and the background's codes.
HWY_INLINE std::uint64_t read_vector(const NoisyColumns& c, const RoundKeys& keys, std::int32_t nothing, std::size_t at) {
    const Number d;
    const auto column = hn::Iota(Word32(), c.first_column + static_cast<std::uint32_t>(at));
    const auto words = philox_words<Word32>(column, 0, c.block, c.token, keys);
    const Word32s drawn[4] = {words.word0, words.word1, words.word2, words.word3};
    Reading reading;
#pragma GCC unroll 8
    for (int r = kReads - 1; r >= 0; --r) {
        const auto word = r % 2 == 0 ? hn::And(drawn[r / 2], hn::Set(Word32(), 0xffffu)) : hn::ShiftRight<16>(drawn[r / 2]);
        const auto outcome = outcomes(c, std::size_t(r), at, hn::BitCast(d, word));
        hn::Store(outcome, d, reading.outcomes[r]);
        // The sign's read counts negatively, and twice what the next does.
        reading.total = r == kReads - 1 ? hn::Neg(outcome) : hn::Add(hn::Add(reading.total, reading.total), outcome);
        reading.least = r == kReads - 1 ? outcome : hn::Min(reading.least, outcome);
        reading.most = r == kReads - 1 ? outcome : hn::Max(reading.most, outcome);
    }
    reading.total = hn::Sub(reading.total, hn::Set(d, nothing));
    const auto at_bottom = hn::Eq(reading.least, hn::Set(d, c.distribution->clips_below() ? 0 : -1));
    const auto at_top = hn::Eq(reading.most, hn::Set(d, c.distribution->clips_above() ? c.distribution->outcomes() - 1 : -1));
    std::uint64_t clipped = 0;
    if (HWY_UNLIKELY(!hn::AllFalse(d, hn::Or(at_bottom, at_top)))) clipped = count_clipped(c, at, reading);
    if (c.codes) hand_over_codes(c, at, reading);
    const auto weighted = hn::Mul(reading.total, hn::LoadU(d, c.weights + at));
    hn::StoreU(hn::Add(hn::LoadU(d, c.sums + at), weighted), d, c.sums + at);
    return clipped;
}

std::uint64_t read_noisy_columns(const NoisyColumns& c) {
    const RoundKeys keys(c.key);
    std::int32_t nothing = 0;
    for (std::size_t r = 0; r < kReads; ++r)
        nothing += static_cast<std::int32_t>(c.reads[r].weight()) * (c.distribution->outcome_of_code_zero() + c.background[r]);
    std::uint64_t clipped = 0;
    for (std::size_t at = 0; at < kLineColumns; at += hn::Lanes(Number())) clipped += read_vector(c, keys, nothing, at);
    return clipped;
}

#endif

}  // namespace berth::crossbar::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace berth::crossbar {

HWY_EXPORT(read_noisy_columns);

std::uint64_t read_columns(const NoisyColumns& columns) { return HWY_DYNAMIC_DISPATCH(read_noisy_columns)(columns); }

}  // namespace berth::crossbar
#endif

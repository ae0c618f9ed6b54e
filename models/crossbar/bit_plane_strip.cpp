// SPDX-License-Identifier: Apache-2.0
// Population counts of bytes, which Highway leaves out unless asked.
#define HWY_WANT_AVX3_DL 1
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/crossbar/bit_plane_strip.cpp"
#include <hwy/foreach_target.h>
// The targets' loop comes before what it repeats.
#include "models/crossbar/bit_plane_strip.hpp"

#include <hwy/highway.h>

#include <algorithm>
#include <bit>

HWY_BEFORE_NAMESPACE();
namespace berth::crossbar::HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR

/// A processor without vectors goes column by column.
std::uint64_t read_strip_here(const BitPlaneStrip& strip, const CodeRule& rule) {
    const auto row_bytes = std::size_t(strip.row_bytes);
    std::uint64_t clipped = 0;
    for (std::size_t pass = 0; pass < std::size_t(strip.tokens) * strip.reads.size(); ++pass) {
        const std::size_t token = pass / strip.reads.size();
        const auto& read = strip.reads[pass % strip.reads.size()];
        for (std::size_t column = 0; column < kLineColumns; ++column) {
            std::uint32_t current = 0;
            for (int bit = 0; bit < read.bits; ++bit)
                for (int plane = 0; plane < strip.cell_bits; ++plane)
                    for (std::size_t i = 0; i < row_bytes; ++i) {
                        const std::uint32_t x =
                            strip.inputs[(token * periphery::kActivationBits + std::size_t(read.shift + bit)) * row_bytes + i];
                        const std::uint32_t cells = strip.lines[std::size_t(plane) * row_bytes + i].bytes[column];
                        current += static_cast<std::uint32_t>(std::popcount(x & cells)) << (bit + plane);
                    }
            clipped += current > rule.largest_unclipped;
            const std::uint16_t code = rule.code(static_cast<std::uint16_t>(std::min<std::uint32_t>(current, rule.largest_unclipped)));
            if (strip.codes) strip.codes[pass * kLineColumns + column] = code;
            strip.sums[token * strip.sums_stride + column] += static_cast<std::int32_t>(read.weight()) * strip.weights[column] * code;
        }
    }
    return clipped;
}

#else

namespace hn = hwy::HWY_NAMESPACE;

using Byte = hn::CappedTag<std::uint8_t, kLineColumns>;
using Word = hn::Repartition<std::uint16_t, Byte>;
using Signed = hn::Repartition<std::int16_t, Byte>;
using Sum = hn::Repartition<std::int32_t, Byte>;
using Input = hn::Repartition<std::uint32_t, Byte>;
using Words = hn::Vec<Word>;

/// A number for each of a byte vector's columns.
struct Columns {
    Words low, high;
};

HWY_INLINE Columns widened(hn::Vec<Byte> counts) {
    const hn::Half<Byte> half;
    return {hn::PromoteTo(Word(), hn::LowerHalf(half, counts)), hn::PromoteTo(Word(), hn::UpperHalf(half, counts))};
}

/// Ones that meet ones on eight rows.
HWY_INLINE hn::Vec<Byte> meeting_ones(std::uint32_t x, const CellLine& cells, std::size_t at) {
    const auto driven = hn::BitCast(Byte(), hn::Set(Input(), x));
    return hn::PopulationCount(hn::And(driven, hn::Load(Byte(), cells.bytes.data() + at)));
}

/// The same on up to kFullBytes * 8 rows.
HWY_INLINE hn::Vec<Byte> meeting_ones(const std::uint32_t* HWY_RESTRICT x, const CellLine* HWY_RESTRICT cells, int row_bytes,
                                      std::size_t at) {
    auto count = hn::Zero(Byte());
    int i = 0;
    for (; i + 4 <= row_bytes; i += 4) {
        const auto first = hn::Add(meeting_ones(x[i], cells[i], at), meeting_ones(x[i + 1], cells[i + 1], at));
        const auto second = hn::Add(meeting_ones(x[i + 2], cells[i + 2], at), meeting_ones(x[i + 3], cells[i + 3], at));
        count = hn::Add(count, hn::Add(first, second));
    }
    for (; i < row_bytes; ++i) count = hn::Add(count, meeting_ones(x[i], cells[i], at));
    return count;
}

constexpr int kFullBytes = 31;  // 248 rows, which a byte can count

HWY_INLINE Columns currents(const BitPlaneStrip& strip, const std::uint32_t* inputs, const periphery::InputSlice& read, std::size_t at) {
    Columns sum{hn::Zero(Word()), hn::Zero(Word())};
    for (int bit = 0; bit < read.bits; ++bit)
        for (int plane = 0; plane < strip.cell_bits; ++plane)
            for (int first = 0; first < strip.row_bytes; first += kFullBytes) {
                const std::uint32_t* const x = inputs + (read.shift + bit) * strip.row_bytes + first;
                const CellLine* const cells = strip.lines + plane * strip.row_bytes + first;
                const Columns counts = widened(meeting_ones(x, cells, std::min(kFullBytes, strip.row_bytes - first), at));
                sum.low = hn::Add(sum.low, hn::ShiftLeftSame(counts.low, bit + plane));
                sum.high = hn::Add(sum.high, hn::ShiftLeftSame(counts.high, bit + plane));
            }
    return sum;
}

template <CodeRule::Form form>
HWY_INLINE Words code_of(const CodeRule& rule, Words current) {
    const Word d;
    [[maybe_unused]] const auto inverse = hn::Set(d, rule.inverse);
    if constexpr (form == CodeRule::Form::identity) {
        return current;
    } else if constexpr (form == CodeRule::Form::odd_step) {
        return hn::MulHigh(hn::Add(current, hn::Set(d, rule.half)), inverse);
    } else if constexpr (form == CodeRule::Form::even_step) {
        const auto parity = hn::And(hn::MulHigh(current, inverse), hn::Set(d, std::uint16_t{1}));
        return hn::MulHigh(hn::Add(hn::Add(current, parity), hn::Set(d, static_cast<std::uint16_t>(rule.half - 1))), inverse);
    } else {
        alignas(kLineColumns) std::uint16_t numbers[kLineColumns];
        hn::Store(current, d, numbers);
        for (std::size_t i = 0; i < hn::Lanes(d); ++i) numbers[i] = rule.codes[numbers[i]];
        return hn::Load(d, numbers);
    }
}

HWY_INLINE void add_weighted(hn::Vec<hn::Half<Signed>> codes, std::int32_t factor, const std::int32_t* HWY_RESTRICT weights,
                             std::int32_t* HWY_RESTRICT sums) {
    const Sum d;
    const auto weight = hn::Mul(hn::LoadU(d, weights), hn::Set(d, factor));
    hn::StoreU(hn::Add(hn::LoadU(d, sums), hn::Mul(hn::PromoteTo(d, codes), weight)), d, sums);
}

/// Adds factor * weight * codes of a byte vector's columns.
HWY_INLINE void add_columns(Columns codes, std::int32_t factor, const std::int32_t* weights, std::int32_t* sums) {
    const hn::Half<Signed> half;
    const std::size_t lanes = hn::Lanes(Sum());
    const auto low = hn::BitCast(Signed(), codes.low), high = hn::BitCast(Signed(), codes.high);
    add_weighted(hn::LowerHalf(half, low), factor, weights, sums);
    add_weighted(hn::UpperHalf(half, low), factor, weights + lanes, sums + lanes);
    add_weighted(hn::LowerHalf(half, high), factor, weights + 2 * lanes, sums + 2 * lanes);
    add_weighted(hn::UpperHalf(half, high), factor, weights + 3 * lanes, sums + 3 * lanes);
}

/// One token through a byte vector's columns from `at` on. Narrow codes are shifted and added over the reads in 16 bits, from the
/// sign's read down; wide ones join the sums read by read.
template <CodeRule::Form form, bool single_plane>
HWY_INLINE std::uint64_t read_token(const BitPlaneStrip& strip, const CodeRule& rule, int token, std::size_t at) {
    const Word d;
    const std::uint32_t* const inputs = strip.inputs + std::size_t(token) * periphery::kActivationBits * std::size_t(strip.row_bytes);
    std::int32_t* const sums = strip.sums + std::size_t(token) * strip.sums_stride + at;
    const auto largest = hn::Set(d, rule.largest_unclipped);
    const bool narrow = rule.largest_code <= kLargestNarrowCode;
    Columns total{hn::Zero(d), hn::Zero(d)};
    std::uint64_t clipped = 0;
    for (std::size_t r = strip.reads.size(); r-- > 0;) {
        const auto& read = strip.reads[r];
        Columns current = single_plane ? widened(meeting_ones(inputs + read.shift * strip.row_bytes, strip.lines, strip.row_bytes, at))
                                       : currents(strip, inputs, read, at);
        if (strip.may_clip) {
            clipped += hn::CountTrue(d, hn::Gt(current.low, largest)) + hn::CountTrue(d, hn::Gt(current.high, largest));
            current = {hn::Min(current.low, largest), hn::Min(current.high, largest)};
        }
        const Columns code{code_of<form>(rule, current.low), code_of<form>(rule, current.high)};
        if (strip.codes) {
            std::uint16_t* const codes = strip.codes + (std::size_t(token) * strip.reads.size() + r) * kLineColumns + at;
            hn::StoreU(code.low, d, codes);
            hn::StoreU(code.high, d, codes + hn::Lanes(d));
        }
        if (!narrow) {
            add_columns(code, static_cast<std::int32_t>(read.weight()), strip.weights + at, sums);
        } else if (read.negative) {
            total = {hn::Sub(total.low, code.low), hn::Sub(total.high, code.high)};
        } else {
            total = {hn::Add(total.low, code.low), hn::Add(total.high, code.high)};
        }
        const int next_shift = r == 0 ? 0 : strip.reads[r - 1].shift;
        for (int shift = read.shift; narrow && shift > next_shift; --shift)
            total = {hn::Add(total.low, total.low), hn::Add(total.high, total.high)};
    }
    if (narrow) add_columns(total, 1, strip.weights + at, sums);
    return clipped;
}

template <CodeRule::Form form, bool single_plane>
std::uint64_t read_tokens(const BitPlaneStrip& strip, const CodeRule& rule) {
    std::uint64_t clipped = 0;
    for (std::size_t at = 0; at < kLineColumns; at += hn::Lanes(Byte()))
        for (int token = 0; token < strip.tokens; ++token) clipped += read_token<form, single_plane>(strip, rule, token, at);
    return clipped;
}

template <bool single_plane>
std::uint64_t read_by_form(const BitPlaneStrip& strip, const CodeRule& rule) {
    switch (rule.form) {
        case CodeRule::Form::identity:
            return read_tokens<CodeRule::Form::identity, single_plane>(strip, rule);
        case CodeRule::Form::odd_step:
            return read_tokens<CodeRule::Form::odd_step, single_plane>(strip, rule);
        case CodeRule::Form::even_step:
            return read_tokens<CodeRule::Form::even_step, single_plane>(strip, rule);
        case CodeRule::Form::table:
            break;
    }
    return read_tokens<CodeRule::Form::table, single_plane>(strip, rule);
}

std::uint64_t read_strip_here(const BitPlaneStrip& strip, const CodeRule& rule) {
    const bool one_bit_reads = std::all_of(strip.reads.begin(), strip.reads.end(), [](const auto& read) { return read.bits == 1; });
    const bool single_plane = strip.cell_bits == 1 && strip.row_bytes <= kFullBytes && one_bit_reads;
    return single_plane ? read_by_form<true>(strip, rule) : read_by_form<false>(strip, rule);
}

#endif

}  // namespace berth::crossbar::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace berth::crossbar {

HWY_EXPORT(read_strip_here);

std::uint64_t read_strip(const BitPlaneStrip& strip, const CodeRule& rule) { return HWY_DYNAMIC_DISPATCH(read_strip_here)(strip, rule); }

}  // namespace berth::crossbar
#endif

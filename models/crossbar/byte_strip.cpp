// SPDX-License-Identifier: Apache-2.0
#define HWY_WANT_AVX3_DL 1
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/crossbar/byte_strip.cpp"
#include <hwy/foreach_target.h>
// The targets' loop comes before what it repeats.
#include "models/crossbar/byte_strip.hpp"

#include <hwy/highway.h>

#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace berth::crossbar::HWY_NAMESPACE {

#if HWY_TARGET != HWY_AVX3_DL

bool has_byte_lookup() { return false; }

std::uint64_t read_byte_strip_here(const BitPlaneStrip&, const CodeRule&, const std::uint8_t*) { return 0; }

#else

namespace hn = hwy::HWY_NAMESPACE;

using Byte = hn::CappedTag<std::uint8_t, kLineColumns>;
using Bytes = hn::Vec<Byte>;
using Word = hn::Repartition<std::uint16_t, Byte>;
using Signed = hn::Repartition<std::int16_t, Byte>;
using Sum = hn::Repartition<std::int32_t, Byte>;
using Input = hn::Repartition<std::uint32_t, Byte>;

constexpr std::size_t kReads = periphery::kActivationBits;

bool has_byte_lookup() { return true; }

struct Words64 {
    hn::Vec<Word> low, high;
};

HWY_INLINE Words64 widened(Bytes bytes) {
    const hn::Half<Byte> half;
    return {hn::PromoteTo(Word(), hn::LowerHalf(half, bytes)), hn::PromoteTo(Word(), hn::UpperHalf(half, bytes))};
}

/// The codes of currents from 0 to 127.
class CodeTable {
public:
    explicit CodeTable(const CodeRule& rule)
        : low_(hn::LoadU(Byte(), rule.bytes.data())), high_(hn::LoadU(Byte(), rule.bytes.data() + kLineColumns)) {}

    [[nodiscard]] HWY_INLINE Bytes operator()(Bytes currents) const {
        return Bytes{_mm512_permutex2var_epi8(low_.raw, currents.raw, high_.raw)};
    }

private:
    Bytes low_, high_;
};

HWY_INLINE Bytes counted(const std::uint32_t* HWY_RESTRICT x, const CellLine* HWY_RESTRICT cells, int row_bytes) {
    const Byte d;
    auto a = hn::Zero(d), b = a;
    const auto ones = [&](int i) HWY_ATTR {
        return hn::PopulationCount(hn::And(hn::BitCast(d, hn::Set(Input(), x[i])), hn::Load(d, cells[i].bytes.data())));
    };
    int i = 0;
    for (; i + 2 <= row_bytes; i += 2) a = hn::Add(a, ones(i)), b = hn::Add(b, ones(i + 1));
    return hn::Add(i < row_bytes ? hn::Add(a, ones(i)) : a, b);
}

/// The cells of 128 rows, which leave half of a processor's vectors of 64 bytes free.
class HeldCells {
public:
    static constexpr int kRowBytes = 16;

    explicit HeldCells(const CellLine* lines) {
        for (int i = 0; i < kRowBytes; ++i) cells_[i] = hn::Load(Byte(), lines[i].bytes.data());
    }

    [[nodiscard]] HWY_INLINE Bytes counted(const std::uint32_t* HWY_RESTRICT x) const {
        const Byte d;
        Bytes sums[4];
        for (int i = 0; i < kRowBytes; ++i) {
            const auto ones = hn::PopulationCount(hn::And(hn::BitCast(d, hn::Set(Input(), x[i])), cells_[i]));
            sums[i % 4] = i < 4 ? ones : hn::Add(sums[i % 4], ones);
        }
        return hn::Add(hn::Add(sums[0], sums[1]), hn::Add(sums[2], sums[3]));
    }

private:
    Bytes cells_[kRowBytes];
};

HWY_INLINE void add_weighted(hn::Vec<hn::Half<Signed>> codes, const std::int32_t* HWY_RESTRICT weights, std::int32_t* HWY_RESTRICT sums) {
    const Sum d;
    hn::StoreU(hn::Add(hn::LoadU(d, sums), hn::Mul(hn::PromoteTo(d, codes), hn::LoadU(d, weights))), d, sums);
}

HWY_INLINE void add_columns(Words64 codes, const std::int32_t* weights, std::int32_t* sums) {
    const hn::Half<Signed> half;
    const std::size_t lanes = hn::Lanes(Sum());
    const auto low = hn::BitCast(Signed(), codes.low), high = hn::BitCast(Signed(), codes.high);
    add_weighted(hn::LowerHalf(half, low), weights, sums);
    add_weighted(hn::UpperHalf(half, low), weights + lanes, sums + lanes);
    add_weighted(hn::LowerHalf(half, high), weights + 2 * lanes, sums + 2 * lanes);
    add_weighted(hn::UpperHalf(half, high), weights + 3 * lanes, sums + 3 * lanes);
}

/// Reads whose codes, shifted and added, fit a byte.
int reads_of_byte(std::uint16_t largest_code) {
    int reads = 1;
    while (reads < static_cast<int>(kReads) - 1 && largest_code * ((1 << (reads + 1)) - 1) <= 255) ++reads;
    return reads;
}

/// One token, from the sign's read down.
template <class Currents>
HWY_INLINE std::uint64_t read_token(const BitPlaneStrip& strip, const CodeRule& rule, const CodeTable& codes, int at_once, int token,
                                    const Currents& currents) {
    const Byte d;
    const Word words;
    const auto largest = hn::Set(d, static_cast<std::uint8_t>(std::min<int>(rule.largest_unclipped, 255)));
    std::uint64_t clipped = 0;
    const auto code_of = [&](std::size_t r) HWY_ATTR {
        const Bytes current = currents(r);
        if (strip.may_clip) clipped += hn::CountTrue(d, hn::Gt(current, largest));
        const Bytes code = codes(current);
        if (strip.codes) {
            std::uint16_t* const place = strip.codes + (std::size_t(token) * kReads + r) * kLineColumns;
            const Words64 wide = widened(code);
            hn::StoreU(wide.low, words, place);
            hn::StoreU(wide.high, words, place + hn::Lanes(words));
        }
        return code;
    };
    const Words64 sign = widened(code_of(kReads - 1));
    Words64 total{hn::Sub(hn::Zero(words), sign.low), hn::Sub(hn::Zero(words), sign.high)};
    for (int left = static_cast<int>(kReads) - 1; left > 0;) {
        const int here = std::min(at_once, left);
        Bytes some = code_of(std::size_t(--left));
        for (int i = 1; i < here; ++i) some = hn::Add(hn::Add(some, some), code_of(std::size_t(--left)));
        const Words64 wide = widened(some);
        total = {hn::Add(hn::ShiftLeftSame(total.low, here), wide.low), hn::Add(hn::ShiftLeftSame(total.high, here), wide.high)};
    }
    add_columns(total, strip.weights, strip.sums + std::size_t(token) * strip.sums_stride);
    return clipped;
}

template <class Currents>
std::uint64_t read_tokens(const BitPlaneStrip& strip, const CodeRule& rule, const Currents& currents) {
    const CodeTable codes(rule);
    const int at_once = reads_of_byte(rule.largest_code);
    std::uint64_t clipped = 0;
    for (int token = 0; token < strip.tokens; ++token)
        clipped += read_token(strip, rule, codes, at_once, token,
                              [&](std::size_t r) HWY_ATTR { return currents(std::size_t(token) * kReads + r); });
    return clipped;
}

std::uint64_t read_byte_strip_here(const BitPlaneStrip& strip, const CodeRule& rule, const std::uint8_t* counts) {
    if (counts) return read_tokens(strip, rule, [&](std::size_t read) HWY_ATTR { return hn::LoadU(Byte(), counts + read * kLineColumns); });
    const auto row_bytes = std::size_t(strip.row_bytes);
    if (strip.row_bytes == HeldCells::kRowBytes) {
        const HeldCells cells(strip.lines);
        return read_tokens(strip, rule, [&](std::size_t read) HWY_ATTR { return cells.counted(strip.inputs + read * row_bytes); });
    }
    return read_tokens(strip, rule,
                       [&](std::size_t read) HWY_ATTR { return counted(strip.inputs + read * row_bytes, strip.lines, strip.row_bytes); });
}

#endif

}  // namespace berth::crossbar::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace berth::crossbar {

HWY_EXPORT(read_byte_strip_here);
HWY_EXPORT(has_byte_lookup);

bool fits_bytes(const CodeRule& rule, int cell_bits, int row_bytes) {
    constexpr int kMostRowBytes = 31;  // whose ones a byte can count
    return HWY_DYNAMIC_DISPATCH(has_byte_lookup)() && cell_bits == 1 && row_bytes <= kMostRowBytes && !rule.bytes.empty();
}

bool read_byte_strip(const BitPlaneStrip& strip, const CodeRule& rule, const std::uint8_t* counts, std::uint64_t& clipped) {
    if (!fits_bytes(rule, strip.cell_bits, strip.row_bytes) || strip.reads.size() != periphery::kActivationBits) return false;
    clipped = HWY_DYNAMIC_DISPATCH(read_byte_strip_here)(strip, rule, counts);
    return true;
}

}  // namespace berth::crossbar
#endif

// SPDX-License-Identifier: Apache-2.0
#define HWY_WANT_AVX3_DL 1
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/crossbar/byte_strip.cpp"
#include <hwy/foreach_target.h>
// The targets' loop comes before what it repeats.
#include "models/crossbar/byte_strip.hpp"

#include <hwy/highway.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

HWY_BEFORE_NAMESPACE();
namespace berth::crossbar::HWY_NAMESPACE {

#if HWY_TARGET != HWY_AVX3_DL

bool read_byte_strip_here(const BitPlaneStrip&, const CodeRule&, const TablePlaces*, std::uint64_t&) { return false; }

bool has_byte_tables() { return false; }

#else

namespace hn = hwy::HWY_NAMESPACE;

using Byte = hn::CappedTag<std::uint8_t, kLineColumns>;
using Bytes = hn::Vec<Byte>;
using Word = hn::Repartition<std::uint16_t, Byte>;
using Signed = hn::Repartition<std::int16_t, Byte>;
using Sum = hn::Repartition<std::int32_t, Byte>;
using Input = hn::Repartition<std::uint32_t, Byte>;

constexpr int kTables = kTableRows / 4, kEntries = 16;
constexpr std::size_t kReads = periphery::kActivationBits;

bool has_byte_tables() { return true; }

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

/// What all tables of a strip hold: [tables, entries, 64].
void make_tables(const BitPlaneStrip& strip, std::uint8_t* HWY_RESTRICT tables) {
    const Byte d;
    for (int table = 0; table < 2 * strip.row_bytes; ++table) {
        const auto cells = hn::Load(d, strip.lines[table / 2].bytes.data());
        for (int entry = 0; entry < kEntries; ++entry) {
            const auto rows = hn::Set(d, static_cast<std::uint8_t>(entry << (table % 2 * 4)));
            hn::Store(hn::PopulationCount(hn::And(cells, rows)), d, tables + (table * kEntries + entry) * kLineColumns);
        }
    }
}

/// Currents by the tables of the first `count`, a multiple of four or the last ones left over.
HWY_INLINE Bytes looked_up(const std::uint8_t* HWY_RESTRICT tables, const TablePlaces& places, int count) {
    const Byte d;
    auto a = hn::Zero(d), b = a, c = a, e = a;
    int i = 0;
    for (; i + 4 <= count; i += 4) {
        a = hn::Add(a, hn::Load(d, tables + places[std::size_t(i)]));
        b = hn::Add(b, hn::Load(d, tables + places[std::size_t(i) + 1]));
        c = hn::Add(c, hn::Load(d, tables + places[std::size_t(i) + 2]));
        e = hn::Add(e, hn::Load(d, tables + places[std::size_t(i) + 3]));
    }
    for (; i < count; ++i) a = hn::Add(a, hn::Load(d, tables + places[std::size_t(i)]));
    return hn::Add(hn::Add(a, b), hn::Add(c, e));
}

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

template <int tables>
std::uint64_t read_by_tables(const BitPlaneStrip& strip, const CodeRule& rule, const CodeTable& codes, const TablePlaces* places) {
    HWY_ALIGN std::uint8_t entries[kTables * kEntries * kLineColumns];
    make_tables(strip, entries);
    const int count = tables != 0 ? tables : 2 * strip.row_bytes, at_once = reads_of_byte(rule.largest_code);
    std::uint64_t clipped = 0;
    for (int token = 0; token < strip.tokens; ++token)
        clipped += read_token(strip, rule, codes, at_once, token,
                              [&](std::size_t r) HWY_ATTR { return looked_up(entries, places[std::size_t(token) * kReads + r], count); });
    return clipped;
}

std::uint64_t read_by_counts(const BitPlaneStrip& strip, const CodeRule& rule, const CodeTable& codes) {
    const int at_once = reads_of_byte(rule.largest_code);
    std::uint64_t clipped = 0;
    for (int token = 0; token < strip.tokens; ++token)
        clipped += read_token(strip, rule, codes, at_once, token, [&](std::size_t r) HWY_ATTR {
            return counted(strip.inputs + (std::size_t(token) * kReads + r) * std::size_t(strip.row_bytes), strip.lines, strip.row_bytes);
        });
    return clipped;
}

bool read_byte_strip_here(const BitPlaneStrip& strip, const CodeRule& rule, const TablePlaces* places, std::uint64_t& clipped) {
    const bool fits = strip.cell_bits == 1 && strip.reads.size() == kReads && 2 * strip.row_bytes <= kTables && !rule.bytes.empty();
    if (!fits) return false;
    const CodeTable codes(rule);
    if (!places)
        clipped = read_by_counts(strip, rule, codes);
    else if (2 * strip.row_bytes == kTables)
        clipped = read_by_tables<kTables>(strip, rule, codes, places);
    else
        clipped = read_by_tables<0>(strip, rule, codes, places);
    return true;
}

#endif

}  // namespace berth::crossbar::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace berth::crossbar {
namespace {

constexpr long kFirstCache = 48 << 10;

}  // namespace

HWY_EXPORT(read_byte_strip_here);
HWY_EXPORT(has_byte_tables);

bool read_byte_strip(const BitPlaneStrip& strip, const CodeRule& rule, const TablePlaces* places, std::uint64_t& clipped) {
    return HWY_DYNAMIC_DISPATCH(read_byte_strip_here)(strip, rule, places, clipped);
}

bool tables_pay() { return HWY_DYNAMIC_DISPATCH(has_byte_tables)() && sysconf(_SC_LEVEL1_DCACHE_SIZE) >= kFirstCache; }

}  // namespace berth::crossbar
#endif

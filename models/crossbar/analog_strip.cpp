// SPDX-License-Identifier: Apache-2.0
#define HWY_WANT_AVX3_DL 1
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/crossbar/analog_strip.cpp"
#include <hwy/foreach_target.h>
// The targets' loop comes before what it repeats.
#include "models/core/philox.hpp"
#include "models/crossbar/analog_strip.hpp"
#include "models/crossbar/normal_table.hpp"
#include "models/crossbar/philox-inl.hpp"

#include <hwy/highway.h>

#include <algorithm>
#include <bit>
#include <cmath>

HWY_BEFORE_NAMESPACE();
#if HWY_TARGET == HWY_AVX3_DL
// Every processor of this target multiplies and adds pairs in one instruction, which Highway does not name.
#pragma GCC push_options
#pragma GCC target("avx512vnni")
#endif
namespace berth::crossbar::HWY_NAMESPACE {

constexpr int kReadsOfDraw = 4;  ///< words of one counter

#if HWY_TARGET == HWY_SCALAR

std::int32_t current(const AnalogStrip& strip, const PairedRows* cells, const std::int32_t* inputs, std::size_t token, std::size_t read,
                     std::size_t column) {
    std::int32_t sum = 0;
    for (std::size_t pair = 0; pair < std::size_t(strip.pairs); ++pair) {
        const std::int32_t both = inputs[(token * std::size_t(strip.pairs) + pair) * strip.reads.size() + read];
        const std::int16_t* const two = cells[pair].cells.data() + column * 2;
        sum += static_cast<std::int16_t>(both) * two[0] + (both >> 16) * two[1];
    }
    return sum;
}

std::int32_t noise(const AnalogStrip& strip, std::size_t token, std::size_t read, std::size_t column) {
    const StripNoise& noise = *strip.noise;
    float variance = static_cast<float>(noise.sense_variance);
    if (noise.variances)
        variance += static_cast<float>(current(strip, noise.variances, strip.squares, token, read, column)) *
                    static_cast<float>(noise.cell_variance);
    const auto words = philox({noise.first_column + static_cast<std::uint32_t>(column), static_cast<std::uint32_t>(read) / kReadsOfDraw,
                               noise.block, noise.first_token + static_cast<std::uint32_t>(token)},
                              noise.key);
    const float drawn = NormalTable::shared()(words[read % kReadsOfDraw]) * std::sqrt(variance);
    return static_cast<std::int32_t>(std::nearbyint(std::clamp(drawn, -noise.largest, noise.largest)));
}

/// What telegraph noise takes from a column's current.
std::int32_t held_back(const AnalogStrip& strip, std::size_t token, std::size_t read, std::size_t column) {
    const TelegraphNoise& telegraph = *strip.noise->telegraph;
    std::int32_t held = 0, driven = 0;
    for (std::size_t row = 0; row < 2 * std::size_t(strip.pairs); ++row) {
        const std::int32_t both = strip.inputs[(token * std::size_t(strip.pairs) + row / 2) * strip.reads.size() + read];
        const std::int32_t input = row % 2 == 0 ? static_cast<std::int16_t>(both) : both >> 16;
        const auto word = telegraph.word(strip.noise->first_column + static_cast<std::uint32_t>(column), static_cast<std::uint32_t>(row),
                                         static_cast<std::uint32_t>(read), strip.noise->block,
                                         strip.noise->first_token + static_cast<std::uint32_t>(token));
        if (word >= telegraph.threshold) continue;
        held += input * strip.cells[row / 2].cells[column * 2 + row % 2];
        driven += input;
    }
    const float own = static_cast<float>(held) + telegraph.removed * static_cast<float>(driven);
    return static_cast<std::int32_t>(std::nearbyint(telegraph.amplitude * own));
}

/// A processor without vectors goes column by column.
std::uint64_t read_analog_strip(const AnalogStrip& strip) {
    std::uint64_t clipped = 0;
    for (std::size_t token = 0; token < std::size_t(strip.tokens); ++token)
        for (std::size_t read = 0; read < strip.reads.size(); ++read)
            for (std::size_t column = 0; column < std::size_t(strip.columns); ++column) {
                std::int32_t sum = current(strip, strip.cells, strip.inputs, token, read, column);
                if (strip.offsets) sum += strip.offsets[column];
                if (strip.noise && strip.noise->largest > 0.0f) sum += noise(strip, token, read, column);
                if (strip.noise && strip.noise->telegraph) sum -= held_back(strip, token, read, column);
                clipped += strip.rules[read]->clips(sum);
                const std::int32_t code = strip.rules[read]->code(sum);
                if (strip.codes) strip.codes[(token * strip.reads.size() + read) * kStripColumns + column] = code;
                strip.sums[token * strip.sums_stride + column] += (code - strip.background[token * strip.reads.size() + read]) *
                                                                  static_cast<std::int32_t>(strip.reads[read].weight()) *
                                                                  strip.weights[column];
            }
    return clipped;
}

#else

using Sum = hn::CappedTag<std::int32_t, kStripColumns>;
using Pair = hn::Repartition<std::int16_t, Sum>;
using Word = hn::Repartition<std::uint32_t, Sum>;
using Real = hn::Repartition<float, Sum>;
using Sums = hn::Vec<Sum>;

/// Vectors of columns whose currents are summed at once: as many as leave the sums of all reads in registers.
constexpr int kVectors = HWY_TARGET <= HWY_AVX3 ? 2 : 1;

/// Adds the products of two rows; `rest` takes what a processor sums apart.
HWY_INLINE Sums add_pairs(hn::Vec<Pair> inputs, hn::Vec<Pair> cells, Sums sum, [[maybe_unused]] Sums& rest) {
#if HWY_TARGET == HWY_AVX3_DL
    return Sums{_mm512_dpwssd_epi32(sum.raw, inputs.raw, cells.raw)};
#else
    return hn::ReorderWidenMulAccumulate(Sum(), inputs, cells, sum, rest);
#endif
}

/// Sums over the rows of one token's inputs times the cells of kVectors vectors of columns from `at` on, to [reads, kVectors] vectors.
template <int reads>
HWY_INLINE void sum_rows(const std::int32_t* HWY_RESTRICT inputs, const PairedRows* HWY_RESTRICT cells, int pairs, std::size_t at,
                         std::int32_t* HWY_RESTRICT results) {
    const Sum d;
    const std::size_t lanes = hn::Lanes(d);
    Sums sums[reads][kVectors], rest[reads][kVectors];
    for (int r = 0; r < reads; ++r)
        for (int v = 0; v < kVectors; ++v) sums[r][v] = rest[r][v] = hn::Zero(d);
    for (int pair = 0; pair < pairs; ++pair) {
        hn::Vec<Pair> columns[kVectors];
        for (int v = 0; v < kVectors; ++v) columns[v] = hn::Load(Pair(), cells[pair].cells.data() + (at + std::size_t(v) * lanes) * 2);
        for (int r = 0; r < reads; ++r) {
            const auto driven = hn::BitCast(Pair(), hn::Set(d, inputs[pair * reads + r]));
            for (int v = 0; v < kVectors; ++v) sums[r][v] = add_pairs(driven, columns[v], sums[r][v], rest[r][v]);
        }
    }
    for (int r = 0; r < reads; ++r)
        for (int v = 0; v < kVectors; ++v)
            hn::Store(hn::RearrangeToOddPlusEven(sums[r][v], rest[r][v]), d, results + (r * kVectors + v) * static_cast<int>(lanes));
}

/// NormalTable's numbers for a vector of words.
HWY_INLINE hn::Vec<Real> normals(const NormalTable& table, hn::Vec<Word> words) {
    const Sum d;
    const Real real;
    const auto sign = hn::And(words, hn::Set(Word(), 0x80000000u));
    const auto rank = hn::Or(hn::AndNot(sign, words), hn::Set(Word(), 1u));
    const auto bits = hn::BitCast(d, hn::ConvertTo(real, hn::BitCast(d, rank)));
    const auto segment = hn::Sub(hn::ShiftRight<NormalTable::kSegmentBits>(bits), hn::Set(d, NormalTable::kFirstSegment));
    const auto within = hn::ConvertTo(real, hn::And(bits, hn::Set(d, NormalTable::kWithinSegment)));
    const auto rise = hn::Mul(hn::GatherIndex(real, table.slopes(), segment), within);
    const auto quantile = hn::Add(hn::GatherIndex(real, table.starts(), segment), rise);
    return hn::BitCast(real, hn::Xor(hn::BitCast(Word(), quantile), sign));
}

/// Adds noise to currents [reads, kVectors], whose variances are given alike.
HWY_INLINE void add_noise(const AnalogStrip& strip, int token, std::size_t at, const std::int32_t* HWY_RESTRICT variances,
                          std::int32_t* HWY_RESTRICT currents) {
    const Sum d;
    const Real real;
    const StripNoise& noise = *strip.noise;
    const NormalTable& table = NormalTable::shared();
    const std::size_t lanes = hn::Lanes(d);
    const auto reads = static_cast<int>(strip.reads.size());
    const RoundKeys keys(noise.key);
    const auto largest = hn::Set(real, noise.largest), smallest = hn::Neg(largest);
    for (int v = 0; v < kVectors; ++v) {
        const auto column = hn::Iota(Word(), noise.first_column + static_cast<std::uint32_t>(at + std::size_t(v) * lanes));
        for (int first = 0; first < reads; first += kReadsOfDraw) {
            const auto words = philox_words<Word>(column, static_cast<std::uint32_t>(first / kReadsOfDraw), noise.block,
                                                  noise.first_token + static_cast<std::uint32_t>(token), keys);
            const hn::Vec<Word> drawn[kReadsOfDraw] = {words.word0, words.word1, words.word2, words.word3};
            for (int r = first; r < std::min(reads, first + kReadsOfDraw); ++r) {
                const std::size_t place = std::size_t(r * kVectors + v) * lanes;
                auto variance = hn::Set(real, static_cast<float>(noise.sense_variance));
                if (noise.variances) {
                    const auto cells = hn::ConvertTo(real, hn::Load(d, variances + place));
                    variance = hn::Add(variance, hn::Mul(cells, hn::Set(real, static_cast<float>(noise.cell_variance))));
                }
                const auto added = hn::Mul(normals(table, drawn[r - first]), hn::Sqrt(variance));
                const auto whole = hn::NearestInt(hn::Min(hn::Max(added, smallest), largest));
                hn::Store(hn::Add(hn::Load(d, currents + place), whole), d, currents + place);
            }
        }
    }
}

using Halves = hn::Repartition<std::uint16_t, Sum>;

/// Decides by whole words which of the cells are held back whose upper halves do not tell.
HWY_NOINLINE hn::Vec<Pair> decided(const StripNoise& noise, std::uint32_t token, std::uint32_t read, std::size_t pair, std::size_t column,
                                   hn::Vec<Pair> held, hn::Vec<Pair> undecided) {
    const Pair d;
    HWY_ALIGN std::int16_t result[2 * kStripColumns], open[2 * kStripColumns];
    hn::Store(held, d, result);
    hn::Store(undecided, d, open);
    for (std::size_t i = 0; i < hn::Lanes(d); ++i) {
        if (open[i] == 0) continue;
        const auto word = noise.telegraph->word(noise.first_column + static_cast<std::uint32_t>(column + i / 2),
                                                static_cast<std::uint32_t>(2 * pair + i % 2), read, noise.block, noise.first_token + token);
        result[i] = word < noise.telegraph->threshold ? std::int16_t{-1} : std::int16_t{0};
    }
    return hn::Load(d, result);
}

/// What telegraph noise takes from one read of a vector of columns from `at` on.
HWY_INLINE Sums held_back(const AnalogStrip& strip, const std::int32_t* HWY_RESTRICT inputs, std::uint32_t token, std::size_t read,
                          std::size_t at, const RoundKeys& keys) {
    const Sum d;
    const Pair pairs;
    const Real real;
    const StripNoise& noise = *strip.noise;
    const TelegraphNoise& telegraph = *noise.telegraph;
    const auto column = hn::Iota(Word(), noise.first_column + static_cast<std::uint32_t>(at));
    const auto limit = hn::Set(Halves(), static_cast<std::uint16_t>(telegraph.threshold >> 16));
    constexpr int kPairsOfCounter = 4;
    auto held_sum = hn::Zero(d), held_rest = held_sum, driven_sum = held_sum, driven_rest = held_sum;
    for (int first = 0; first < strip.pairs; first += kPairsOfCounter) {
        const auto counter = TelegraphNoise::counter(static_cast<std::uint32_t>(first / kPairsOfCounter), static_cast<std::uint32_t>(read));
        const auto words = philox_words<Word>(column, counter, noise.block, noise.first_token + token, keys);
        const hn::Vec<Word> drawn[kPairsOfCounter] = {words.word0, words.word1, words.word2, words.word3};
        for (int pair = first; pair < std::min(strip.pairs, first + kPairsOfCounter); ++pair) {
            const std::int32_t input = inputs[std::size_t(pair) * strip.reads.size() + read];
            if (input == 0) continue;
            const auto halves = hn::BitCast(Halves(), drawn[pair - first]);
            auto held = hn::BitCast(pairs, hn::VecFromMask(Halves(), hn::Lt(halves, limit)));
            const auto undecided = hn::Eq(halves, limit);
            if (HWY_UNLIKELY(!hn::AllFalse(Halves(), undecided)))
                held = decided(noise, token, static_cast<std::uint32_t>(read), std::size_t(pair), at, held,
                               hn::BitCast(pairs, hn::VecFromMask(Halves(), undecided)));
            const auto driven = hn::And(hn::BitCast(pairs, hn::Set(d, input)), held);
            held_sum = add_pairs(driven, hn::Load(pairs, strip.cells[pair].cells.data() + 2 * at), held_sum, held_rest);
            driven_sum = add_pairs(driven, hn::Set(pairs, std::int16_t{1}), driven_sum, driven_rest);
        }
    }
    const auto cells = hn::ConvertTo(real, hn::RearrangeToOddPlusEven(held_sum, held_rest));
    const auto driven = hn::ConvertTo(real, hn::RearrangeToOddPlusEven(driven_sum, driven_rest));
    const auto own = hn::Add(cells, hn::Mul(hn::Set(real, telegraph.removed), driven));
    return hn::NearestInt(hn::Mul(hn::Set(real, telegraph.amplitude), own));
}

/// Takes telegraph noise from currents [reads, kVectors].
void hold_back(const AnalogStrip& strip, const std::int32_t* HWY_RESTRICT inputs, int token, std::size_t at,
               std::int32_t* HWY_RESTRICT currents) {
    const Sum d;
    const RoundKeys keys(strip.noise->telegraph->key);
    for (std::size_t r = 0; r < strip.reads.size(); ++r)
        for (std::size_t v = 0; v < kVectors; ++v) {
            std::int32_t* const place = currents + (r * kVectors + v) * hn::Lanes(d);
            const auto lost = held_back(strip, inputs, static_cast<std::uint32_t>(token), r, at + v * hn::Lanes(d), keys);
            hn::Store(hn::Sub(hn::Load(d, place), lost), d, place);
        }
}

/// Thresholds that each current reaches.
HWY_INLINE Sums reached(const FixedRule& rule, Sums current) {
    const Sum d;
    const std::int32_t* const thresholds = rule.thresholds.data();
    auto count = hn::Zero(d);
    // Halves the range that is left, which may overlap, so that every lane takes as many steps.
    for (auto left = static_cast<std::int32_t>(rule.thresholds.size()); left > 0;) {
        const std::int32_t half = (left + 1) / 2;
        const auto middle = hn::GatherIndex(d, thresholds, hn::Add(count, hn::Set(d, half - 1)));
        count = hn::Add(count, hn::IfThenZeroElse(hn::Lt(current, middle), hn::Set(d, half)));
        left -= half;
    }
    return count;
}

template <FixedRule::Form form>
HWY_INLINE Sums code_of(const FixedRule& rule, Sums current) {
    const Sum d;
    const auto lowest = hn::Set(d, rule.lowest_code), largest = hn::Set(d, rule.largest_code);
    if constexpr (form == FixedRule::Form::shift) {
        const auto parity = hn::And(hn::ShiftRightSame(current, rule.shift), hn::Set(d, 1));
        const auto rounded = hn::Add(hn::Add(current, parity), hn::Set(d, (1 << (rule.shift - 1)) - 1));
        return hn::Min(hn::Max(hn::ShiftRightSame(rounded, rule.shift), lowest), largest);
    } else if constexpr (form == FixedRule::Form::scale || form == FixedRule::Form::near) {
        const Real real;
        const auto scaled = hn::Mul(hn::ConvertTo(real, current), hn::Set(real, static_cast<float>(rule.scale)));
        const auto guess = hn::NearestInt(hn::Add(scaled, hn::Set(real, static_cast<float>(rule.bias))));
        auto code = hn::Min(hn::Max(guess, lowest), largest);
        for (int step = 0; form == FixedRule::Form::near && step < rule.behind; ++step) {
            const auto next = hn::GatherIndex(d, rule.thresholds.data(), hn::Sub(code, lowest));
            code = hn::Add(code, hn::IfThenZeroElse(hn::Lt(current, next), hn::Set(d, 1)));
        }
        return code;
    } else {
        return hn::Add(reached(rule, current), lowest);
    }
}

/// One token through kVectors vectors of columns from `at` on.
template <FixedRule::Form form, int reads>
HWY_INLINE std::uint64_t read_token(const AnalogStrip& strip, int token, std::size_t at) {
    const Sum d;
    const std::size_t lanes = hn::Lanes(d), inputs = std::size_t(token) * std::size_t(strip.pairs) * reads;
    HWY_ALIGN std::int32_t currents[kMostReads * kStripColumns], variances[kMostReads * kStripColumns];
    sum_rows<reads>(strip.inputs + inputs, strip.cells, strip.pairs, at, currents);
    if (strip.noise) {
        if (strip.noise->variances) sum_rows<reads>(strip.squares + inputs, strip.noise->variances, strip.pairs, at, variances);
        if (strip.noise->largest > 0.0f) add_noise(strip, token, at, variances, currents);
        if (strip.noise->telegraph) hold_back(strip, strip.inputs + inputs, token, at, currents);
    }
    std::uint64_t clipped = 0;
    for (int v = 0; v < kVectors; ++v) {
        const std::size_t column = at + std::size_t(v) * lanes;
        const auto in_use = hn::FirstN(d, std::size_t(strip.columns) > column ? std::size_t(strip.columns) - column : 0);
        const auto offsets = strip.offsets ? hn::LoadU(d, strip.offsets + column) : hn::Zero(d);
        auto total = hn::Zero(d);
        for (int r = 0; r < reads; ++r) {
            const FixedRule& rule = *strip.rules[std::size_t(r)];
            const auto current = hn::Add(hn::Load(d, currents + std::size_t(r * kVectors + v) * lanes), offsets);
            if (strip.may_clip) {
                const auto lowest = hn::Set(d, rule.lowest_kept), largest = hn::Set(d, rule.largest_kept);
                const auto outside = hn::Or(hn::Lt(current, lowest), hn::Gt(current, largest));
                clipped += hn::CountTrue(d, hn::And(outside, in_use));
            }
            const auto code = code_of<form>(rule, current);
            if (strip.codes) hn::StoreU(code, d, strip.codes + (std::size_t(token) * reads + std::size_t(r)) * kStripColumns + column);
            const auto kept = hn::Sub(code, hn::Set(d, strip.background[token * reads + r]));
            total = hn::Add(total, hn::Mul(kept, hn::Set(d, static_cast<std::int32_t>(strip.reads[std::size_t(r)].weight()))));
        }
        std::int32_t* const sums = strip.sums + std::size_t(token) * strip.sums_stride + column;
        hn::StoreU(hn::Add(hn::LoadU(d, sums), hn::Mul(total, hn::LoadU(d, strip.weights + column))), d, sums);
    }
    return clipped;
}

template <FixedRule::Form form, int reads>
std::uint64_t read_tokens(const AnalogStrip& strip) {
    std::uint64_t clipped = 0;
    for (std::size_t at = 0; at < kStripColumns; at += kVectors * hn::Lanes(Sum()))
        for (int token = 0; token < strip.tokens; ++token) clipped += read_token<form, reads>(strip, token, at);
    return clipped;
}

template <FixedRule::Form form>
std::uint64_t read_by_form(const AnalogStrip& strip) {
    switch (strip.reads.size()) {
        case 8:
            return read_tokens<form, 8>(strip);
        case 7:
            return read_tokens<form, 7>(strip);
        case 6:
            return read_tokens<form, 6>(strip);
        case 5:
            return read_tokens<form, 5>(strip);
        case 4:
            return read_tokens<form, 4>(strip);
        case 3:
            return read_tokens<form, 3>(strip);
        default:
            return read_tokens<form, 2>(strip);
    }
}

/// The form of all reads' rules; every rule has its thresholds.
FixedRule::Form common_form(const AnalogStrip& strip) {
    const FixedRule::Form form = strip.rules.front()->form;
    for (std::size_t r = 1; r < strip.reads.size(); ++r)
        if (strip.rules[r]->form != form) return FixedRule::Form::thresholds;
    return form;
}

std::uint64_t read_analog_strip(const AnalogStrip& strip) {
    switch (common_form(strip)) {
        case FixedRule::Form::shift:
            return read_by_form<FixedRule::Form::shift>(strip);
        case FixedRule::Form::scale:
            return read_by_form<FixedRule::Form::scale>(strip);
        case FixedRule::Form::near:
            return read_by_form<FixedRule::Form::near>(strip);
        case FixedRule::Form::thresholds:
            break;
    }
    return read_by_form<FixedRule::Form::thresholds>(strip);
}

#endif

}  // namespace berth::crossbar::HWY_NAMESPACE
#if HWY_TARGET == HWY_AVX3_DL
#pragma GCC pop_options
#endif
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace berth::crossbar {

HWY_EXPORT(read_analog_strip);

std::uint64_t read_strip(const AnalogStrip& strip) { return HWY_DYNAMIC_DISPATCH(read_analog_strip)(strip); }

}  // namespace berth::crossbar
#endif

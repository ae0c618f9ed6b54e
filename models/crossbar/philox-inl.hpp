// SPDX-License-Identifier: Apache-2.0
// Philox on whole vectors, lane by lane the same as models/core/philox.hpp. Included once for each target.
#if defined(BERTH_CROSSBAR_PHILOX_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef BERTH_CROSSBAR_PHILOX_INL_HPP
#undef BERTH_CROSSBAR_PHILOX_INL_HPP
#else
#define BERTH_CROSSBAR_PHILOX_INL_HPP
#endif

#include <hwy/highway.h>

#include <array>
#include <cstdint>

// A processor without vectors has no pairs of lanes to multiply into 64 bits.
#if HWY_TARGET != HWY_SCALAR
HWY_BEFORE_NAMESPACE();
namespace berth::crossbar::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// The four words of a counter in each 64-bit lane's lower half; what is above means nothing.
template <class Wide>
struct HalfCounters {
    hn::Vec<Wide> word0, word1, word2, word3;
};

/// The keys of all rounds, a 64-bit lane each.
struct RoundKeys {
    std::uint64_t first[10], second[10];

    explicit RoundKeys(std::array<std::uint32_t, 2> key) {
        for (std::uint32_t round = 0; round < 10; ++round) {
            first[round] = key[0] + round * 0x9E3779B9u;
            second[round] = key[1] + round * 0xBB67AE85u;
        }
    }
};

template <class Wide>
HWY_INLINE HalfCounters<Wide> philox_halves(HalfCounters<Wide> c, const RoundKeys& keys) {
    const hn::Repartition<std::uint32_t, Wide> words;
    const Wide wide;
    const auto low_factor = hn::BitCast(words, hn::Set(wide, std::uint64_t{0xD2511F53u}));
    const auto high_factor = hn::BitCast(words, hn::Set(wide, std::uint64_t{0xCD9E8D57u}));
    for (int round = 0; round < 10; ++round) {
        const auto low = hn::MulEven(hn::BitCast(words, c.word0), low_factor);
        const auto high = hn::MulEven(hn::BitCast(words, c.word2), high_factor);
        c.word0 = hn::Xor3(hn::ShiftRight<32>(high), c.word1, hn::Set(wide, keys.first[round]));
        c.word1 = high;
        c.word2 = hn::Xor3(hn::ShiftRight<32>(low), c.word3, hn::Set(wide, keys.second[round]));
        c.word3 = low;
    }
    return c;
}

template <class Word>
struct Words4 {
    hn::Vec<Word> word0, word1, word2, word3;
};

/// philox({first[lane], second, third, fourth}, key) for every lane of 32-bit numbers, where `keys` are those of key.
template <class Word>
HWY_INLINE Words4<Word> philox_words(hn::Vec<Word> first, std::uint32_t second, std::uint32_t third, std::uint32_t fourth,
                                     const RoundKeys& keys) {
    const hn::Repartition<std::uint64_t, Word> wide;
    using Wide = decltype(wide);
    const Word d;
    const auto second_word = hn::Set(wide, std::uint64_t{second}), third_word = hn::Set(wide, std::uint64_t{third}),
               fourth_word = hn::Set(wide, std::uint64_t{fourth});
    const auto lanes = hn::BitCast(wide, first);
    const auto even = philox_halves<Wide>({lanes, second_word, third_word, fourth_word}, keys);
    const auto odd = philox_halves<Wide>({hn::ShiftRight<32>(lanes), second_word, third_word, fourth_word}, keys);
    const auto join = [d](hn::Vec<Wide> low, hn::Vec<Wide> high)
                          HWY_ATTR { return hn::OddEven(hn::BitCast(d, hn::ShiftLeft<32>(high)), hn::BitCast(d, low)); };
    return {join(even.word0, odd.word0), join(even.word1, odd.word1), join(even.word2, odd.word2), join(even.word3, odd.word3)};
}

}  // namespace berth::crossbar::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif

#endif

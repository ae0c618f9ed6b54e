// SPDX-License-Identifier: Apache-2.0
#include "workloads/tokenizer.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <stdexcept>

namespace berth::workloads {
namespace {

const std::vector<std::string> kVocabulary{
    "[PAD]",  "[UNK]", "[CLS]", "[SEP]", "[MASK]", "un",     "##aff",   "##able", "cafe", "caf\u00e9", "a", "##a",    "b",    ".", "$",
    "\u4e2d", "i",     "s",     "A",     "##b",    "\u00df", "i\u0307", "#",      "##s",  "[",         "]", "\u03c3", "mask", "-"};

TokenizerSettings settings() {
    TokenizerSettings made;
    made.vocabulary = kVocabulary;
    return made;
}

TokenizerSettings cased() {
    TokenizerSettings made = settings();
    made.lower_case = made.strip_accents = false;
    return made;
}

/// The pieces of a text, without [CLS] and [SEP].
std::vector<std::string> pieces(const std::string& text, const TokenizerSettings& with = settings()) {
    const Encoded encoded = Tokenizer(with).encode(text, std::nullopt);
    std::vector<std::string> names;
    for (std::size_t i = 1; i + 1 < encoded.ids.size(); ++i) names.push_back(kVocabulary[std::size_t(encoded.ids[i])]);
    return names;
}

using Pieces = std::vector<std::string>;

TEST(Tokenizer, TakesTheLongestPieceFirst) {
    EXPECT_EQ(pieces("unaffable"), (Pieces{"un", "##aff", "##able"}));
    EXPECT_EQ(pieces("un affable"), (Pieces{"un", "[UNK]"})) << "a word with an unknown part is unknown as a whole";
    EXPECT_EQ(pieces("aab"), (Pieces{"a", "##a", "##b"}));
}

TEST(Tokenizer, LowersCaseAndStripsAccentsWhereAskedTo) {
    EXPECT_EQ(pieces("CAF\u00c9 cafe\u0301"), (Pieces{"cafe", "cafe"}));
    EXPECT_EQ(pieces("caf\u00e9 A", cased()), (Pieces{"caf\u00e9", "A"}));
    EXPECT_EQ(pieces("CAFE", cased()), (Pieces{"[UNK]"}));
    TokenizerSettings accents = settings();
    accents.strip_accents = false;
    EXPECT_EQ(pieces("CAF\u00c9", accents), (Pieces{"caf\u00e9"}));
}

TEST(Tokenizer, LowersCaseByCodePoint) {
    TokenizerSettings accents = settings();
    accents.strip_accents = false;
    EXPECT_EQ(pieces("\u0130", accents), (Pieces{"i\u0307"})) << "I with a dot above becomes i and a dot above";
    EXPECT_EQ(pieces("\u0130"), (Pieces{"i"})) << "and the dot goes with the accents";
    EXPECT_EQ(pieces("\u1e9e"), (Pieces{"\u00df"}));
    EXPECT_EQ(pieces("\u03a3"), (Pieces{"\u03c3"})) << "no final sigma";
}

TEST(Tokenizer, DropsControlCharactersAndSplitsAtSpaces) {
    EXPECT_EQ(pieces(std::string("u\0n", 3)), (Pieces{"un"}));
    EXPECT_EQ(pieces("u\u00adn \ufeffa\u200d \ue000b"), (Pieces{"un", "a", "b"}));
    EXPECT_EQ(pieces("u\xff\xfen"), (Pieces{"un"})) << "bytes that are not UTF-8 go";
    EXPECT_EQ(pieces("a\tb\nb\ra\u00a0b\u3000a\u2028b"), (Pieces{"a", "b", "b", "a", "b", "a", "b"}));
    EXPECT_EQ(pieces(" \t "), Pieces{});
    EXPECT_EQ(pieces(""), Pieces{});
}

TEST(Tokenizer, SetsPunctuationAndChineseApart) {
    EXPECT_EQ(pieces("a.b$a"), (Pieces{"a", ".", "b", "$", "a"})) << "ASCII symbols count as punctuation";
    EXPECT_EQ(pieces("##s"), (Pieces{"#", "#", "s"}));
    EXPECT_EQ(pieces("a\u4e2db"), (Pieces{"a", "\u4e2d", "b"}));
    TokenizerSettings joined = settings();
    joined.tokenize_chinese = false;
    EXPECT_EQ(pieces("a\u4e2db", joined), (Pieces{"[UNK]"}));
}

TEST(Tokenizer, GivesUpOnWordsOfMoreThanAHundredCharacters) {
    EXPECT_EQ(pieces(std::string(100, 'a')).size(), 100U);
    EXPECT_EQ(pieces(std::string(101, 'a')), (Pieces{"[UNK]"}));
    std::string accented;
    for (int i = 0; i < 100; ++i) accented += "\u00e4";
    EXPECT_EQ(pieces(accented).size(), 100U) << "characters count, not bytes";
}

TEST(Tokenizer, KnowsSpecialTokensInText) {
    EXPECT_EQ(pieces("a[MASK]b [SEP]"), (Pieces{"a", "[MASK]", "b", "[SEP]"}));
    EXPECT_EQ(pieces("[mask] [[UNK]"), (Pieces{"[", "mask", "]", "[", "[UNK]"})) << "in their own spelling alone";
}

TEST(Tokenizer, MarksThePairsSegments) {
    const Encoded encoded = Tokenizer(settings()).encode("a b", "a");
    EXPECT_EQ(encoded.ids, (std::vector<std::int32_t>{2, 10, 12, 3, 10, 3}));
    EXPECT_EQ(encoded.segments, (std::vector<std::int32_t>{0, 0, 0, 0, 1, 1}));
    EXPECT_EQ(Tokenizer(settings()).encode("", "").ids, (std::vector<std::int32_t>{2, 3, 3}));
}

std::string words(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += "a ";
    return text;
}

/// Pieces kept of a first and a second text.
std::pair<std::size_t, std::size_t> kept(std::size_t first, std::size_t second, int limit) {
    const Encoded encoded = Tokenizer(settings()).encode(words(first), words(second), limit);
    const auto ones = static_cast<std::size_t>(std::count(encoded.segments.begin(), encoded.segments.end(), 1));
    return {encoded.ids.size() - ones - 2, ones - 1};
}

TEST(Tokenizer, TruncatesTheLongerTextFirst) {
    using Kept = std::pair<std::size_t, std::size_t>;
    EXPECT_EQ(kept(10, 2, 11), Kept(6, 2));
    EXPECT_EQ(kept(2, 10, 11), Kept(2, 6));
    EXPECT_EQ(kept(10, 10, 11), Kept(4, 4));
    EXPECT_EQ(kept(10, 10, 12), Kept(4, 5)) << "of an odd room the second gets more on a tie";
    EXPECT_EQ(kept(11, 10, 12), Kept(5, 4)) << "and the first when it is the longer";
    EXPECT_EQ(kept(3, 3, 12), Kept(3, 3));
    EXPECT_EQ(Tokenizer(settings()).encode(words(10), std::nullopt, 5).ids, (std::vector<std::int32_t>{2, 10, 10, 10, 3}));
}

TEST(Tokenizer, NeedsRoomForItsSpecialTokensAndTheTokensThemselves) {
    const Tokenizer tokenizer(settings());
    EXPECT_EQ(tokenizer.encode("a", std::nullopt, 2).ids.size(), 2U);
    EXPECT_THROW((void)tokenizer.encode("a", std::nullopt, 1), std::invalid_argument);
    EXPECT_THROW((void)tokenizer.encode("a", "b", 2), std::invalid_argument);
    TokenizerSettings lacking = settings();
    lacking.vocabulary[2] = "CLS";
    EXPECT_THROW(Tokenizer{lacking}, std::invalid_argument);
}

TEST(Tokenizer, TruncationFillsTheRoomAndSparesTheShorter) {
    EXPECT_TRUE(rc::check([] {
        const auto first = *rc::gen::inRange<std::size_t>(0, 40), second = *rc::gen::inRange<std::size_t>(0, 40);
        const auto room = *rc::gen::inRange<std::size_t>(0, 60);
        const auto [left, right] = kept(first, second, static_cast<int>(room) + 3);
        RC_ASSERT(left <= first && right <= second);
        RC_ASSERT(left + right == std::min(first + second, room));
        const bool even = left + 1 >= right && right + 1 >= left;
        if (first <= second) RC_ASSERT(left == first || even);
        if (second <= first) RC_ASSERT(right == second || even);
    }));
}

TEST(Tokenizer, AnyBytesGiveAWellFormedSentenceWithinTheLimit) {
    const Tokenizer tokenizer(settings());
    EXPECT_TRUE(rc::check([&](const std::string& first, const std::string& second) {
        const int limit = *rc::gen::inRange(3, 24);
        const bool pair = *rc::gen::arbitrary<bool>();
        const Encoded encoded = tokenizer.encode(first, pair ? std::optional(second) : std::nullopt, limit);
        RC_ASSERT(encoded.ids.size() <= std::size_t(limit));
        RC_ASSERT(encoded.ids.size() == encoded.segments.size());
        RC_ASSERT(encoded.ids.front() == 2 && encoded.ids.back() == 3);
        RC_ASSERT(std::is_sorted(encoded.segments.begin(), encoded.segments.end()));
        for (const std::int32_t id : encoded.ids) RC_ASSERT(id >= 0 && id < std::int32_t(kVocabulary.size()));
    }));
}

}  // namespace
}  // namespace berth::workloads

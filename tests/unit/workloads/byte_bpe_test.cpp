// SPDX-License-Identifier: Apache-2.0
#include "workloads/byte_bpe.hpp"

#include "tests/unit/workloads/small_architectures.hpp"
#include "workloads/tokenizer.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>
#include <stdexcept>

namespace berth::workloads {
namespace {

using Words = std::vector<std::string>;

Words words(std::string_view text) {
    Words split;
    for (const std::string_view word : split_byte_words(text)) split.emplace_back(word);
    return split;
}

/// U+0120, the letter of a space.
const std::string kSpace = "\u0120";

TokenizerSettings settings(const Words& pieces, const Words& merges, bool prefix_space = false) {
    TokenizerSettings made;
    made.kind = TokenizerKind::byte_bpe;
    made.vocabulary = test::byte_vocabulary(pieces);
    made.merges = merges;
    made.pair_segments = false;
    made.prefix_space = prefix_space;
    return made;
}

/// The pieces of a sentence without <s> and </s>.
Words pieces(const std::string& text, const TokenizerSettings& with) {
    const Encoded encoded = Tokenizer(with).encode(text, std::nullopt);
    Words names;
    for (std::size_t i = 1; i + 1 < encoded.ids.size(); ++i) names.push_back(with.vocabulary[std::size_t(encoded.ids[i])]);
    return names;
}

TEST(ByteLetters, AreTheBytesThatCanBeSeenAndOthersFrom256On) {
    const auto& letters = byte_letters();
    EXPECT_EQ(letters['A'], "A");
    EXPECT_EQ(letters[' '], kSpace);
    EXPECT_EQ(letters['\n'], "\u010a");
    EXPECT_EQ(letters[0], "\u0100");
    EXPECT_EQ(letters[0xad], "\u0143") << "the soft hyphen is the last of the invisible";
    EXPECT_EQ(letters[0xe9], "\u00e9");
    EXPECT_EQ(std::set<std::string>(letters.begin(), letters.end()).size(), 256U);
}

TEST(ByteWords, AreThoseOfTheGpt2Pattern) {
    EXPECT_EQ(words("don't we'll I'D"), (Words{"don", "'t", " we", "'ll", " I", "'", "D"}));
    EXPECT_EQ(words("rock 'n' roll's"), (Words{"rock", " '", "n", "'", " roll", "'s"}));
    EXPECT_EQ(words("a1b2 x\u00b2"), (Words{"a", "1", "b", "2", " x", "\u00b2"}));
    EXPECT_EQ(words("$3.50?!"), (Words{"$", "3", ".", "50", "?!"}));
    EXPECT_EQ(words("e\u0301t"), (Words{"e", "\u0301", "t"})) << "a combining mark is no letter";
    EXPECT_EQ(words("\u4e2d\u6587\uff0ca"), (Words{"\u4e2d\u6587", "\uff0c", "a"}));
}

TEST(ByteWords, LeaveTheLastSpaceToTheNextWord) {
    EXPECT_EQ(words("a  b"), (Words{"a", " ", " b"}));
    EXPECT_EQ(words("a   \nb"), (Words{"a", "   ", "\n", "b"})) << "only a plain space goes with a word";
    EXPECT_EQ(words("a \n"), (Words{"a", " \n"}));
    EXPECT_EQ(words("a\u00a0b"), (Words{"a", "\u00a0", "b"}));
    EXPECT_EQ(words("\u3000\u3000a"), (Words{"\u3000", "\u3000", "a"}));
    EXPECT_EQ(words(" "), (Words{" "}));
    EXPECT_EQ(words(""), Words{});
    EXPECT_EQ(words("a\x0b\x0c\u0085\x1fz"), (Words{"a", "\x0b\x0c", "\u0085", "\x1f", "z"})) << "0x1f is no white space of Unicode's";
}

TEST(ByteWords, MakeUpTheTextWhateverTheBytes) {
    EXPECT_TRUE(rc::check([] {
        const auto text =
            *rc::gen::container<std::string>(rc::gen::element('a', '1', ' ', '\'', 's', '\n', '\xc3', '\xa9', '\xff', '.', '\0'));
        std::string joined;
        for (const std::string& word : words(text)) {
            RC_ASSERT(!word.empty());
            joined += word;
        }
        RC_ASSERT(joined == text);
    }));
}

TEST(ByteBpe, JoinsTheMostUrgentNeighboursFirst) {
    const auto with = settings({"ab", "bc", "abc", "aa"}, {"b c", "a b", "a bc", "a a"});
    EXPECT_EQ(pieces("abc", with), (Words{"abc"})) << "b c before a b";
    EXPECT_EQ(pieces("abab", with), (Words{"ab", "ab"}));
    EXPECT_EQ(pieces("aaa", with), (Words{"aa", "a"})) << "leftmost first";
    EXPECT_EQ(pieces("ab c", with), (Words{"ab", kSpace, "c"})) << "never across words";
}

TEST(ByteBpe, TextsOfBytesComeBackFromTheirPieces) {
    const auto with = settings({"ab", "bc", "abc", kSpace + "a"}, {"b c", "a b", "a bc", kSpace + " a"});
    const ByteBpe bpe(with.vocabulary, with.merges, false);
    EXPECT_TRUE(rc::check([&] {
        const auto text = *rc::gen::container<std::string>(rc::gen::element('a', 'b', 'c', ' ', '\n', '\xc3', '\xff', '\0'));
        std::string joined;
        for (const std::int32_t id : bpe.pieces(text)) joined += with.vocabulary[std::size_t(id)];
        std::string expected;
        for (const char letter : text) expected += byte_letters()[static_cast<unsigned char>(letter)];
        RC_ASSERT(joined == expected);
    }));
}

TEST(ByteBpe, PutsASpaceInFrontWhereAskedTo) {
    const Words with_space{kSpace + "a"}, merges{kSpace + " a"};
    EXPECT_EQ(pieces("a", settings(with_space, merges)), (Words{"a"}));
    EXPECT_EQ(pieces("a", settings(with_space, merges, true)), with_space);
    EXPECT_EQ(pieces(" a", settings(with_space, merges, true)), with_space);
    EXPECT_EQ(pieces("", settings(with_space, merges, true)), Words{});
}

TEST(ByteBpe, TakesSpecialTokensInTheTextForThemselves) {
    const auto with = settings({}, {});
    EXPECT_EQ(pieces("a</s>b<pad>", with), (Words{"a", "</s>", "b", "<pad>"}));
    EXPECT_EQ(pieces("a <mask> b", with), (Words{"a", "<mask>", kSpace, "b"})) << "<mask> takes the space before it";
    EXPECT_EQ(pieces("a <s > <", with), (Words{"a", kSpace, "<", "s", kSpace, ">", kSpace, "<"}));
}

TEST(ByteBpe, PairsHaveTwoSeparatorsAndOneSegment) {
    const Tokenizer tokenizer(settings({}, {}));
    const auto id = [](char letter) { return static_cast<std::int32_t>(4 + letter); };
    const auto at = [&](std::size_t i, const Encoded& encoded) { return encoded.ids[i]; };
    const Encoded pair = tokenizer.encode("!", "!!");
    EXPECT_EQ(pair.ids, (std::vector<std::int32_t>{0, id('!'), 2, 2, id('!'), id('!'), 2}));
    EXPECT_EQ(pair.segments, std::vector<std::int32_t>(7, 0));
    const Encoded cut = tokenizer.encode("aaaa", "bb", 8);
    ASSERT_EQ(cut.ids.size(), 8U);
    EXPECT_EQ(at(1, cut), at(2, cut));
    EXPECT_EQ(at(3, cut), 2);
    EXPECT_EQ(at(4, cut), 2);
    EXPECT_EQ(tokenizer.encode("aaaa", std::nullopt, 4).ids.size(), 4U);
    EXPECT_THROW((void)tokenizer.encode("a", "b", 3), std::invalid_argument);
}

TEST(ByteBpe, ALongWordTakesNoMoreThanItsLengthInMerges) {
    const auto with = settings({"aa", "aaaa"}, {"a a", "aa aa"});
    const Encoded encoded = Tokenizer(with).encode(std::string(400000, 'a'), std::nullopt);
    EXPECT_EQ(encoded.ids.size(), 512U);
    EXPECT_EQ(with.vocabulary[std::size_t(encoded.ids[1])], "aaaa");
}

TEST(ByteBpe, SaysWhatIsWrongWithAMerge) {
    const Words vocabulary = test::byte_vocabulary({"ab"});
    EXPECT_FALSE(first_bad_merge(vocabulary, {"a b"}));
    for (const auto& [merge, fault] : {std::pair{"a", "is not two pieces"},
                                       {"a b c", "is not two pieces"},
                                       {" b", "is not two pieces"},
                                       {"", "is not two pieces"},
                                       {"a xy", "merges xy"},
                                       {"b a", "makes ba"}}) {
        const auto bad = first_bad_merge(vocabulary, {"a b", merge});
        ASSERT_TRUE(bad) << merge;
        EXPECT_EQ(bad->merge, 1U);
        EXPECT_EQ(bad->fault.find(fault), 0U) << bad->fault;
    }
    Words letterless = vocabulary;
    letterless[4 + '{'] = "other";
    EXPECT_FALSE(missing_from_byte_vocabulary(vocabulary));
    EXPECT_TRUE(missing_from_byte_vocabulary(letterless));
    EXPECT_EQ(missing_from_byte_vocabulary({"<s>", "<unk>"}), "</s>");
    EXPECT_THROW(ByteBpe(vocabulary, {"b a"}, false), std::invalid_argument);
    EXPECT_THROW(ByteBpe(letterless, {}, false), std::invalid_argument);
}

}  // namespace
}  // namespace berth::workloads

// SPDX-License-Identifier: Apache-2.0
#include "models/core/error.hpp"
#include "tests/unit/core/refusal.hpp"
#include "tests/unit/core/scratch.hpp"
#include "workloads/tokenizer.hpp"

#include <gtest/gtest.h>

namespace berth::workloads {
namespace {

using test::Scratch;

constexpr const char* kLines = "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n";

std::string refusal_of(const Scratch& scratch, int rows = 5, int positions = 16) {
    return test::refusal([&] { (void)read_tokenizer(scratch.path(), positions, rows); });
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(TokenizerSettings, TakesAPieceALine) {
    const Scratch scratch;
    scratch.file("vocab.txt", "[PAD]\r\n[UNK]\r\n[CLS]\r\n[SEP]\r\na");
    const TokenizerSettings read = read_tokenizer(scratch.path(), 16, 5);
    EXPECT_EQ(read.vocabulary, (std::vector<std::string>{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "a"}));
    EXPECT_TRUE(read.lower_case);
    EXPECT_TRUE(read.strip_accents);
    EXPECT_TRUE(read.tokenize_chinese);
    EXPECT_EQ(read.limit, 16);
}

TEST(TokenizerSettings, AccentsFollowTheCaseUnlessSaid) {
    const Scratch scratch;
    scratch.file("vocab.txt", kLines);
    scratch.file("tokenizer_config.json", R"({"do_lower_case": false, "tokenize_chinese_chars": false, "model_max_length": 9})");
    const TokenizerSettings cased = read_tokenizer(scratch.path(), 16, 5);
    EXPECT_FALSE(cased.lower_case);
    EXPECT_FALSE(cased.strip_accents);
    EXPECT_FALSE(cased.tokenize_chinese);
    EXPECT_EQ(cased.limit, 9);
    scratch.file("tokenizer_config.json",
                 R"({"do_lower_case": true, "strip_accents": false, "model_max_length": 1000000000000000019884624838656})");
    const TokenizerSettings accents = read_tokenizer(scratch.path(), 16, 5);
    EXPECT_TRUE(accents.lower_case);
    EXPECT_FALSE(accents.strip_accents);
    EXPECT_EQ(accents.limit, 16) << "no more than the positions";
}

TEST(TokenizerSettings, ReadsTokenizerJsonWhereThereIsNoVocabTxt) {
    const Scratch scratch;
    scratch.file("tokenizer.json", R"({"normalizer": {"lowercase": false, "strip_accents": null, "handle_chinese_chars": false},
        "model": {"type": "WordPiece", "vocab": {"a": 4, "[PAD]": 0, "[SEP]": 3, "[CLS]": 2, "[UNK]": 1}}})");
    const TokenizerSettings read = read_tokenizer(scratch.path(), 16, 5);
    EXPECT_EQ(read.vocabulary, (std::vector<std::string>{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "a"}));
    EXPECT_FALSE(read.lower_case);
    EXPECT_FALSE(read.strip_accents);
    EXPECT_FALSE(read.tokenize_chinese);
}

TEST(TokenizerSettings, NamesTheFaultOfTokenizerJson) {
    const Scratch scratch;
    for (const char* json : {R"({})", R"({"model": {"type": "BPE", "vocab": {"a": 0}}})", R"({"model": {"vocab": []}})",
                             R"({"model": {"vocab": {"a": 0, "b": 0}}})", R"({"model": {"vocab": {"a": 1}}})",
                             R"({"model": {"vocab": {"a": -1}}})", R"({"model": {"vocab": {"a": "0"}}})", R"([])", R"({)",
                             R"({"normalizer": {"lowercase": "yes"}, "model": {"vocab": {"a": 0}}})"}) {
        scratch.file("tokenizer.json", json);
        EXPECT_TRUE(has(refusal_of(scratch), "tokenizer.json")) << json;
    }
}

TEST(TokenizerSettings, NamesTheFaultOfTokenizerConfig) {
    const Scratch scratch;
    scratch.file("vocab.txt", kLines);
    for (const char* json : {R"({"do_lower_case": 1})", R"({"model_max_length": "512"})", R"({"model_max_length": -1})", R"([])", R"({)"}) {
        scratch.file("tokenizer_config.json", json);
        EXPECT_TRUE(has(refusal_of(scratch), "tokenizer_config.json")) << json;
    }
    scratch.file("tokenizer_config.json", R"({"model_max_length": 2})");
    EXPECT_TRUE(has(refusal_of(scratch), "allows 2 tokens"));
}

TEST(TokenizerSettings, HoldsTheVocabularyAgainstTheEmbeddings) {
    const Scratch scratch;
    EXPECT_TRUE(has(refusal_of(scratch), "vocab.txt: does not exist"));
    scratch.file("vocab.txt", kLines);
    EXPECT_EQ(refusal_of(scratch, 5), "accepted");
    EXPECT_EQ(refusal_of(scratch, 8), "accepted") << "rows padded to a multiple of 8";
    EXPECT_TRUE(has(refusal_of(scratch, 4), "has 5 pieces"));
    EXPECT_TRUE(has(refusal_of(scratch, 7), "has 5 pieces; expected 7"));
    EXPECT_TRUE(has(refusal_of(scratch, 8192), "has 5 pieces"));
    scratch.file("vocab.txt", "[PAD]\n[UNK]\nCLS\n[SEP]\na\n");
    EXPECT_TRUE(has(refusal_of(scratch), "vocab.txt: lacks [CLS]"));
    scratch.file("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n\xff\n");
    EXPECT_TRUE(has(refusal_of(scratch), "vocab.txt: byte 24 is not UTF-8"));
    scratch.file("vocab.txt", "");
    EXPECT_TRUE(has(refusal_of(scratch), "has 0 pieces"));
}

}  // namespace
}  // namespace berth::workloads

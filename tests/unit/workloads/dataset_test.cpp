// SPDX-License-Identifier: Apache-2.0
#include "workloads/dataset.hpp"

#include "models/core/error.hpp"
#include "tests/unit/core/refusal.hpp"
#include "tests/unit/core/scratch.hpp"
#include "workloads/encoded_dataset.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace berth::workloads {
namespace {

using test::Scratch;

DataSet read(const std::string& text) {
    const Scratch scratch;
    return read_dataset(scratch.file("d.tsv", text));
}

std::string refusal_of(const std::string& text) {
    return test::refusal([&] { read(text); });
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(DataSet, FindsItsColumnsInAnyOrder) {
    const DataSet data = read("id\tsentence2\tlabel\tsentence1\n7\tyes, it is\t2.5\tis it?\n");
    ASSERT_EQ(data.examples.size(), 1U);
    EXPECT_TRUE(data.labelled);
    EXPECT_EQ(data.examples[0].label, 2.5);
    EXPECT_EQ(data.examples[0].first, "is it?");
    EXPECT_EQ(data.examples[0].second, "yes, it is");
}

TEST(DataSet, TakesRowsAsTheyStand) {
    const DataSet data = read("\xef\xbb\xbfsentence1\r\n\"quoted\"\r\n\r\nlast");
    ASSERT_EQ(data.examples.size(), 3U);
    EXPECT_FALSE(data.labelled);
    EXPECT_FALSE(data.examples[0].label.has_value());
    EXPECT_EQ(data.examples[0].first, "\"quoted\"");
    EXPECT_EQ(data.examples[1].first, "") << "an empty line of a file of one column is an empty sentence";
    EXPECT_EQ(data.examples[2].first, "last");
    EXPECT_FALSE(data.examples[0].second.has_value());
}

TEST(DataSet, NamesLineAndFault) {
    struct Case {
        const char* text;
        const char* says;
    };
    for (const Case& one : {Case{"", "d.tsv: is empty"},
                            {"label\tsentence1\n", "d.tsv: has no rows"},
                            {"label\tfoo\n1\tx\n", "d.tsv:1: has no column sentence1"},
                            {"sentence1\tsentence1\nx\ty\n", "d.tsv:1: names the column sentence1 twice"},
                            {"label\tsentence1\n1\tx\n1\n", "d.tsv:3: has 1 fields"},
                            {"label\tsentence1\n1\tx\ty\n", "d.tsv:2: has 3 fields"},
                            {"label\tsentence1\n\n", "d.tsv:2: has 1 fields"},
                            {"label\tsentence1\nbad\thello\n", "d.tsv:2: label 'bad' is not a number"},
                            {"label\tsentence1\n\thello\n", "d.tsv:2: label '' is not a number"},
                            {"label\tsentence1\nnan\thello\n", "d.tsv:2: label 'nan' is not a number"},
                            {"label\tsentence1\n1e999\thello\n", "d.tsv:2: label '1e999' is not a number"},
                            {"label\tsentence1\n1\tx\n1\tab\xff\n", "d.tsv:3: byte 5 is not UTF-8"},
                            {"label\tsentence1\n1\t\xed\xa0\x80\n", "d.tsv:2: byte 3 is not UTF-8"}})
        EXPECT_TRUE(has(refusal_of(one.text), one.says)) << refusal_of(one.text);
}

TEST(DataSet, ChecksClassesAgainstTheModel) {
    const auto check = [](const char* label, int labels, bool regression) {
        const DataSet data = read(std::string("label\tsentence1\n0\tx\n") + label + "\ty\n");
        return test::refusal([&] { check_labels(data, labels, regression); });
    };
    EXPECT_EQ(check("2", 3, false), "accepted");
    EXPECT_TRUE(has(check("7", 2, false), "d.tsv:3: label 7 is out of range; expected a class from 0 to 1"));
    EXPECT_TRUE(has(check("-1", 2, false), "d.tsv:3: label -1 is"));
    EXPECT_TRUE(has(check("0.5", 2, false), "d.tsv:3: label 0.5 is"));
    EXPECT_EQ(check("0.5", 1, true), "accepted");
    EXPECT_EQ(test::refusal([] { check_labels(read("sentence1\nx\n"), 2, false); }), "accepted");
}

TEST(DataSet, GivesItsFirstRows) {
    const DataSet data = read("sentence1\na\nb\nc\n");
    EXPECT_EQ(data.first(2).examples.size(), 2U);
    EXPECT_EQ(data.first(2).examples[1].first, "b");
    EXPECT_EQ(data.first(0).examples.size(), 3U);
    EXPECT_EQ(data.first(9).examples.size(), 3U);
}

TEST(DataSet, FallsIntoTwoHalves) {
    EXPECT_TRUE(rc::check([] {
        const auto rows = *rc::gen::inRange<std::size_t>(2, 40);
        std::string text = "label\tsentence1\n";
        for (std::size_t row = 0; row < rows; ++row) text += "0\t" + std::to_string(row) + "\n";
        const DataSet data = read(text);
        const DataSet even = data.only(RowChoice::even), odd = data.only(RowChoice::odd);
        RC_ASSERT(even.examples.size() + odd.examples.size() == rows);
        for (std::size_t row = 0; row < rows; ++row) {
            const Example& example = (row % 2 == 0 ? even : odd).examples[row / 2];
            RC_ASSERT(example.first == std::to_string(row));
            RC_ASSERT(example.line == row + 2);
        }
        RC_ASSERT(data.only(RowChoice::all).examples.size() == rows);
    }));
    EXPECT_TRUE(has(test::refusal([] { (void)read("sentence1\nx\n").only(RowChoice::odd); }), "d.tsv: has no odd rows"));
    const DataSet wrong = read("label\tsentence1\n0\tx\n0\ty\n0\tz\n5\tu\n").only(RowChoice::odd);
    EXPECT_TRUE(has(test::refusal([&] { check_labels(wrong, 2, false); }), "d.tsv:5: label 5 is out of range")) << "the file's own line";
}

TEST(DataSet, KnowsItsHalvesByName) {
    for (const std::string& name : row_choice_names())
        EXPECT_EQ(row_choice_names()[static_cast<std::size_t>(row_choice_named(name, "--rows"))], name);
    EXPECT_TRUE(has(test::refusal([] { (void)row_choice_named("third", "--rows"); }), "--rows: is third; expected all, even or odd"));
}

TEST(DataSet, RandomBytesAreReadOrRefusedButNeverCrash) {
    EXPECT_TRUE(rc::check([](const std::string& noise) {
        refusal_of(noise);
        refusal_of("label\tsentence1\n" + noise);
    }));
}

TEST(EncodedDataSet, KeepsOrderAndCountsTokens) {
    TokenizerSettings settings;
    settings.vocabulary = {"[UNK]", "[CLS]", "[SEP]", "a", "b"};
    const Tokenizer tokenizer(settings);
    Threads threads(2);
    const DataSet data = read("label\tsentence1\n1\ta\n0\tb b\n");
    const auto encoded = encode_dataset(data, tokenizer, 1, threads);
    ASSERT_EQ(encoded.size(), 2U);
    EXPECT_EQ(encoded[1].ids, (std::vector<std::int32_t>{1, 4, 4, 2}));
    EXPECT_EQ(count_tokens(encoded), 7U);
    EXPECT_EQ(labels_of(data), (std::vector<double>{1, 0}));

    const DataSet pairs = read("sentence1\tsentence2\na\tb\n");
    EXPECT_EQ(encode_dataset(pairs, tokenizer, 2, threads)[0].ids, (std::vector<std::int32_t>{1, 3, 2, 4, 2}));
    EXPECT_TRUE(has(test::refusal([&] { (void)encode_dataset(pairs, tokenizer, 1, threads); }), "d.tsv: holds sentence pairs"));
}

}  // namespace
}  // namespace berth::workloads

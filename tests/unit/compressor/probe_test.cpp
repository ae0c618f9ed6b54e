// SPDX-License-Identifier: Apache-2.0
#include "compressor/probe.hpp"

#include "models/core/error.hpp"
#include "tests/unit/core/refusal.hpp"
#include "tests/unit/core/scratch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <set>

namespace berth::compressor {
namespace {

using workloads::RowChoice;
using RowSet = std::set<int>;

constexpr int kWords = 1000, kSpecial = 3;

/// Files in which row i is the word w<i>, so that ids say which rows were taken.
class Probing : public testing::Test {
protected:
    Probing() : tokenizer_(settings()) { config_.labels = 2; }

    /// Rows [begin, begin + count).
    [[nodiscard]] std::filesystem::path data(const std::string& name, int begin, int count) const {
        std::string text = "label\tsentence1\n";
        for (int row = begin; row < begin + count; ++row) text += std::to_string(row % 2) + "\tw" + std::to_string(row) + "\n";
        return folder_.file(name, text);
    }
    [[nodiscard]] RowSet probed(const TaskRequest& task) const {
        RowSet rows;
        for (const auto& sentence : read_probe(task, config_, tokenizer_).sentences) rows.insert(sentence.ids.at(1) - kSpecial);
        return rows;
    }
    [[nodiscard]] RowSet calibrated(const TaskRequest& task, std::size_t count) const {
        RowSet rows;
        for (const auto& sentence : calibration_sentences(task, count, tokenizer_)) rows.insert(sentence.ids.at(1) - kSpecial);
        return rows;
    }

    test::Scratch folder_;
    workloads::BertConfig config_;
    workloads::Tokenizer tokenizer_;

private:
    static workloads::TokenizerSettings settings() {
        workloads::TokenizerSettings settings;
        settings.vocabulary = {"[UNK]", "[CLS]", "[SEP]"};
        for (int word = 0; word < kWords; ++word) settings.vocabulary.push_back("w" + std::to_string(word));
        return settings;
    }
};

RowSet common(const RowSet& a, const RowSet& b) {
    RowSet both;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::inserter(both, both.end()));
    return both;
}

bool all(const RowSet& rows, int parity) {
    return std::all_of(rows.begin(), rows.end(), [parity](int row) { return row % 2 == parity; });
}

TEST_F(Probing, MeasuresOnRowsThatAreNotCalibratedOn) {
    const TaskRequest task{"t", "", data("d.tsv", 0, 400), ""};
    EXPECT_EQ(probed(task).size(), kProbeSentences);
    EXPECT_EQ(calibrated(task, kWords).size(), 400 - kProbeSentences);
    EXPECT_TRUE(common(probed(task), calibrated(task, kWords)).empty());
    EXPECT_EQ(calibrated(task, 20).size(), 20U);
}

TEST_F(Probing, LeavesTheOtherHalfAlone) {
    for (const RowChoice rows : {RowChoice::even, RowChoice::odd}) {
        const TaskRequest task{"t", "", data("d.tsv", 0, 400), "", {}, rows};
        const int parity = rows == RowChoice::even ? 0 : 1;
        EXPECT_TRUE(all(probed(task), parity));
        EXPECT_TRUE(all(calibrated(task, kWords), parity));
        EXPECT_EQ(calibrated(task, kWords).size(), 200 - kProbeSentences);
    }
}

TEST_F(Probing, MeasuresOnRowsOfAFileOfTheirOwn) {
    TaskRequest task{"t", "", data("d.tsv", 0, 200), "", data("held_out.tsv", 500, 100), RowChoice::odd};
    EXPECT_EQ(probed(task).size(), 50U);
    EXPECT_GE(*probed(task).begin(), 500);
    EXPECT_TRUE(all(probed(task), 1));
    EXPECT_EQ(calibrated(task, kWords).size(), 200U) << "every row of data is free for calibrating";
    const std::string before = read_probe(task, config_, tokenizer_).data_sha256;
    task.measure = data("held_out.tsv", 501, 100);
    EXPECT_NE(read_probe(task, config_, tokenizer_).data_sha256, before);
    task.measure = folder_.file("bare.tsv", "sentence1\nw1\nw2\n");
    EXPECT_NE(test::refusal([&] { (void)probed(task); }).find("bare.tsv: has no labels"), std::string::npos);
}

TEST_F(Probing, CalibratesOnWhatItMeasuresWhereThereIsNothingElse) {
    const TaskRequest task{"t", "", data("d.tsv", 0, 10), ""};
    EXPECT_EQ(probed(task).size(), 10U);
    EXPECT_EQ(calibrated(task, kWords), probed(task));
}

}  // namespace
}  // namespace berth::compressor

// SPDX-License-Identifier: Apache-2.0
#include "models/core/json.hpp"
#include "tests/shared.hpp"
#include "workloads/dataset.hpp"
#include "workloads/reference.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace berth::workloads {
namespace {

constexpr double kTolerance = 2e-3;

/// Sentences of a golden file as our tokenizer gives them, each held against the golden's ids.
class GoldenLogits : public testing::TestWithParam<std::string> {
protected:
    void run(const std::filesystem::path& shared, const boost::json::object& golden) {
        const auto* adapter = golden.if_contains("adapter");
        const Checkpoint checkpoint(shared / std::string((adapter ? *adapter : golden.at("model")).as_string()));
        const auto& config = checkpoint.config();
        const Tokenizer tokenizer(read_tokenizer(checkpoint.tokenizer_directory(), config));
        const auto* data = golden.if_contains("data");
        if (data) data_ = read_dataset(shared / std::string(data->as_string()));

        std::vector<Encoded> sentences;
        for (const auto& one : golden.at("cases").as_array()) {
            const Example example = example_of(one.as_object());
            sentences.push_back(tokenizer.encode(example.first, example.second, golden.at("max_len").to_number<int>()));
            EXPECT_EQ(sentences.back().ids, boost::json::value_to<std::vector<std::int32_t>>(one.at("ids"))) << example.first;
        }
        const Reference reference(std::make_shared<const BertWeights>(read_bert_weights(checkpoint, Head::classifier)));
        Threads threads(2);
        compare(reference.logits(sentences, threads), golden.at("cases").as_array(), std::size_t(config.labels));
    }

private:
    [[nodiscard]] Example example_of(const boost::json::object& one) const {
        if (const auto* row = one.if_contains("row")) return data_.examples.at(row->to_number<std::size_t>());
        const auto* second = one.if_contains("b");
        return {{}, std::string(one.at("a").as_string()), second ? std::optional(std::string(second->as_string())) : std::nullopt};
    }

    static void compare(const std::vector<float>& logits, const boost::json::array& cases, std::size_t labels) {
        ASSERT_EQ(logits.size(), cases.size() * labels);
        for (std::size_t i = 0; i < logits.size(); ++i) {
            const double expected = cases[i / labels].at("logits").at(i % labels).to_number<double>();
            EXPECT_NEAR(logits[i], expected, kTolerance) << "case " << i / labels << " label " << i % labels;
        }
    }

    DataSet data_;
};

TEST_P(GoldenLogits, AgreeWithAPublicImplementation) {
    const auto shared = test::shared();
    if (!shared) GTEST_SKIP() << "skipped: no ../shared";
    run(*shared, read_json(*shared / "golden" / (GetParam() + ".json")).as_object());
}

INSTANTIATE_TEST_SUITE_P(Checkpoints, GoldenLogits,
                         testing::Values("logits-minilm-cola", "logits-minilm-mpqa", "logits-minilm-mrpc", "logits-minilm-sicke",
                                         "logits-minilm-sst2", "logits-minilm-stsb", "logits-minilm-subj", "logits-minilm-trec",
                                         "logits-tiny-cola", "logits-tiny-mpqa", "logits-tiny-mrpc", "logits-tiny-sicke",
                                         "logits-tiny-sst2", "logits-tiny-stsb", "logits-tiny-subj", "logits-tiny-trec",
                                         "logits-tiny-lora-subj", "arch-bert-cased", "arch-distilbert", "arch-roberta"),
                         [](const auto& test) {
                             std::string name = test.param;
                             for (char& letter : name)
                                 if (letter == '-') letter = '_';
                             return name;
                         });

TEST(GoldenCheckpoints, ABodyWithoutPrefixReadsLikeOneWithIt) {
    const auto shared = test::shared();
    if (!shared) GTEST_SKIP() << "skipped: no ../shared";
    const BertWeights bare = read_bert_weights(Checkpoint(*shared / "models/arch/bert-cased-base"), Head::none);
    const BertWeights whole = read_bert_weights(Checkpoint(*shared / "models/arch/bert-cased"), Head::classifier);
    EXPECT_EQ(bare.words, whole.words);
    EXPECT_EQ(bare.pooler.weight, whole.pooler.weight);
    EXPECT_TRUE(bare.classifier.weight.empty());
}

}  // namespace
}  // namespace berth::workloads

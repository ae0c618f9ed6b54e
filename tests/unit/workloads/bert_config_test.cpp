// SPDX-License-Identifier: Apache-2.0
#include "workloads/bert_config.hpp"

#include "models/core/error.hpp"
#include "tests/unit/core/refusal.hpp"
#include "tests/unit/workloads/small_bert.hpp"

#include <gtest/gtest.h>

namespace berth::workloads {
namespace {

BertConfig read(const boost::json::object& config) {
    const test::Scratch scratch;
    return read_bert_config(scratch.file("config.json", boost::json::serialize(config)));
}

boost::json::object with(const char* key, boost::json::value value) {
    boost::json::object config = test::SmallBert().config;
    config[key] = std::move(value);
    return config;
}

TEST(BertConfig, ReadsShapeAndHead) {
    const BertConfig config = read(with("finetuning_task", "trec"));
    EXPECT_EQ(config.hidden, 12);
    EXPECT_EQ(config.layers, 2);
    EXPECT_EQ(config.heads, 2);
    EXPECT_EQ(config.intermediate, 20);
    EXPECT_EQ(config.vocabulary, 10);
    EXPECT_EQ(config.positions, 16);
    EXPECT_EQ(config.segments, 2);
    EXPECT_EQ(config.norm_epsilon, 1e-12);
    EXPECT_EQ(config.labels, 3);
    EXPECT_EQ(config.gelu, Gelu::erf);
    EXPECT_FALSE(config.regression);
    EXPECT_EQ(config.finetuning_task, "trec");
    EXPECT_EQ(read(with("hidden_act", "gelu_new")).gelu, Gelu::tanh);
}

TEST(BertConfig, CountsLabelsFromNamesAndTakesTwoWhereNothingIsSaid) {
    boost::json::object named = with("id2label", {{"0", "no"}, {"1", "yes"}, {"2", "so-so"}, {"3", "what"}});
    EXPECT_TRUE(read(named).label_names.empty()) << "names for another number of labels are no names";
    named.erase("num_labels");
    EXPECT_EQ(read(named).labels, 4);
    EXPECT_EQ(read(named).label_names[3], "what");
    named.erase("id2label");
    EXPECT_EQ(read(named).labels, 2);
}

TEST(BertConfig, OneLabelIsARegressionUnlessItSaysOtherwise) {
    EXPECT_TRUE(read(with("num_labels", 1)).regression);
    boost::json::object one = with("num_labels", 1);
    one["problem_type"] = "regression";
    EXPECT_TRUE(read(one).regression);
    one["problem_type"] = "single_label_classification";
    EXPECT_FALSE(read(one).regression);
    one["problem_type"] = nullptr;
    EXPECT_TRUE(read(one).regression);
}

TEST(BertConfig, NamesFileKeyAndFault) {
    struct Case {
        const char* key;
        boost::json::value value;
    };
    const std::vector<Case> wrong{{"model_type", "albert"},
                                  {"model_type", 3},
                                  {"hidden_act", "relu"},
                                  {"position_embedding_type", "relative_key"},
                                  {"hidden_size", nullptr},
                                  {"hidden_size", 0},
                                  {"hidden_size", 13},
                                  {"hidden_size", 1e30},
                                  {"hidden_size", "12"},
                                  {"num_hidden_layers", 1000000000},
                                  {"num_attention_heads", -2},
                                  {"vocab_size", 2.5},
                                  {"layer_norm_eps", nullptr},
                                  {"layer_norm_eps", -1},
                                  {"layer_norm_eps", "small"},
                                  {"num_labels", 0},
                                  {"problem_type", "regression"},
                                  {"problem_type", "multi_label_classification"},
                                  {"id2label", "x"},
                                  {"id2label", {{"1", "x"}}}};
    for (const Case& one : wrong) {
        const std::string message = test::refusal([&] { read(with(one.key, one.value)); });
        EXPECT_NE(message.find(std::string("config.json:") + one.key), message.npos) << one.key << ": " << message;
    }
    const test::Scratch scratch;
    EXPECT_NE(test::refusal([&] { (void)read_bert_config(scratch.file("config.json", "[1]")); }).find("not a JSON object"),
              std::string::npos);
    EXPECT_NE(test::refusal([&] { (void)read_bert_config(scratch.file("config.json", "{")); }).find("is not JSON"), std::string::npos);
}

}  // namespace
}  // namespace berth::workloads

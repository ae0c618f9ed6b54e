// SPDX-License-Identifier: Apache-2.0
#include "workloads/checkpoint.hpp"

#include "models/core/error.hpp"
#include "tests/unit/core/refusal.hpp"
#include "tests/unit/workloads/small_bert.hpp"
#include "workloads/bert_weights.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace berth::workloads {
namespace {

using test::Scratch;
using test::SmallBert;

const std::string kQuery = "bert.encoder.layer.1.attention.self.query.weight";

std::string refusal_of(const SmallBert& bert) {
    const Scratch scratch;
    bert.write(scratch);
    return test::refusal([&] { (void)read_bert_weights(Checkpoint(scratch.path()), Head::classifier); });
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

void rename(SmallBert& bert, const std::string& from, const std::string& to) {
    std::map<std::string, test::Tensor> renamed;
    for (const auto& [name, tensor] : bert.tensors) {
        std::string changed = name;
        if (const auto at = changed.find(from); at != changed.npos) changed.replace(at, from.size(), to);
        renamed[changed] = tensor;
    }
    bert.tensors = renamed;
}

TEST(Checkpoint, ReadsEveryWeightOfABert) {
    const Scratch scratch;
    const SmallBert bert;
    const BertWeights weights = read_bert_weights(Checkpoint(bert.write(scratch)), Head::classifier);
    ASSERT_EQ(weights.layers.size(), 2U);
    const LinearWeights& query = weights.layers[1][Matrix::query];
    EXPECT_EQ(query.out, SmallBert::kHidden);
    EXPECT_EQ(test::bytes_of(query.weight), bert.tensors.at(kQuery).bytes);
    EXPECT_EQ(weights.layers[0][Matrix::output].in, SmallBert::kWide);
    EXPECT_EQ(weights.classifier.out, SmallBert::kLabels);
}

TEST(Checkpoint, TakesNamesWithoutThePrefixAndTheOldNamesOfNorms) {
    const Scratch scratch, plain;
    SmallBert bert;
    const BertWeights expected = read_bert_weights(Checkpoint(bert.write(plain)), Head::classifier);
    rename(bert, "bert.", "");
    rename(bert, "LayerNorm.weight", "LayerNorm.gamma");
    rename(bert, "LayerNorm.bias", "LayerNorm.beta");
    const Checkpoint checkpoint(bert.write(scratch));
    EXPECT_TRUE(checkpoint.has("embeddings.LayerNorm.weight"));
    EXPECT_FALSE(checkpoint.has("embeddings.LayerNorm.scale"));
    const BertWeights weights = read_bert_weights(checkpoint, Head::classifier);
    EXPECT_EQ(weights.embedding_norm.gamma, expected.embedding_norm.gamma);
    EXPECT_EQ(weights.layers[1].output_norm.beta, expected.layers[1].output_norm.beta);
    EXPECT_EQ(weights.pooler.weight, expected.pooler.weight);
}

TEST(Checkpoint, ReadsShardsThatAnIndexLists) {
    const Scratch scratch;
    const SmallBert bert;
    bert.write(scratch);
    std::filesystem::remove(scratch.path() / "model.safetensors");
    boost::json::object map;
    std::map<std::string, test::Tensor> halves[2];
    for (const auto& [name, tensor] : bert.tensors) {
        const int half = name == "classifier.weight" ? 1 : 0;
        halves[half][name] = tensor;
        map[name] = half ? "two.safetensors" : "one.safetensors";
    }
    scratch.file("one.safetensors", test::safetensors(halves[0]));
    scratch.file("two.safetensors", test::safetensors(halves[1]));
    scratch.file("model.safetensors.index.json", boost::json::serialize(boost::json::object{{"weight_map", map}}));
    const Checkpoint checkpoint(scratch.path());
    const BertWeights weights = read_bert_weights(checkpoint, Head::classifier);
    EXPECT_EQ(test::bytes_of(weights.classifier.weight), bert.tensors.at("classifier.weight").bytes);

    std::vector<std::string> names;
    for (const auto& file : checkpoint.files()) names.push_back(file.filename().string());
    EXPECT_EQ(names,
              (std::vector<std::string>{"config.json", "model.safetensors.index.json", "one.safetensors", "two.safetensors", "vocab.txt"}));

    halves[1][kQuery] = bert.tensors.at(kQuery);
    scratch.file("two.safetensors", test::safetensors(halves[1]));
    EXPECT_TRUE(has(test::refusal([&] { Checkpoint no(scratch.path()); }), kQuery + ": stands in another shard"));
    std::filesystem::remove(scratch.path() / "two.safetensors");
    EXPECT_TRUE(has(test::refusal([&] { Checkpoint no(scratch.path()); }), "two.safetensors: does not exist"));
}

TEST(Checkpoint, RefusesAnIndexThatLeavesItsFolder) {
    const Scratch scratch;
    SmallBert().write(scratch);
    std::filesystem::rename(scratch.path() / "model.safetensors", scratch.path() / "one.safetensors");
    for (const char* index : {R"({"weight_map": {"a": "../one.safetensors"}})", R"({"weight_map": {"a": 7}})",
                              R"({"weight_map": {"a": ""}})", R"({"weight_map": {}})", R"({})", R"([])"}) {
        scratch.file("model.safetensors.index.json", index);
        EXPECT_TRUE(has(test::refusal([&] { Checkpoint no(scratch.path()); }), "model.safetensors.index.json:weight_map")) << index;
    }
}

TEST(Checkpoint, NamesTheTensorAtFault) {
    SmallBert missing;
    missing.tensors.erase(kQuery);
    EXPECT_TRUE(has(refusal_of(missing), "model.safetensors: encoder.layer.1.attention.self.query.weight: is missing"));

    SmallBert transposed;
    auto& intermediate = transposed.tensors.at("bert.encoder.layer.0.intermediate.dense.weight");
    std::swap(intermediate.shape[0], intermediate.shape[1]);
    EXPECT_TRUE(has(refusal_of(transposed), "intermediate.dense.weight: has shape [12, 20]; expected [20, 12]"));

    SmallBert flat;
    flat.tensors.at(kQuery).shape = {144};
    EXPECT_TRUE(has(refusal_of(flat), "query.weight: has shape [144]"));

    SmallBert nan;
    const float not_a_number = std::numeric_limits<float>::quiet_NaN();
    nan.tensors.at(kQuery).bytes.replace(8, 4, test::bytes_of(std::vector<float>{not_a_number}));
    EXPECT_TRUE(has(refusal_of(nan), kQuery + ": value 2 is not finite"));

    SmallBert resized;
    resized.config["hidden_size"] = 100;
    EXPECT_TRUE(has(refusal_of(resized), "word_embeddings.weight: has shape [10, 12]; expected [10, 100]"));

    SmallBert headless;
    headless.tensors.erase("classifier.bias");
    EXPECT_TRUE(has(refusal_of(headless), "classifier.bias"));
    EXPECT_EQ(refusal_of(SmallBert()), "accepted");
}

TEST(Checkpoint, RefusesAFolderThatIsNone) {
    const Scratch scratch;
    EXPECT_TRUE(has(test::refusal([&] { Checkpoint no(scratch.path() / "nowhere"); }), "nowhere: is not a folder"));
    EXPECT_TRUE(has(test::refusal([&] { Checkpoint no(scratch.path()); }), "config.json: does not exist"));
    scratch.file("config.json", boost::json::serialize(SmallBert().config));
    EXPECT_TRUE(has(test::refusal([&] { Checkpoint no(scratch.path()); }), "model.safetensors: does not exist"));
}

}  // namespace
}  // namespace berth::workloads

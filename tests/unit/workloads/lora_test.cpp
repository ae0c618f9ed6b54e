// SPDX-License-Identifier: Apache-2.0
#include "workloads/lora_adapter.hpp"

#include "models/core/error.hpp"
#include "tests/unit/core/refusal.hpp"
#include "tests/unit/workloads/small_architectures.hpp"
#include "workloads/bert_weights.hpp"
#include "workloads/lora_config.hpp"
#include "workloads/tokenizer.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

namespace berth::workloads {
namespace {

using test::Scratch;
using test::SmallBert;

constexpr int kHidden = SmallBert::kHidden, kRank = 2;
const std::string kQuery = "base_model.model.bert.encoder.layer.1.attention.self.query";
const std::string kWide = "base_model.model.bert.encoder.layer.0.intermediate.dense";

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Values that differ from place to place and are small.
test::Tensor filled(std::vector<std::int64_t> shape, float first) {
    std::vector<float> values;
    for (std::int64_t i = 0; i < shape[0] * (shape.size() > 1 ? shape[1] : 1); ++i) values.push_back(first + 0.01F * static_cast<float>(i));
    return test::f32(std::move(shape), values);
}

std::vector<float> values_of(const test::Tensor& tensor) {
    std::vector<float> values(tensor.bytes.size() / sizeof(float));
    std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
    return values;
}

/// A base without a head, and an adapter of rank 2 on one query and one intermediate matrix, with a classifier for four labels.
struct SmallAdapter {
    SmallBert base;
    boost::json::object config{{"peft_type", "LORA"}, {"r", kRank}, {"lora_alpha", 6}, {"base_model_name_or_path", "../base"}};
    std::map<std::string, test::Tensor> tensors{{kQuery + ".lora_A.weight", filled({kRank, kHidden}, -0.1F)},
                                                {kQuery + ".lora_B.weight", filled({kHidden, kRank}, 0.2F)},
                                                {kWide + ".lora_A.weight", filled({kRank, kHidden}, 0.1F)},
                                                {kWide + ".lora_B.weight", filled({SmallBert::kWide, kRank}, -0.2F)},
                                                {"base_model.model.classifier.weight", filled({4, kHidden}, 0.0F)},
                                                {"base_model.model.classifier.bias", filled({4}, 0.5F)}};

    SmallAdapter() {
        base.tensors.erase("classifier.weight");
        base.tensors.erase("classifier.bias");
        base.config.erase("num_labels");
    }

    /// Writes both below a folder. @return the adapter's.
    std::filesystem::path write(const Scratch& scratch) const {
        std::filesystem::create_directories(scratch.path() / "base");
        std::filesystem::create_directories(scratch.path() / "task");
        std::string pieces;
        for (const std::string& piece : base.vocabulary) pieces += piece + "\n";
        scratch.file("base/config.json", boost::json::serialize(base.config));
        scratch.file("base/vocab.txt", pieces);
        scratch.file("base/model.safetensors", test::safetensors(base.tensors));
        scratch.file("task/adapter_config.json", boost::json::serialize(config));
        scratch.file("task/adapter_model.safetensors", test::safetensors(tensors));
        return scratch.path() / "task";
    }
};

std::string refusal_of(const SmallAdapter& adapter) {
    const Scratch scratch;
    const auto folder = adapter.write(scratch);
    return test::refusal([&] { (void)read_bert_weights(Checkpoint(folder), Head::classifier); });
}

std::string refusal_with(const std::function<void(SmallAdapter&)>& change) {
    SmallAdapter adapter;
    change(adapter);
    return refusal_of(adapter);
}

/// W + scale * B A, value by value in double precision.
void expect_merged(const std::vector<float>& merged, const test::Tensor& base, const test::Tensor& down, const test::Tensor& up,
                   double scale) {
    const auto w = values_of(base), a = values_of(down), b = values_of(up);
    const auto rank = static_cast<std::size_t>(down.shape[0]), in = static_cast<std::size_t>(down.shape[1]);
    ASSERT_EQ(merged.size(), w.size());
    for (std::size_t i = 0; i < w.size(); ++i) {
        double sum = 0.0;
        for (std::size_t k = 0; k < rank; ++k) sum += double(b[i / in * rank + k]) * double(a[k * in + i % in]);
        EXPECT_NEAR(merged[i], w[i] + scale * sum, 1e-6);
    }
}

void expect_query(const SmallAdapter& adapter, double scale) {
    const Scratch scratch;
    const auto folder = adapter.write(scratch);
    const BertWeights weights = read_bert_weights(Checkpoint(folder), Head::classifier);
    expect_merged(weights.layers[1][Matrix::query].weight, adapter.base.tensors.at(kQuery.substr(17) + ".weight"),
                  adapter.tensors.at(kQuery + ".lora_A.weight"), adapter.tensors.at(kQuery + ".lora_B.weight"), scale);
}

TEST(Lora, AddsItsProductsToTheBaseAndBringsItsHead) {
    const Scratch scratch;
    const SmallAdapter adapter;
    const Checkpoint checkpoint(adapter.write(scratch));
    EXPECT_EQ(checkpoint.config().labels, 4) << "as many as the classifier has rows";
    EXPECT_FALSE(checkpoint.config().regression);
    const BertWeights weights = read_bert_weights(checkpoint, Head::classifier);
    expect_query(adapter, 3.0);
    expect_merged(weights.layers[0][Matrix::intermediate].weight, adapter.base.tensors.at(kWide.substr(17) + ".weight"),
                  adapter.tensors.at(kWide + ".lora_A.weight"), adapter.tensors.at(kWide + ".lora_B.weight"), 3.0);
    EXPECT_EQ(test::bytes_of(weights.layers[0][Matrix::query].weight),
              adapter.base.tensors.at("bert.encoder.layer.0.attention.self.query.weight").bytes);
    EXPECT_EQ(test::bytes_of(weights.classifier.weight), adapter.tensors.at("base_model.model.classifier.weight").bytes);
}

TEST(Lora, KeepsItsFactorsBesideTheMergedWeight) {
    const Scratch scratch;
    const SmallAdapter adapter;
    const Checkpoint checkpoint(adapter.write(scratch));
    const BertWeights weights = read_bert_weights(checkpoint, Head::classifier);
    const auto& added = weights.layers[1][Matrix::query].added;
    ASSERT_NE(added, nullptr);
    EXPECT_EQ(added->rank, kRank);
    EXPECT_EQ(added->scale, 3.0F);
    EXPECT_EQ(test::bytes_of(added->down), adapter.tensors.at(kQuery + ".lora_A.weight").bytes);
    EXPECT_EQ(test::bytes_of(added->up), adapter.tensors.at(kQuery + ".lora_B.weight").bytes);
    EXPECT_EQ(weights.layers[0][Matrix::query].added, nullptr);
    ASSERT_NE(checkpoint.adapter(), nullptr);
    EXPECT_EQ(checkpoint.adapter()->layers().size(), 2U);
}

TEST(Lora, ScalesByTheRankItsRootAndByPattern) {
    SmallAdapter root;
    root.config["use_rslora"] = true;
    expect_query(root, 6.0 / std::sqrt(2.0));
    SmallAdapter pattern;
    pattern.config["r"] = 7;
    pattern.config["rank_pattern"] = {{"layer.0.nothing", 5}, {"self.query", 2}, {R"(.*layer\.\d+\.intermediate\.dense)", 2}};
    pattern.config["alpha_pattern"] = {{"encoder.layer.1.attention.self.query", 10}};
    expect_query(pattern, 5.0);
    SmallAdapter whole_words;
    whole_words.config["alpha_pattern"] = {{"uery", 10}};
    expect_query(whole_words, 3.0);
    SmallAdapter transposed;
    transposed.config["fan_in_fan_out"] = true;
    expect_query(transposed, 3.0);
}

TEST(Lora, TakesTheSpellingsOfPeftsVersions) {
    SmallAdapter adapter;
    const auto rename = [&](const std::string& from, const std::string& to) {
        adapter.tensors[to] = adapter.tensors.at(from);
        adapter.tensors.erase(from);
    };
    const auto expected = adapter.tensors.at("base_model.model.classifier.weight").bytes;
    rename(kWide + ".lora_A.weight", kWide + ".lora_A.default.weight");
    rename(kWide + ".lora_B.weight", kWide + ".lora_B.default.weight");
    rename("base_model.model.classifier.weight", "base_model.model.classifier.modules_to_save.default.weight");
    adapter.tensors["base_model.model.classifier.original_module.weight"] = filled({2, kHidden}, 9.0F);
    adapter.tensors[kQuery + ".base_layer.bias"] = filled({kHidden}, 0.25F);
    const Scratch scratch;
    const BertWeights weights = read_bert_weights(Checkpoint(adapter.write(scratch)), Head::classifier);
    EXPECT_EQ(test::bytes_of(weights.classifier.weight), expected);
    EXPECT_NE(weights.layers[0][Matrix::intermediate].added, nullptr);
    EXPECT_EQ(test::bytes_of(weights.layers[1][Matrix::query].bias), adapter.tensors.at(kQuery + ".base_layer.bias").bytes)
        << "a trained bias takes the place of the base's";
}

TEST(Lora, OneLabelIsARegression) {
    SmallAdapter adapter;
    adapter.tensors["base_model.model.classifier.weight"] = filled({1, kHidden}, 0.0F);
    adapter.tensors["base_model.model.classifier.bias"] = filled({1}, 0.0F);
    const Scratch scratch;
    EXPECT_TRUE(Checkpoint(adapter.write(scratch)).config().regression);
}

TEST(Lora, WorksOnRobertaAndDistilBert) {
    const auto read = [](const auto& model, const std::string& layer, const std::string& head, const std::string& classifier) {
        const Scratch scratch;
        SmallAdapter adapter;
        auto bare = model;
        std::erase_if(bare.tensors, [](const auto& tensor) {
            return tensor.first.starts_with("classifier") || tensor.first.starts_with("pre_classifier");
        });
        const Scratch other;
        bare.write(other);
        adapter.config["base_model_name_or_path"] = nullptr;
        adapter.tensors = {{"base_model.model." + layer + ".lora_A.weight", filled({kRank, kHidden}, 0.1F)},
                           {"base_model.model." + layer + ".lora_B.weight", filled({kHidden, kRank}, 0.1F)}};
        for (const auto& [name, rows] : {std::pair{head, std::int64_t{kHidden}}, std::pair{classifier, std::int64_t{5}}}) {
            adapter.tensors["base_model.model." + name + ".weight"] = filled({rows, kHidden}, 0.0F);
            adapter.tensors["base_model.model." + name + ".bias"] = filled({rows}, 0.0F);
        }
        const BertWeights weights = read_bert_weights(Checkpoint(adapter.write(scratch), other.path()), Head::classifier);
        EXPECT_EQ(weights.classifier.out, 5);
        EXPECT_EQ(weights.pooler.out, kHidden);
        EXPECT_NE(weights.layers[0][Matrix::value].added, nullptr);
    };
    read(test::SmallRoberta(), "roberta.encoder.layer.0.attention.self.value", "classifier.dense", "classifier.out_proj");
    read(test::SmallDistilBert(), "distilbert.transformer.layer.0.attention.v_lin", "pre_classifier", "classifier");
}

TEST(Lora, NamesTheBaseThatIsMissing) {
    const Scratch scratch;
    SmallAdapter adapter;
    adapter.config["base_model_name_or_path"] = "someone/some-bert";
    const auto folder = adapter.write(scratch);
    EXPECT_TRUE(has(test::refusal([&] { Checkpoint no(folder); }),
                    "adapter_config.json:base_model_name_or_path: is someone/some-bert, which is no folder here; expected"));
    EXPECT_EQ(test::refusal([&] { Checkpoint yes(folder, scratch.path() / "base"); }), "accepted");
    EXPECT_TRUE(has(test::refusal([&] { Checkpoint no(folder, scratch.path() / "bass"); }), "bass: is not a folder"));
    EXPECT_TRUE(has(refusal_with([](SmallAdapter& none) { none.config.erase("base_model_name_or_path"); }),
                    "adapter_config.json:base_model_name_or_path: is missing"));
}

TEST(Lora, RefusesAnotherBaseThanItsOwn) {
    const Scratch scratch, other;
    const auto folder = SmallAdapter().write(scratch);
    SmallBert stranger;
    stranger.tensors.at("bert.pooler.dense.bias").bytes[0] ^= 1;
    stranger.write(other);
    EXPECT_TRUE(has(test::refusal([&] { Checkpoint no(folder, other.path()); }),
                    "adapter_config.json:base_model_name_or_path: is ../base, which has other weights; expected an adapter of"));
    std::filesystem::copy_file(scratch.path() / "base/model.safetensors", other.path() / "model.safetensors",
                               std::filesystem::copy_options::overwrite_existing);
    EXPECT_EQ(test::refusal([&] { Checkpoint yes(folder, other.path()); }), "accepted") << "a copy of its own";

    EXPECT_TRUE(has(refusal_with([](SmallAdapter& deeper) {
                        const std::string layer = "base_model.model.bert.encoder.layer.9.attention.self.key";
                        deeper.tensors[layer + ".lora_A.weight"] = filled({kRank, kHidden}, 0.0F);
                        deeper.tensors[layer + ".lora_B.weight"] = filled({kHidden, kRank}, 0.0F);
                    }),
                    "adapter_model.safetensors: bert.encoder.layer.9.attention.self.key: is no layer of the base"));
    EXPECT_TRUE(has(refusal_with([](SmallAdapter& wider) {
                        wider.tensors[kQuery + ".lora_B.weight"] = filled({16, kRank}, 0.0F);
                    }),
                    "self.query: has factors for a weight of shape [16, 12]; expected [12, 12]"));
    EXPECT_TRUE(has(refusal_with([](SmallAdapter& score) {
                        score.tensors["base_model.model.score.weight"] = filled({2, 2}, 0.0F);
                    }),
                    "adapter_model.safetensors: score.weight: is no tensor of the base"));
}

TEST(Lora, NamesTheFaultOfItsConfig) {
    const auto with = [](const char* key, boost::json::value value) {
        return refusal_with([&](SmallAdapter& adapter) { adapter.config[key] = std::move(value); });
    };
    EXPECT_TRUE(has(with("peft_type", "IA3"), "adapter_config.json:peft_type: is IA3; expected LORA"));
    EXPECT_TRUE(has(with("peft_type", nullptr), "adapter_config.json:peft_type: is missing"));
    EXPECT_TRUE(has(with("use_dora", true), "adapter_config.json:use_dora"));
    EXPECT_TRUE(has(with("layer_replication", {{0, 1}}), "adapter_config.json:layer_replication"));
    for (const boost::json::value& wrong : {boost::json::value(0), boost::json::value("8"), boost::json::value(1e9), boost::json::value()})
        EXPECT_TRUE(has(with("r", wrong), "adapter_config.json:r:")) << wrong;
    EXPECT_TRUE(has(with("lora_alpha", "x"), "adapter_config.json:lora_alpha"));
    EXPECT_TRUE(has(with("use_rslora", 1), "adapter_config.json:use_rslora"));
    EXPECT_TRUE(has(with("fan_in_fan_out", "no"), "adapter_config.json:fan_in_fan_out"));
    EXPECT_TRUE(has(with("rank_pattern", 3), "adapter_config.json:rank_pattern: is not an object"));
    EXPECT_TRUE(has(with("rank_pattern", {{"query", 0}}), "adapter_config.json:rank_pattern.query: is 0"));
    EXPECT_TRUE(has(with("alpha_pattern", {{"query", "x"}}), "adapter_config.json:alpha_pattern.query"));
    EXPECT_TRUE(has(with("rank_pattern", {{"a(", 2}}), "adapter_config.json:rank_pattern.a(: is not a regular expression"));
    EXPECT_TRUE(has(with("base_model_name_or_path", 3), "adapter_config.json:base_model_name_or_path"));
    EXPECT_EQ(refusal_of(SmallAdapter()), "accepted");
}

TEST(Lora, NamesTheTensorAtFault) {
    EXPECT_TRUE(has(refusal_with([](SmallAdapter& adapter) { adapter.config["r"] = 4; }),
                    kWide + ".lora_A.weight: has shape [2, 12]; expected [4, 12] for rank 4, as adapter_config.json says"));
    EXPECT_TRUE(has(refusal_with([](SmallAdapter& adapter) { adapter.tensors.erase(kQuery + ".lora_B.weight"); }),
                    kQuery + ".lora_A.weight: is alone"));
    EXPECT_TRUE(has(refusal_with([](SmallAdapter& adapter) { adapter.tensors[kQuery + ".lora_B.weight"] = filled({24}, 0.0F); }),
                    kQuery + ".lora_B.weight: has shape [24]; expected a matrix"));
    EXPECT_TRUE(has(refusal_with([](SmallAdapter& adapter) {
                        adapter.tensors["classifier.weight"] = filled({2, kHidden}, 0.0F);
                    }),
                    "classifier.weight: is not a tensor of an adapter"));
    EXPECT_TRUE(has(refusal_with([](SmallAdapter& adapter) { adapter.tensors[kQuery + ".lora_magnitude_vector"] = filled({12}, 0.0F); }),
                    "lora_magnitude_vector: is not of a linear layer"));
    EXPECT_TRUE(has(refusal_with([](SmallAdapter& adapter) { adapter.tensors.erase("base_model.model.classifier.weight"); }),
                    "adapter_model.safetensors: classifier.weight: is missing"));
    EXPECT_TRUE(has(refusal_with([](SmallAdapter& adapter) { adapter.tensors["base_model.model.classifier.weight"] = filled({4}, 0.0F); }),
                    "adapter_model.safetensors: classifier.weight: has shape [4]"));
    EXPECT_TRUE(has(refusal_with([](SmallAdapter& adapter) { adapter.tensors.clear(); }), "adapter_model.safetensors: has no tensor"));
    EXPECT_TRUE(has(refusal_with([](SmallAdapter& adapter) {
                        auto values = values_of(adapter.tensors.at(kQuery + ".lora_A.weight"));
                        values[3] = std::numeric_limits<float>::infinity();
                        adapter.tensors[kQuery + ".lora_A.weight"] = test::f32({kRank, kHidden}, values);
                    }),
                    kQuery + ".lora_A.weight: value 3 is not finite"));
}

TEST(Lora, ListsItsFilesAndThoseOfItsBase) {
    const Scratch scratch;
    const auto folder = SmallAdapter().write(scratch);
    const auto names = [&] {
        std::vector<std::string> list;
        for (const auto& file : Checkpoint(folder).files()) list.push_back(std::filesystem::relative(file, scratch.path()).string());
        return list;
    };
    EXPECT_EQ(names(), (std::vector<std::string>{"base/config.json", "base/model.safetensors", "base/vocab.txt", "task/adapter_config.json",
                                                 "task/adapter_model.safetensors"}));
    EXPECT_EQ(Checkpoint(folder).tokenizer_directory(), scratch.path() / "base");
    scratch.file("task/vocab.txt", test::content(scratch.path() / "base/vocab.txt"));
    EXPECT_EQ(Checkpoint(folder).tokenizer_directory(), folder);
}

TEST(Lora, AFolderWithWeightsOfItsOwnIsNoAdapter) {
    const Scratch scratch;
    SmallBert().write(scratch);
    scratch.file("adapter_config.json", "{}");
    EXPECT_FALSE(LoraAdapter::is_in(scratch.path()));
    EXPECT_EQ(Checkpoint(scratch.path()).adapter(), nullptr);
}

TEST(Lora, AnswersFilesThatWereCutAnywhere) {
    const Scratch scratch;
    const auto folder = SmallAdapter().write(scratch);
    for (const char* file : {"adapter_config.json", "adapter_model.safetensors"}) {
        const std::string whole = test::content(folder / file);
        for (std::size_t length = 0; length < whole.size(); length += 7) {
            scratch.file(std::string("task/") + file, std::string_view(whole).substr(0, length));
            const std::string answer = test::refusal([&] { (void)read_bert_weights(Checkpoint(folder), Head::classifier); });
            EXPECT_TRUE(has(answer, file)) << file << " cut at " << length << ": " << answer;
        }
        scratch.file(std::string("task/") + file, whole);
    }
}

}  // namespace
}  // namespace berth::workloads

// SPDX-License-Identifier: Apache-2.0
#include "compressor/image_file.hpp"
#include "compressor/methods.hpp"
#include "models/core/error.hpp"
#include "models/core/json.hpp"
#include "models/inference/executor.hpp"
#include "tests/shared.hpp"
#include "tests/unit/core/refusal.hpp"
#include "tests/unit/workloads/small_architectures.hpp"
#include "workloads/reference.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

namespace berth::compressor {
namespace {

using test::Scratch;

constexpr const char* kData = "label\tsentence1\n0\tab\n1\tb a\n2\tabab\n1\ta\n0\tb\n2\ta b a b\n";

/// The model without its head, as a base is.
template <class Model>
Model body_of(Model model) {
    std::erase_if(model.tensors,
                  [](const auto& tensor) { return tensor.first.starts_with("classifier") || tensor.first.starts_with("pre_classifier"); });
    model.config.erase("num_labels");
    return model;
}

/// The model with every matrix of its layers moved a little.
template <class Model>
Model fine_tuned(Model model, float step) {
    std::size_t count = 0;
    for (auto& [name, tensor] : model.tensors) {
        if (name.find(".layer.") == std::string::npos) continue;
        std::vector<float> values(tensor.bytes.size() / sizeof(float));
        std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
        for (float& value : values) value += step * static_cast<float>(std::sin(static_cast<double>(++count)));
        tensor.bytes = test::bytes_of(values);
    }
    return model;
}

template <class Model>
class Architectures : public testing::Test {
protected:
    Architectures() {
        body_of(Model()).write(base_);
        fine_tuned(Model(), 0.02F).write(one_);
        fine_tuned(Model(), 0.05F).write(two_);
        data_ = other_.file("data.tsv", kData);
    }

    [[nodiscard]] CompressionRequest request(const std::string& method) const {
        CompressionRequest request;
        request.base = base_.path();
        request.method = method;
        request.mode = "acc";
        request.geometry = {128, 128, 1, "differential"};
        request.quiet = true;
        request.tasks = {{"one", one_.path(), data_, ""}, {"two", two_.path(), data_, ""}};
        return request;
    }

    Scratch base_, one_, two_, other_;
    std::filesystem::path data_;
};

using Models = testing::Types<test::SmallRoberta, test::SmallDistilBert>;
TYPED_TEST_SUITE(Architectures, Models);

TYPED_TEST(Architectures, ShareTheLayersOfABaseWithoutAHead) {
    Threads threads(2);
    const WeightImage image = compress(this->request("kang"), threads);
    ASSERT_EQ(image.base.size(), 12U);
    for (const TaskImage& task : image.tasks) {
        EXPECT_EQ(task.network.linears[11].matrix, image.base[11]);
        ASSERT_NE(task.network.linears[12].matrix, nullptr);
        EXPECT_EQ(task.network.linears[12].delta, nullptr);
    }
    const WeightImage read = parse_image(serialise(image), "x");
    EXPECT_EQ(read.shape, image.shape);
    EXPECT_EQ(read.tokenizer, image.tokenizer);
}

TYPED_TEST(Architectures, ComputeTheReferencesLogitsInIntegers) {
    Threads threads(2);
    const WeightImage image = compress(this->request("copies"), threads);
    const auto weights = workloads::read_bert_weights(workloads::Checkpoint(this->two_.path()), workloads::Head::classifier);
    const workloads::Reference reference(std::make_shared<const workloads::BertWeights>(weights));
    const workloads::Tokenizer tokenizer(image.tokenizer);
    std::vector<workloads::Encoded> encoded;
    std::vector<inference::Sentence> sentences;
    for (const char* text : {"ab", "b a", "abab b", "a", "b b b a"}) {
        encoded.push_back(tokenizer.encode(text, "a b"));
        sentences.push_back({sentences.size(), encoded.back().ids, encoded.back().segments});
    }
    const inference::Network& network = image.tasks[1].network;
    const inference::ExactEngine engine(network);
    const auto expected = reference.logits(encoded, threads);
    double power = 0.0;
    for (const float logit : expected) power += double(logit) * double(logit) / double(expected.size());
    for (const auto arithmetic : {inference::Arithmetic::integer, inference::Arithmetic::fp32}) {
        const auto logits = inference::Executor(network, engine, arithmetic).logits(sentences);
        double error = 0.0;
        for (std::size_t i = 0; i < logits.size(); ++i)
            error += std::pow(double(logits[i]) - double(expected[i]), 2) / double(logits.size());
        EXPECT_LT(error, 4e-3 * power) << "int8 keeps nearly all of the logits' power";
    }
}

TYPED_TEST(Architectures, RefuseATaskOfAnother) {
    Scratch bert;
    test::SmallBert().write(bert);
    CompressionRequest asked = this->request("copies");
    asked.tasks[1].checkpoint = bert.path();
    Threads threads(1);
    const std::string refusal = test::refusal([&] { (void)compress(asked, threads); });
    EXPECT_NE(refusal.find("config.json:model_type: is bert; expected the base's"), std::string::npos) << refusal;
}

/// An adapter on the base's layer 1 value matrix.
struct SmallLora {
    boost::json::object config{{"peft_type", "LORA"}, {"r", 1}, {"lora_alpha", 2}};
    std::map<std::string, test::Tensor> tensors;

    SmallLora() {
        const std::string value = "base_model.model.bert.encoder.layer.1.attention.self.value";
        const std::vector<float> wave{0.3F, -0.2F, 0.1F, 0.25F, -0.3F, 0.2F, 0.15F, -0.1F, 0.3F, -0.25F, 0.2F, 0.1F};
        std::vector<float> rows;
        for (int label = 0; label < 2; ++label) rows.insert(rows.end(), wave.begin(), wave.end());
        tensors = {{value + ".lora_A.weight", test::f32({1, 12}, wave)},
                   {value + ".lora_B.weight", test::f32({12, 1}, wave)},
                   {"base_model.model.classifier.weight", test::f32({2, 12}, rows)},
                   {"base_model.model.classifier.bias", test::f32({2}, {0.0F, 0.1F})}};
    }
    void write(const Scratch& scratch) const {
        scratch.file("adapter_config.json", boost::json::serialize(config));
        scratch.file("adapter_model.safetensors", test::safetensors(tensors));
    }
};

TEST(LoraTask, HasDeltasWhereItsAdapterHasFactorsAlone) {
    Scratch base, task, other;
    body_of(test::SmallBert()).write(base);
    SmallLora().write(task);
    CompressionRequest asked;
    asked.base = base.path();
    asked.method = "kang";
    asked.mode = "acc";
    asked.geometry = {128, 128, 1, "differential"};
    asked.quiet = true;
    asked.tasks = {{"lora", task.path(), other.file("data.tsv", "label\tsentence1\n0\ta\n1\tb\n1\tab\n0\tb a\n"), ""}};
    Threads threads(1);
    const WeightImage image = compress(asked, threads);
    const auto& linears = image.tasks[0].network.linears;
    for (std::size_t index = 0; index < linears.size(); ++index)
        EXPECT_EQ(linears[index].delta != nullptr, index == inference::matrix_index(1, 2)) << index;
    EXPECT_EQ(image.tasks[0].network.labels, 2);
    const auto& provenance = image.tasks[0].provenance;
    for (const char* file : {"adapter_config.json", "adapter_model.safetensors", "model.safetensors", "config.json", "vocab.txt"})
        EXPECT_TRUE(provenance.contains(file)) << file;
}

/// Ranks that a list of stages gives a task of the small adapter, by matrix.
std::vector<int> ranks_of_small_lora(const std::string& stages) {
    Scratch base, task, other;
    body_of(test::SmallBert()).write(base);
    SmallLora().write(task);
    CompressionRequest asked;
    asked.base = base.path();
    asked.method = kGivenMethod;
    asked.stages = stages_given(stages);
    asked.geometry = {128, 128, 1, "differential"};
    asked.tasks = {{"lora", task.path(), other.file("data.tsv", "label\tsentence1\n0\ta\n1\tb\n1\tab\n0\tb a\n"), ""}};
    Threads threads(1);
    std::vector<int> ranks;
    const WeightImage image = compress(asked, threads);
    for (const inference::Linear& linear : image.tasks[0].network.linears)
        ranks.push_back(linear.low_rank ? linear.low_rank->down->out : 0);
    return ranks;
}

TEST(LoraTask, KeepsItsFactorsAtTheirRankWhereTheyAreAllItHasBeyondTheBase) {
    std::vector<int> own(13, 0);
    own[inference::matrix_index(1, 2)] = 1;
    EXPECT_EQ(ranks_of_small_lora("shared_base,low_rank{rank=3}"), own);
    EXPECT_EQ(ranks_of_small_lora("shared_base,low_rank{rank=3,matrices=layer.0.*}"), std::vector<int>(13, 0));
    EXPECT_EQ(ranks_of_small_lora("shared_base,low_rank{rank=0}"), std::vector<int>(13, 0));
    const std::vector<int> extracted(13, 3);
    EXPECT_EQ(ranks_of_small_lora("shared_base,low_rank{rank=3,adapters=merged}"), extracted);
    EXPECT_EQ(ranks_of_small_lora("shared_base{bits=5},low_rank{rank=3}"), extracted) << "the delta makes up for the base's errors too";
    EXPECT_EQ(ranks_of_small_lora("shared_base{source=fitted},low_rank{rank=3}")[inference::matrix_index(1, 2)], 3)
        << "the base has some of the adapter in it";
}

/// Logits in integers of the golden sentences of a task that came as an adapter, and those of a public implementation in fp32.
TEST(GoldenLora, KeepsItsLogitsWithTheAdaptersOwnFactors) {
    const auto shared = test::shared();
    if (!shared) GTEST_SKIP() << "skipped: no ../shared";
    CompressionRequest asked;
    asked.base = *shared / "models/tiny/base";
    asked.method = kGivenMethod;
    asked.stages = stages_given("shared_base,low_rank{bits=8},bias_correction");
    asked.geometry = {128, 128, 1, "differential"};
    asked.tasks = {{"subj", *shared / "models/tiny-lora/subj", *shared / "data/subj/val.tsv", ""}};
    Threads threads(2);
    const WeightImage image = compress(asked, threads);
    const inference::Network& network = image.tasks[0].network;
    for (std::size_t index = 0; index < network.linears.size(); ++index) {
        const auto& factors = network.linears[index].low_rank;
        const std::size_t matrix = index % inference::kMatricesPerLayer;
        const bool adapted = index < inference::matrix_index(2, 0) && (matrix == 0 || matrix == 2);
        EXPECT_EQ(factors ? factors->down->out : 0, adapted ? 8 : 0) << index;
    }
    const auto golden = read_json(*shared / "golden/logits-tiny-lora-subj.json");
    std::vector<inference::Sentence> sentences;
    std::vector<float> expected;
    for (const auto& one : golden.at("cases").as_array()) {
        const auto ids = boost::json::value_to<std::vector<std::int32_t>>(one.at("ids"));
        sentences.push_back({sentences.size(), ids, std::vector<std::int32_t>(ids.size(), 0)});
        for (const auto& logit : one.at("logits").as_array()) expected.push_back(static_cast<float>(logit.to_number<double>()));
    }
    const inference::ExactEngine engine(network);
    const auto logits = inference::Executor(network, engine, inference::Arithmetic::integer).logits(sentences);
    ASSERT_EQ(logits.size(), expected.size());
    double error = 0.0, power = 0.0;
    for (std::size_t i = 0; i < logits.size(); ++i) {
        error += std::pow(double(logits[i]) - double(expected[i]), 2);
        power += std::pow(double(expected[i]), 2);
    }
    EXPECT_LT(error, 4e-3 * power) << std::sqrt(error / double(logits.size()));
}

/// The integers' logits on the random checkpoints beside those of a public implementation in fp32.
TEST(GoldenArchitectures, KeepTheirLogitsInIntegers) {
    const auto shared = test::shared();
    if (!shared) GTEST_SKIP() << "skipped: no ../shared";
    for (const char* name : {"roberta", "distilbert", "bert-cased"}) {
        CompressionRequest asked;
        asked.base = *shared / "models/arch" / name;
        asked.method = "copies";
        asked.geometry = {128, 128, 1, "differential"};
        asked.tasks = {{"task", asked.base, std::nullopt, ""}};
        Threads threads(2);
        const WeightImage image = compress(asked, threads);
        const auto golden = read_json(*shared / "golden" / (std::string("arch-") + name + ".json"));
        std::vector<inference::Sentence> sentences;
        std::vector<float> expected;
        for (const auto& one : golden.at("cases").as_array()) {
            if (one.as_object().contains("b")) continue;
            const auto ids = boost::json::value_to<std::vector<std::int32_t>>(one.at("ids"));
            sentences.push_back({sentences.size(), ids, std::vector<std::int32_t>(ids.size(), 0)});
            for (const auto& logit : one.at("logits").as_array()) expected.push_back(static_cast<float>(logit.to_number<double>()));
        }
        const inference::Network& network = image.tasks[0].network;
        const inference::ExactEngine engine(network);
        const auto logits = inference::Executor(network, engine, inference::Arithmetic::integer).logits(sentences);
        ASSERT_EQ(logits.size(), expected.size());
        double error = 0.0;
        for (std::size_t i = 0; i < logits.size(); ++i)
            error += std::pow(double(logits[i]) - double(expected[i]), 2) / double(logits.size());
        EXPECT_LT(std::sqrt(error), 0.02) << name;
    }
}

}  // namespace
}  // namespace berth::compressor

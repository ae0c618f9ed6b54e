// SPDX-License-Identifier: Apache-2.0
#include "models/core/error.hpp"
#include "tests/unit/core/refusal.hpp"
#include "tests/unit/workloads/small_architectures.hpp"
#include "workloads/bert_weights.hpp"
#include "workloads/encoded_dataset.hpp"

#include <gtest/gtest.h>

namespace berth::workloads {
namespace {

using test::Scratch;
using test::SmallDistilBert;
using test::SmallRoberta;

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

template <class Model>
std::string refusal_of(const Model& model) {
    const Scratch scratch;
    model.write(scratch);
    return test::refusal([&] { (void)read_bert_weights(Checkpoint(scratch.path()), Head::classifier); });
}

template <class Model>
std::string tokenizer_refusal(const Model& model) {
    const Scratch scratch;
    model.write(scratch);
    return test::refusal([&] { (void)read_tokenizer(scratch.path(), read_bert_config(scratch.path() / "config.json")); });
}

TEST(Roberta, ReadsItsNamesAndLeavesOutThePositionsOfPadding) {
    const Scratch scratch;
    const SmallRoberta model;
    const Checkpoint checkpoint(model.write(scratch));
    const BertConfig& config = checkpoint.config();
    EXPECT_EQ(config.architecture, Architecture::roberta);
    EXPECT_EQ(config.positions, SmallRoberta::kPositions);
    EXPECT_EQ(config.first_position, 2);
    EXPECT_EQ(config.segments, 1);
    EXPECT_EQ(config.head_activation(), HeadActivation::tanh);
    const BertWeights weights = read_bert_weights(checkpoint, Head::classifier);
    const std::string& table = model.tensors.at("roberta.embeddings.position_embeddings.weight").bytes;
    EXPECT_EQ(test::bytes_of(weights.positions), table.substr(2 * SmallRoberta::kHidden * sizeof(float)));
    EXPECT_EQ(test::bytes_of(weights.pooler.weight), model.tensors.at("classifier.dense.weight").bytes);
    EXPECT_EQ(test::bytes_of(weights.classifier.bias), model.tensors.at("classifier.out_proj.bias").bytes);
}

TEST(Roberta, ABodyAloneHasNoHead) {
    const Scratch scratch;
    SmallRoberta model;
    std::erase_if(model.tensors, [](const auto& tensor) { return tensor.first.starts_with("classifier"); });
    test::rename_tensors(model, "roberta.", "");
    const Checkpoint checkpoint(model.write(scratch));
    const BertWeights weights = read_bert_weights(checkpoint, Head::none);
    EXPECT_TRUE(weights.pooler.weight.empty());
    EXPECT_EQ(weights.layers.size(), 2U);
    EXPECT_TRUE(has(test::refusal([&] { (void)read_bert_weights(checkpoint, Head::classifier); }), "classifier.dense.weight: is missing"));
}

TEST(Roberta, NamesTheFaultOfItsConfigAndTensors) {
    SmallRoberta few;
    few.config["max_position_embeddings"] = 2;
    EXPECT_TRUE(has(refusal_of(few), "config.json:max_position_embeddings: is 2; expected more than pad_token_id + 1 = 2"));
    SmallRoberta padding;
    padding.config["pad_token_id"] = -1;
    EXPECT_TRUE(has(refusal_of(padding), "config.json:pad_token_id"));
    padding.config["pad_token_id"] = 0;
    EXPECT_EQ(refusal_of(padding), "accepted") << "padding 0 leaves the first row out alone";
    padding.config.erase("pad_token_id");
    EXPECT_EQ(refusal_of(padding), "accepted") << "1 where nothing is said";
    SmallRoberta other;
    other.config["model_type"] = "xlm-roberta";
    EXPECT_TRUE(has(refusal_of(other), "config.json:model_type: is xlm-roberta; expected bert, roberta or distilbert"));
    SmallRoberta headless;
    headless.tensors.erase("classifier.out_proj.weight");
    EXPECT_TRUE(has(refusal_of(headless), "model.safetensors: classifier.out_proj.weight: is missing"));
    EXPECT_EQ(refusal_of(SmallRoberta()), "accepted");
}

TEST(Roberta, ReadsVocabularyAndMerges) {
    const Scratch scratch;
    const SmallRoberta model;
    model.write(scratch);
    scratch.file("tokenizer_config.json", R"({"add_prefix_space": true, "model_max_length": 9, "cls_token": {"content": "<s>"}})");
    const auto read = read_tokenizer(scratch.path(), read_bert_config(scratch.path() / "config.json"));
    EXPECT_EQ(read.kind, TokenizerKind::byte_bpe);
    EXPECT_EQ(read.vocabulary, model.vocabulary);
    EXPECT_EQ(read.merges, model.merges);
    EXPECT_TRUE(read.prefix_space);
    EXPECT_FALSE(read.pair_segments);
    EXPECT_EQ(read.limit, 9);
    EXPECT_TRUE(has_tokenizer(scratch.path()));

    std::vector<std::string> names;
    for (const auto& file : Checkpoint(scratch.path()).files()) names.push_back(file.filename().string());
    EXPECT_EQ(names, (std::vector<std::string>{"config.json", "merges.txt", "model.safetensors", "tokenizer_config.json", "vocab.json"}));
}

TEST(Roberta, ReadsTokenizerJsonWhereItStandsAlone) {
    const Scratch scratch;
    const SmallRoberta model;
    model.write(scratch);
    const auto expected = read_tokenizer(scratch.path(), read_bert_config(scratch.path() / "config.json"));
    std::filesystem::remove(scratch.path() / "vocab.json");
    std::filesystem::remove(scratch.path() / "merges.txt");
    const std::string table = test::vocabulary_table(model.vocabulary);
    const auto write = [&](const std::string& merges, const std::string& level) {
        scratch.file("tokenizer.json", R"({"pre_tokenizer": {"type": ")" + level + R"(", "add_prefix_space": false},
            "model": {"type": "BPE", "vocab": )" +
                                           table + R"(, "merges": )" + merges + "}}");
    };
    const auto read = [&] { return read_tokenizer(scratch.path(), read_bert_config(scratch.path() / "config.json")); };
    for (const char* merges : {R"(["a b"])", R"([["a", "b"]])"}) {
        write(merges, "ByteLevel");
        EXPECT_EQ(read(), expected) << merges;
    }
    write("[]", "Metaspace");
    EXPECT_TRUE(has(test::refusal(read), "tokenizer.json:pre_tokenizer.type: is not ByteLevel"));
    for (const char* merges : {"7", R"([7])", R"([["a"]])", R"(["a b", "b a"])", R"(["a"])"}) {
        write(merges, "ByteLevel");
        EXPECT_TRUE(has(test::refusal(read), "tokenizer.json:model.merges")) << merges;
    }
}

TEST(Roberta, NamesTheFaultOfItsTokenizer) {
    SmallRoberta bad_merge;
    bad_merge.merges = {"a b", "b a"};
    EXPECT_TRUE(has(tokenizer_refusal(bad_merge), "merges.txt: line 3: makes ba, which is not in the vocabulary"));
    SmallRoberta no_letter;
    no_letter.vocabulary[4 + 'z'] = "zz";
    EXPECT_TRUE(has(tokenizer_refusal(no_letter), "vocab.json: lacks z, the letter of byte 122"));
    SmallRoberta short_vocabulary;
    short_vocabulary.config["vocab_size"] = 500;
    EXPECT_TRUE(has(tokenizer_refusal(short_vocabulary), "vocab.json: has 262 pieces; expected 500"));

    const Scratch scratch;
    SmallRoberta().write(scratch);
    const auto read = [&] { return read_tokenizer(scratch.path(), read_bert_config(scratch.path() / "config.json")); };
    scratch.file("tokenizer_config.json", R"({"cls_token": "[CLS]"})");
    EXPECT_TRUE(has(test::refusal(read), "tokenizer_config.json:cls_token: is \"[CLS]\"; expected <s>"));
    scratch.file("tokenizer_config.json", R"({"model_max_length": 3})");
    EXPECT_TRUE(has(test::refusal(read), "allows 3 tokens"));
    scratch.file("tokenizer_config.json", "{}");
    scratch.file("merges.txt", "a b\xff\n");
    EXPECT_TRUE(has(test::refusal(read), "merges.txt: byte 3 is not UTF-8"));
    std::filesystem::remove(scratch.path() / "merges.txt");
    EXPECT_TRUE(has(test::refusal(read), "merges.txt: does not exist"));
    for (const char* table : {"[]", "{", R"({"a": 1})", R"({"a": "0"})", R"({"a": 0, "b": 0})"}) {
        scratch.file("vocab.json", table);
        EXPECT_TRUE(has(test::refusal(read), "vocab.json")) << table;
    }
    scratch.file("merges.txt", "a b\n");
    std::filesystem::remove(scratch.path() / "vocab.json");
    EXPECT_TRUE(has(test::refusal(read), "vocab.json: does not exist"));
}

/// A file cut anywhere is refused with its name, or (where the cut takes nothing that is needed) read.
template <class Read>
void expect_answers_at_every_cut(const Scratch& scratch, const std::string& file, std::size_t step, const Read& read) {
    const std::string whole = test::content(scratch.path() / file);
    for (std::size_t length = 0; length < whole.size(); length += step) {
        scratch.file(file, std::string_view(whole).substr(0, length));
        const std::string answer = test::refusal(read);
        EXPECT_TRUE(answer == "accepted" || has(answer, file)) << file << " cut at " << length << ": " << answer;
    }
    scratch.file(file, whole);
}

TEST(Architectures, AnswerFilesThatWereCutAnywhere) {
    const Scratch scratch;
    SmallRoberta().write(scratch);
    const auto read = [&] { return read_tokenizer(scratch.path(), read_bert_config(scratch.path() / "config.json")); };
    for (const char* file : {"vocab.json", "merges.txt", "config.json"}) expect_answers_at_every_cut(scratch, file, 3, read);
    const Scratch other;
    SmallDistilBert().write(other);
    const auto weights = [&] { (void)read_bert_weights(Checkpoint(other.path()), Head::classifier); };
    for (const char* file : {"config.json", "model.safetensors"}) expect_answers_at_every_cut(other, file, 97, weights);
}

TEST(DistilBert, ReadsItsKeysAndNames) {
    const Scratch scratch;
    const SmallDistilBert model;
    const Checkpoint checkpoint(model.write(scratch));
    const BertConfig& config = checkpoint.config();
    EXPECT_EQ(config.architecture, Architecture::distilbert);
    EXPECT_EQ(config.hidden, 12);
    EXPECT_EQ(config.intermediate, 20);
    EXPECT_EQ(config.segments, 0);
    EXPECT_EQ(config.norm_epsilon, 1e-12);
    EXPECT_EQ(config.head_activation(), HeadActivation::relu);
    const BertWeights weights = read_bert_weights(checkpoint, Head::classifier);
    EXPECT_TRUE(weights.segments.empty());
    const auto bytes = [&](const char* name) { return model.tensors.at(name).bytes; };
    EXPECT_EQ(test::bytes_of(weights.layers[1][Matrix::output].weight), bytes("distilbert.transformer.layer.1.ffn.lin2.weight"));
    EXPECT_EQ(test::bytes_of(weights.layers[0].attention_norm.gamma), bytes("distilbert.transformer.layer.0.sa_layer_norm.weight"));
    EXPECT_EQ(test::bytes_of(weights.pooler.bias), bytes("pre_classifier.bias"));
}

TEST(DistilBert, NamesTheFaultOfItsConfig) {
    for (const auto& [key, value] : {std::pair{"dim", 13}, {"dim", 0}, {"n_layers", -1}, {"hidden_dim", 0}, {"n_heads", 0}}) {
        SmallDistilBert model;
        model.config[key] = value;
        EXPECT_TRUE(has(refusal_of(model), std::string("config.json:") + key)) << refusal_of(model);
    }
    SmallDistilBert relu;
    relu.config["activation"] = "relu";
    EXPECT_TRUE(has(refusal_of(relu), "config.json:activation: is relu"));
    EXPECT_EQ(refusal_of(SmallDistilBert()), "accepted");
}

TEST(Architectures, TakePairsWithoutSegmentsWhereTheirTokenizersDo) {
    const Scratch distilled, roberta;
    SmallDistilBert().write(distilled);
    SmallRoberta().write(roberta);
    DataSet pairs;
    pairs.examples.push_back({std::nullopt, "a", "b"});
    Threads threads(1);
    for (const auto& folder : {distilled.path(), roberta.path()}) {
        const BertConfig config = read_bert_config(folder / "config.json");
        const auto encoded = encode_dataset(pairs, Tokenizer(read_tokenizer(folder, config)), config.segments, threads);
        EXPECT_EQ(encoded[0].segments, std::vector<std::int32_t>(encoded[0].ids.size(), 0));
    }
    BertConfig bert = read_bert_config(distilled.path() / "config.json");
    bert.segments = 1;
    EXPECT_TRUE(has(test::refusal([&] { (void)encode_dataset(pairs, Tokenizer(read_tokenizer(distilled.path(), bert)), 1, threads); }),
                    "holds sentence pairs"));
}

}  // namespace
}  // namespace berth::workloads

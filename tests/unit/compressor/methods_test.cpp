// SPDX-License-Identifier: Apache-2.0
#include "compressor/methods.hpp"

#include "compressor/image_file.hpp"
#include "compressor/profiler.hpp"
#include "compressor/quantise.hpp"
#include "compressor/summary.hpp"
#include "models/core/error.hpp"
#include "models/core/json.hpp"
#include "tests/unit/compressor/journal_file.hpp"
#include "tests/unit/compressor/small_checkpoints.hpp"

#include <gtest/gtest.h>

namespace berth::compressor {
namespace {

/// A base, two tasks and their data in a folder of the test's own.
class Methods : public testing::Test {
protected:
    Methods() {
        test::small_base().write(folder_.path() / "base");
        test::small_fine_tuned(1, 0.02F).write(folder_.path() / "one");
        test::small_fine_tuned(2, 0.05F).write(folder_.path() / "two");
        data_ = folder_.file("data.tsv", test::kSmallData);
    }

    [[nodiscard]] CompressionRequest request(const std::string& method) const {
        CompressionRequest request;
        request.base = folder_.path() / "base";
        request.method = method;
        request.mode = "acc";
        request.geometry = {128, 128, 1, "differential"};
        request.area_ratio = [](const WeightImage& image) {
            return static_cast<double>(planes_of(image).size()) / static_cast<double>(planes_of_copies(image).size());
        };
        for (const char* name : {"one", "two"}) request.tasks.push_back({name, folder_.path() / name, data_, ""});
        return request;
    }

    static std::string refusal(const CompressionRequest& request) {
        Threads threads(1);
        try {
            (void)compress(request, threads);
        } catch (const InputError& error) {
            return error.what();
        }
        return "";
    }

    static WeightImage made(const CompressionRequest& request, int thread_count = 2) {
        Threads threads(thread_count);
        return compress(request, threads);
    }

    test::Scratch folder_;
    std::filesystem::path data_;
};

TEST_F(Methods, CopiesHoldEachTaskInItsOwnIntegers) {
    const WeightImage image = made(request("copies"));
    EXPECT_TRUE(image.base.empty());
    ASSERT_EQ(image.tasks.size(), 2u);
    const auto weights = workloads::read_bert_weights(workloads::Checkpoint(folder_.path() / "two"), workloads::Head::classifier);
    for (std::size_t index = 0; index < 7; ++index) {
        const auto& linear = image.tasks[1].network.linears[index];
        const auto& real = matrix_of(weights, index);
        EXPECT_EQ(linear.bias, real.bias);
        for (std::size_t i = 0; i < real.weight.size(); ++i) {
            const float scale = linear.matrix->scales[i / static_cast<std::size_t>(real.in)];
            EXPECT_NEAR(static_cast<float>(linear.matrix->values[i]) * scale, real.weight[i], 0.5001F * scale);
        }
    }
    EXPECT_EQ(image.tasks[0].network.embeddings, image.tasks[1].network.embeddings) << "equal tables are one";
    EXPECT_EQ(image.mode, "");
    EXPECT_EQ(image.tasks[0].metric, "accuracy");
    EXPECT_EQ(image.tasks[0].provenance.at("model.safetensors").as_string().size(), 64u);
    EXPECT_EQ(summarise(image, 0).cells_per_weight, 7.0);
}

TEST_F(Methods, KangHoldsDeltasOnOneBase) {
    const WeightImage image = made(request("kang"));
    ASSERT_EQ(image.base.size(), 7u);
    for (const TaskImage& task : image.tasks)
        for (std::size_t index = 0; index < 7; ++index) EXPECT_EQ(task.network.linears[index].matrix, image.base[index]);
    EXPECT_EQ(image.mode, "acc");
    const auto& statistics = image.tasks[0].statistics;
    EXPECT_GT(statistics.at("cosine").to_number<double>(), 0.99);
    EXPECT_EQ(statistics.at("channels").to_number<int>(), 5 * 8 + 16 + 8);
    EXPECT_EQ(image.tasks[0].provenance.at("data").as_string().size(), 64u);
    const TaskSummary summary = summarise(image, 0);
    EXPECT_GT(summary.cells_per_weight, 0.5);
    EXPECT_LT(summary.cells_per_weight, 7.0);
    EXPECT_NE(summary_table(image).find("one"), std::string::npos);
}

TEST_F(Methods, NameTheRowsTheyMeasureOn) {
    CompressionRequest asked = request("kang");
    const std::filesystem::path held_out = folder_.file("held_out.tsv", "label\tsentence1\n1\tgood film\n0\tbad film\n1\tgood\n");
    for (TaskRequest& task : asked.tasks) {
        task.measure = held_out;
        task.rows = workloads::RowChoice::even;
    }
    for (const char* method : {"kang", "berth"}) {
        asked.method = method;
        const WeightImage image = made(asked);
        EXPECT_EQ(image.tasks[0].statistics.at("measured_sentences").to_number<int>(), 2) << method;
        EXPECT_EQ(image.tasks[0].provenance.at("measure").as_string().size(), 64u) << method;
        EXPECT_NE(image.command.find(",measure=" + held_out.string() + ",rows=even"), std::string::npos) << image.command;
    }
}

TEST_F(Methods, SaveCellsInModesThatMayLoseMore) {
    double before = 8.0;
    for (const std::string& mode : mode_names()) {
        CompressionRequest asked = request("kang");
        asked.mode = mode;
        const WeightImage image = made(asked);
        const double cells = summarise(image, 1).cells_per_weight;
        EXPECT_LE(cells, before) << mode;
        before = cells;
    }
}

TEST_F(Methods, MakeTheSameBytesWithAnyThreads) {
    for (const std::string& method : method_names())
        EXPECT_EQ(serialise(made(request(method), 1)), serialise(made(request(method), 3))) << method;
}

/// Questions that a journal has answers for.
int answers_in(const std::filesystem::path& file) { return test::run_sql(file, "SELECT count(*) FROM found"); }

TEST_F(Methods, GoOnFromAJournal) {
    for (const char* method : {"kang", "berth"}) {
        const auto file = folder_.path() / (std::string(method) + ".sqlite");
        CompressionRequest asked = request(method);
        const auto expected = serialise(made(asked));
        int found = 0;
        {
            Journal journal(file);
            asked.journal = &journal;
            EXPECT_EQ(serialise(made(asked)), expected) << method;
            found = answers_in(file);
            EXPECT_GT(found, 10) << method;
        }
        (void)test::run_sql(file, "DELETE FROM found WHERE rowid % 3 = 0");
        EXPECT_LT(answers_in(file), found);
        Journal journal(file);
        asked.journal = &journal;
        EXPECT_EQ(serialise(made(asked)), expected) << method;
        EXPECT_EQ(answers_in(file), found) << "what was missing was found anew: " << method;
    }
}

TEST_F(Methods, BelieveTheirJournal) {
    const auto file = folder_.path() / "found.sqlite";
    Journal journal(file);
    CompressionRequest asked = request("berth");
    asked.journal = &journal;
    asked.max_loss = 100.0;
    const auto expected = serialise(made(asked));
    EXPECT_GT(test::run_sql(file,
                            "UPDATE found SET answer = (SELECT answer FROM found WHERE question LIKE '%\"site\",\"index\":1}') "
                            "WHERE question LIKE '%\"site\",\"index\":0}'"),
              0);
    EXPECT_NE(serialise(made(asked)), expected) << "calibrations came from elsewhere";
}

TEST_F(Methods, ProfileEveryLayerAlone) {
    const CompressionRequest asked = request("kang");
    const Family family(asked.base);
    Threads threads(2);
    const auto prepared = prepare(family, family.base_matrices(), {asked.tasks, 1, std::nullopt, false, true, true}, threads);
    for (const PreparedTask& task : prepared) {
        ASSERT_EQ(task.profile.layers.size(), 1U);
        const ResilienceCurves &whole = task.profile.whole, &layer = task.profile.layers.front();
        for (const ResilienceCurves* curves : {&whole, &layer}) {
            EXPECT_EQ(curves->sharing.front().cells, curves->precision.back().cells);
            for (std::size_t i = 1; i < curves->precision.size(); ++i)
                EXPECT_GE(curves->precision[i].cells, curves->precision[i - 1].cells);
            for (std::size_t i = 1; i < curves->sharing.size(); ++i) EXPECT_LE(curves->sharing[i].cells, curves->sharing[i - 1].cells);
        }
        EXPECT_NE(layer.precision, whole.precision) << "the pooler keeps its own matrix";
    }
}

TEST_F(Methods, TakeAProfileInsteadOfMeasuring) {
    CompressionRequest asked = request("kang");
    const Family family(asked.base);
    Threads threads(2);
    const auto prepared = prepare(family, family.base_matrices(), {asked.tasks, 1, std::nullopt, false, true}, threads);
    const auto json = parse_json(pretty_json(to_json(profile_of(prepared, 1))), "p.json");
    const WeightImage measured = made(asked);
    asked.profile = profile_from_json(json, "p.json");
    for (auto& task : asked.tasks) task.data.reset();
    const WeightImage given = made(asked);
    for (std::size_t task = 0; task < 2; ++task)
        for (std::size_t index = 0; index < 7; ++index) {
            const auto &a = measured.tasks[task].network.linears[index].delta, &b = given.tasks[task].network.linears[index].delta;
            ASSERT_EQ(a == nullptr, b == nullptr);
            if (a) {
                EXPECT_EQ(a->codes, b->codes);
            }
        }
    CompressionRequest other_cells = asked;
    other_cells.geometry.cell_bits = 2;
    EXPECT_NE(refusal(other_cells).find("cells of 1 bits"), std::string::npos);
    test::small_fine_tuned(3, 0.02F).write(folder_.path() / "one");
    EXPECT_NE(refusal(asked).find("other files of task one"), std::string::npos);
    asked.tasks[1].name = "three";
    asked.tasks.erase(asked.tasks.begin());
    EXPECT_NE(refusal(asked).find("has no task three; expected one or two"), std::string::npos);
}

TEST_F(Methods, RefuseRequestsThatMakeNoSense) {
    CompressionRequest asked = request("magic");
    EXPECT_EQ(refusal(asked), "--method: is magic; expected copies, kang or berth");
    asked = request("kang");
    asked.mode = "fast";
    EXPECT_EQ(refusal(asked), "--mode: is fast; expected acc, opt or agg");
    asked = request("copies");
    asked.tasks[1].name = "one";
    EXPECT_EQ(refusal(asked), "--task one: is given twice; expected a name of its own for each task");
    asked.tasks[1].name = "a b";
    EXPECT_NE(refusal(asked).find("is not a usable name"), std::string::npos);
    asked.tasks[1].name = "base";
    EXPECT_NE(refusal(asked).find("is the base's name"), std::string::npos);
    asked.tasks.clear();
    EXPECT_NE(refusal(asked).find("--task: is missing"), std::string::npos);
    asked = request("copies");
    asked.tasks[0].metric = "guess";
    EXPECT_NE(refusal(asked).find("guess"), std::string::npos);
}

TEST_F(Methods, NeedLabelledDataOnlyToMeasure) {
    CompressionRequest asked = request("kang");
    asked.tasks[1].data.reset();
    EXPECT_NE(refusal(asked).find("--task two: has no data to measure on"), std::string::npos);
    asked.method = "copies";
    EXPECT_EQ(refusal(asked), "");
    asked = request("kang");
    asked.tasks[0].data = folder_.file("unlabelled.tsv", "sentence1\nthe film\n");
    EXPECT_NE(refusal(asked).find("unlabelled.tsv: has no labels"), std::string::npos);
    asked.tasks[0].data = folder_.file("range.tsv", "label\tsentence1\n2\tthe film\n");
    EXPECT_NE(refusal(asked).find("range.tsv"), std::string::npos);
}

TEST_F(Methods, NameBothSidesWhereATaskIsNotOfTheFamily) {
    auto wider = test::small_fine_tuned(1, 0.02F);
    wider.config["num_attention_heads"] = 4;
    wider.write(folder_.path() / "one");
    std::string said = refusal(request("copies"));
    EXPECT_NE(said.find("one/config.json:num_attention_heads: is 4; expected the base's 2"), std::string::npos) << said;
    EXPECT_NE(said.find("base/config.json"), std::string::npos);
    auto renamed = test::small_fine_tuned(1, 0.02F);
    renamed.vocabulary[7] = "a";
    renamed.write(folder_.path() / "one");
    said = refusal(request("copies"));
    EXPECT_NE(said.find("has another vocabulary"), std::string::npos) << said;
    test::small_fine_tuned(1, 0.02F).write(folder_.path() / "one");
    std::ofstream(folder_.path() / "one/tokenizer_config.json") << R"({"do_lower_case": false})";
    said = refusal(request("copies"));
    EXPECT_NE(said.find("splits words in another way"), std::string::npos) << said;
}

TEST_F(Methods, RefuseAStrangerUnlessForced) {
    test::SmallCheckpoint stranger = test::small_fine_tuned(1, 0.02F);
    for (auto& [name, tensor] : stranger.tensors)
        if (tensor.shape.size() == 2)
            for (float& value : tensor.values) value = -value;
    stranger.write(folder_.path() / "one");
    CompressionRequest asked = request("kang");
    const std::string said = refusal(asked);
    EXPECT_NE(said.find("their cosine is -0."), std::string::npos) << said;
    EXPECT_NE(said.find("--force"), std::string::npos);
    asked.force = true;
    EXPECT_EQ(refusal(asked), "");
}

TEST(MethodTable, DescribesEveryMethodWithItsSource) {
    const auto list = describe_methods();
    ASSERT_EQ(list.size(), method_names().size());
    for (const auto& entry : list) {
        EXPECT_FALSE(entry.at("source").as_string().empty());
        EXPECT_TRUE(entry.at("parameters").is_array());
        EXPECT_FALSE(entry.at("stages").as_string().empty());
    }
}

}  // namespace
}  // namespace berth::compressor

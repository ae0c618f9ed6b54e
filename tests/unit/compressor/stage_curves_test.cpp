// SPDX-License-Identifier: Apache-2.0
#include "compressor/stage_curves.hpp"

#include "compressor/profiler.hpp"
#include "compressor/summary.hpp"
#include "tests/unit/compressor/journal_file.hpp"
#include "tests/unit/compressor/small_checkpoints.hpp"
#include "tests/unit/core/refusal.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace berth::compressor {
namespace {

constexpr std::size_t kLayers = 2, kPerLayer = inference::kMatricesPerLayer;

/// The checkpoint with its layer twice.
test::SmallCheckpoint doubled(test::SmallCheckpoint checkpoint) {
    const std::string first = "encoder.layer.0";
    std::map<std::string, test::Tensor> more;
    for (const auto& [name, tensor] : checkpoint.tensors)
        if (const std::size_t place = name.find(first); place != std::string::npos)
            more[std::string(name).replace(place, first.size(), "encoder.layer.1")] = tensor;
    checkpoint.tensors.merge(more);
    checkpoint.config["num_hidden_layers"] = kLayers;
    return checkpoint;
}

/// A base of two layers, two tasks and their data.
class Curves : public testing::Test {
protected:
    Curves() {
        doubled(test::small_base()).write(folder_.path() / "base");
        doubled(test::small_fine_tuned(1, 0.05F)).write(folder_.path() / "one");
        doubled(test::small_fine_tuned(2, 0.1F)).write(folder_.path() / "two");
        data_ = folder_.file("data.tsv", test::kSmallData);
    }

    [[nodiscard]] CompressionRequest request() const {
        CompressionRequest request;
        request.base = folder_.path() / "base";
        request.method = kGivenMethod;
        request.geometry = {128, 128, 1, "differential"};
        for (const char* name : {"one", "two"}) request.tasks.push_back({name, folder_.path() / name, data_, ""});
        return request;
    }

    static std::vector<std::vector<StageCurves>> measured(const std::vector<std::string>& texts, const CompressionRequest& request,
                                                          int thread_count = 2) {
        std::vector<SweptStages> lists;
        for (const std::string& text : texts) lists.push_back(swept_stages_from_text(text, "--curve"));
        Threads threads(thread_count);
        return measure_stage_curves(lists, request, threads);
    }
    /// By task.
    [[nodiscard]] std::vector<StageCurves> measured(const std::string& text) const {
        std::vector<StageCurves> curves;
        for (auto& of_task : measured({text}, request())) curves.push_back(std::move(of_task.front()));
        return curves;
    }

    [[nodiscard]] WeightImage compressed(const std::string& stages) const {
        CompressionRequest asked = request();
        asked.stages = stages_given(stages);
        Threads threads(2);
        return compress(asked, threads);
    }

    /// What an image's task comes to against the same task of another, which is taken for the copy.
    [[nodiscard]] ResiliencePoint point(double setting, const WeightImage& image, const WeightImage& copies, std::size_t task) const {
        Threads threads(2);
        const std::vector<Probe> probes = read_probes(Family(request().base), request().tasks);
        const auto logits = [&](const WeightImage& of) {
            Progress progress("", 0, true);
            return logits_of(of.tasks[task].network, probes[task], threads, progress);
        };
        const inference::Network& network = image.tasks[task].network;
        const auto got = logits(image);
        return {setting, lost_variance(logits(copies), got, network.labels),
                metric_of(got, network, probes[task], image.tasks[task].metric), summarise(image, task).cells_per_weight};
    }

    test::Scratch folder_;
    std::filesystem::path data_;
};

TEST_F(Curves, HaveWhatCompressingAndMeasuringGives) {
    const WeightImage copies = compressed("low_bit_copies");
    for (const auto& [before, after] : {std::pair{"shared_base,ntq{max_precision=", "},hard_sharing{factor=0.25}"},
                                        {"shared_base{source=fitted,bits=6},embeddings{bits=4},low_rank{bits=4,rank=", "},bias_correction"},
                                        {"shared_base,shared_dictionary{rank=", "}"},
                                        {"low_bit_copies{rounding=feedback,bits=", "}"}}) {
        const std::vector<double> values =
            std::string(before).find("copies") == std::string::npos ? std::vector{1.0, 3.0} : std::vector{3.0, 8.0};
        const auto list = [&](const std::string& value) { return before + value + after; };
        const auto name = [](double value) { return std::to_string(static_cast<int>(value)); };
        const auto curves = measured(list(name(values[0]) + "|" + name(values[1])));
        ASSERT_EQ(curves.size(), 2U);
        for (std::size_t task = 0; task < curves.size(); ++task) {
            ASSERT_EQ(curves[task].whole.size(), values.size());
            for (std::size_t i = 0; i < values.size(); ++i) {
                EXPECT_EQ(curves[task].whole[i], point(values[i], compressed(list(name(values[i]))), copies, task)) << before;
                EXPECT_GT(curves[task].whole[i].lost, 0.0) << before;
            }
        }
    }
}

/// The two ways to the published stages' curves, whole and layer by layer.
TEST_F(Curves, AreThoseOfThePublishedStages) {
    const CompressionRequest asked = request();
    const Family family(asked.base);
    Threads threads(2);
    const auto prepared = prepare(family, family.base_matrices(), {asked.tasks, 1, std::nullopt, false, true, true}, threads);
    const auto curves = measured("shared_base,ntq{max_precision=1|2|3|4|5|6|7}");
    for (std::size_t task = 0; task < curves.size(); ++task) {
        const auto same = [](const std::vector<ResiliencePoint>& published, const std::vector<ResiliencePoint>& swept) {
            ASSERT_GT(published.size(), 1U);
            ASSERT_LE(published.size(), swept.size());
            for (std::size_t i = 0; i < published.size(); ++i) EXPECT_EQ(swept[i], published[i]) << i;
        };
        same(prepared[task].profile.whole.precision, curves[task].whole);
        ASSERT_EQ(curves[task].layers.size(), kLayers);
        for (std::size_t layer = 0; layer < kLayers; ++layer)
            same(prepared[task].profile.layers[layer].precision, curves[task].layers[layer]);
    }
}

TEST_F(Curves, LoseNothingInLayersThatAreTheCopys) {
    const auto curves = measured("low_bit_copies,low_bit_copies{bits=2|8,matrices=layer.1.*}");
    for (const StageCurves& task : curves) {
        EXPECT_EQ(task.layers[0][0].lost, 0.0) << "no stage has touched it";
        EXPECT_EQ(task.layers[0][0].cells, 7.0);
        EXPECT_GT(task.layers[1][0].lost, 0.0);
        EXPECT_EQ(task.layers[1][0].cells, 1.0);
        EXPECT_EQ(task.layers[1][0].lost, task.whole[0].lost) << "nothing else differs";
        for (const auto* curve : {&task.whole, &task.layers[0], &task.layers[1]}) {
            EXPECT_EQ((*curve)[1].lost, 0.0) << "eight bits are the copy's";
            EXPECT_EQ((*curve)[1].cells, 7.0);
        }
    }
}

/// Biases go with their layer; embeddings are nobody's.
TEST_F(Curves, TakeALayersBiasesAndNotTheWords) {
    const auto words = measured("low_bit_copies,embeddings{bits=2|8}");
    EXPECT_GT(words[0].whole[0].lost, 0.0);
    for (const auto& layer : words[0].layers) EXPECT_EQ(layer[0].lost, 0.0);
    const auto plain = measured("low_bit_copies{bits=2|3}"), corrected = measured("low_bit_copies{bits=2|3},bias_correction");
    for (std::size_t layer = 0; layer < kLayers; ++layer) EXPECT_NE(plain[0].layers[layer], corrected[0].layers[layer]);
}

TEST_F(Curves, CountATasksShareOfACommonFactor) {
    const auto cells = [&](const std::string& text) { return measured(text)[0].layers[0][0].cells; };
    // In the query of 8 by 8 a basis of one vector and each task's own have 8 elements each, in the feed-forward's 16 by 8 the basis is the
    // larger.
    constexpr double weights = 4 * 64 + 2 * 128, magnitude_bits = 3;
    EXPECT_DOUBLE_EQ(cells("shared_base,shared_dictionary{rank=1|2,bits=4}"),
                     magnitude_bits * (4 * (8 + 8 / 2.0) + 2 * (8 + 16 / 2.0)) / weights);
    EXPECT_DOUBLE_EQ(cells("shared_base,low_rank{rank=1|2,bits=4}"), magnitude_bits * (4 * 16 + 2 * 24) / weights);
    EXPECT_EQ(cells("shared_base{bits=4|8}"), 0.0) << "the base is nobody's";
}

TEST_F(Curves, AreTheSameOnAnyNumberOfThreads) {
    const std::vector<std::string> lists{"shared_base,drop_and_rescale{drop=0.2|0.5},row_scaled_sign",
                                         "shared_base,low_rank{rank=1|2,bits=4},bias_correction"};
    EXPECT_EQ(measured(lists, request(), 1), measured(lists, request(), 3));
}

TEST_F(Curves, AreFoundInAJournal) {
    const auto file = folder_.path() / "found.sqlite";
    const std::string plain = "shared_base,ntq{max_precision=1|2}", calibrated = "shared_base,low_rank{rank=1|2,bits=4},bias_correction";
    const auto expected = measured({plain, calibrated}, request());
    const auto answers = [&] { return test::run_sql(file, "SELECT count(*) FROM found WHERE question LIKE '{\"what\":\"stages\"%'"); };
    Journal journal(file);
    CompressionRequest asked = request();
    asked.journal = &journal;
    EXPECT_EQ(measured({plain}, asked)[1][0], expected[1][0]);
    constexpr int points = 2 * 2 * (1 + kLayers);
    EXPECT_EQ(answers(), points);
    EXPECT_EQ(measured({plain, calibrated}, asked), expected);
    EXPECT_EQ(answers(), 2 * points) << "a list that needs no calibration asks the same beside one that does";
    (void)test::run_sql(file, "DELETE FROM found WHERE rowid % 3 = 0");
    EXPECT_LT(answers(), 2 * points);
    EXPECT_EQ(measured({plain, calibrated}, asked), expected);
    EXPECT_EQ(answers(), 2 * points);

    EXPECT_GT(test::run_sql(file, "UPDATE found SET answer = zeroblob(24) WHERE question LIKE '{\"what\":\"stages\"%'"), 0);
    for (const auto& of_task : measured({plain, calibrated}, asked))
        for (const StageCurves& curves : of_task)
            for (const ResiliencePoint& point : curves.whole) EXPECT_EQ(point, (ResiliencePoint{point.setting, 0.0, 0.0, 0.0}));
}

TEST_F(Curves, AskTheJournalForAllThatTheyDependOn) {
    const auto file = folder_.path() / "found.sqlite";
    Journal journal(file);
    CompressionRequest asked = request();
    asked.journal = &journal;
    const std::string list = "shared_base,low_rank{rank=1|2,bits=4}";
    (void)measured({list}, asked);
    const auto asks_anew = [&](const std::string& text, const CompressionRequest& changed) {
        const auto answers = [&] { return test::run_sql(file, "SELECT count(*) FROM found WHERE question LIKE '{\"what\":\"stages\"%'"); };
        const int before = answers();
        (void)measured({text}, changed);
        return answers() - before;
    };
    constexpr int points = 2 * 2 * (1 + kLayers);
    EXPECT_EQ(asks_anew(list, asked), 0);
    EXPECT_EQ(asks_anew("shared_base,low_rank{rank=1|3,bits=4}", asked), points / 2) << "one setting is known";
    CompressionRequest changed = asked;
    changed.seed = 2;
    EXPECT_EQ(asks_anew(list, changed), points);
    changed = asked;
    changed.geometry.cell_bits = 2;
    EXPECT_EQ(asks_anew(list, changed), points);
    changed = asked;
    changed.tasks[0].name = "other";
    EXPECT_EQ(asks_anew(list, changed), points) << "rules go by names";
    changed = asked;
    changed.tasks.pop_back();
    EXPECT_EQ(asks_anew(list, changed), points / 2) << "tasks may share what a stage makes";
    changed = asked;
    for (TaskRequest& task : changed.tasks) task.rows = workloads::RowChoice::even;
    EXPECT_EQ(asks_anew(list, changed), points);
    test::SmallCheckpoint moved = doubled(test::small_fine_tuned(3, 0.05F));
    moved.write(folder_.path() / "one");
    EXPECT_EQ(asks_anew(list, asked), points);
}

TEST_F(Curves, NameTheOptionWhereStagesDoNotGoTogether) {
    EXPECT_EQ(test::refusal([&] { (void)measured("ntq{max_precision=1|2}"); }),
              "--curve: has ntq before any base; expected shared_base before it");
    EXPECT_NE(
        test::refusal([&] { (void)measured("embeddings{bits=4|5}"); }).find("--curve: leaves task one without a matrix layer.0.query"),
        std::string::npos);
    CompressionRequest without = request();
    without.tasks[1].data.reset();
    EXPECT_NE(test::refusal([&] { (void)measured({"low_bit_copies{bits=4|5}"}, without); }).find("--task two: has no data"),
              std::string::npos);
}

}  // namespace
}  // namespace berth::compressor

// SPDX-License-Identifier: Apache-2.0
#include "compressor/error_feedback.hpp"
#include "compressor/image_file.hpp"
#include "compressor/low_rank.hpp"
#include "compressor/methods.hpp"
#include "compressor/probe.hpp"
#include "models/core/error.hpp"
#include "models/core/files.hpp"
#include "models/core/statistics.hpp"
#include "tests/unit/compressor/small_checkpoints.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace berth::compressor {
namespace {

/// An area that is cells alone.
double cells(const WeightImage& image) {
    const auto count = [](const std::vector<mapping::Plane>& planes) {
        double sum = 0.0;
        for (const auto& plane : planes) sum += double(plane.inputs) * plane.outputs * plane.magnitude_bits;
        return sum;
    };
    return count(planes_of(image)) / count(planes_of_copies(image));
}

/// Bits of the word tables beside cells: whole tables are a third of the copies' area.
double cells_and_words(const WeightImage& image) {
    return (cells(image) + 0.5 * image.tasks[0].network.embeddings->words.magnitude_bits / inference::kMatrixMagnitudeBits) / 1.5;
}

/// A base, two tasks and their data.
class BerthMethod : public testing::Test {
protected:
    BerthMethod() {
        test::small_base().write(folder_.path() / "base");
        test::small_fine_tuned(1, 0.05F).write(folder_.path() / "one");
        test::small_fine_tuned(2, 0.1F).write(folder_.path() / "two");
        data_ = folder_.file("data.tsv", test::kSmallData);
    }

    [[nodiscard]] CompressionRequest request() const {
        CompressionRequest request;
        request.base = folder_.path() / "base";
        request.method = "berth";
        request.geometry = {128, 128, 1, "differential"};
        request.area_ratio = cells;
        for (const char* name : {"one", "two"}) request.tasks.push_back({name, folder_.path() / name, data_, ""});
        return request;
    }

    static WeightImage made(const CompressionRequest& request, int thread_count = 2) {
        Threads threads(thread_count);
        return compress(request, threads);
    }

    static std::string refusal(const CompressionRequest& request) {
        try {
            (void)made(request);
        } catch (const InputError& error) {
            return error.what();
        }
        return "";
    }

    test::Scratch folder_;
    std::filesystem::path data_;
};

TEST_F(BerthMethod, KeepsToTheAreaAndSpendsIt) {
    CompressionRequest asked = request();
    for (const double most : {0.35, 0.5, 0.6}) {
        asked.max_area = most;
        const WeightImage image = made(asked);
        EXPECT_LE(cells(image), most);
        EXPECT_GT(cells(image), most - 0.1);
        EXPECT_LT(image.base.front()->magnitude_bits, inference::kMatrixMagnitudeBits);
        for (const TaskImage& task : image.tasks) EXPECT_LT(task.statistics.at("lost_variance").to_number<double>(), 0.5);
    }
}

TEST_F(BerthMethod, TakesCoarserWordsWhereMemoryCounts) {
    CompressionRequest asked = request();
    asked.area_ratio = cells_and_words;
    asked.max_area = 0.45;
    const WeightImage image = made(asked);
    EXPECT_LE(cells_and_words(image), 0.45);
    const auto& tables = image.tasks[0].network.embeddings;
    EXPECT_LT(tables->words.magnitude_bits, inference::kMatrixMagnitudeBits);
    EXPECT_EQ(tables->positions.magnitude_bits, inference::kMatrixMagnitudeBits);
    EXPECT_EQ(tables, image.tasks[1].network.embeddings);
}

TEST_F(BerthMethod, KeepsToTheBitsThatItsAllocationIsGiven) {
    const auto stages = [](const std::string& bits) {
        return stages_given("allocation{" + bits + "},shared_base{source=fitted},embeddings,low_rank,bias_correction");
    };
    CompressionRequest asked = request();
    asked.max_area = 0.8;
    asked.stages = stages("base_bits_least=8,base_bits_most=8,factor_bits=3,word_bits_least=4,word_bits_most=4");
    const WeightImage image = made(asked);
    EXPECT_EQ(image.base.front()->magnitude_bits, 7);
    EXPECT_EQ(image.tasks[0].network.embeddings->words.magnitude_bits, 3);
    bool factors = false;
    for (const inference::Linear& linear : image.tasks[1].network.linears)
        if (linear.low_rank) {
            factors = true;
            EXPECT_EQ(linear.low_rank->up->magnitude_bits, 2);
        }
    EXPECT_TRUE(factors);
    asked.stages = stages("base_bits_least=5,base_bits_most=4");
    EXPECT_EQ(refusal(asked), "allocation.base_bits_least: is 5; expected 4 at most");
}

TEST_F(BerthMethod, StopsAtTheFirstAllocationThatLosesLittleEnough) {
    CompressionRequest asked = request();
    asked.max_loss = 100.0;
    const double loose = cells(made(asked));
    asked.max_loss = 0.0;
    EXPECT_LE(loose, cells(made(asked)));
}

TEST_F(BerthMethod, WritesTheSameFileOnAnyNumberOfThreads) {
    CompressionRequest asked = request();
    asked.max_area = 0.5;
    write_image(made(asked, 1), folder_.path() / "a.berth");
    write_image(made(asked, 3), folder_.path() / "b.berth");
    EXPECT_EQ(read_text(folder_.path() / "a.berth", 1 << 20), read_text(folder_.path() / "b.berth", 1 << 20));
}

TEST_F(BerthMethod, RefusesBoundsThatCannotBe) {
    CompressionRequest asked = request();
    asked.max_area = 0.01;
    // A base of two bits of magnitude, for two copies of seven.
    EXPECT_NE(refusal(asked).find("--max-area: 0.01 cannot be reached with these tasks; expected 0.1429 or more"), std::string::npos)
        << refusal(asked);
    asked.max_area = 2.0;
    EXPECT_EQ(refusal(asked), "--max-area: is 2; expected 0 to 1");
    asked.max_area = 0.5;
    asked.max_loss = 0.5;
    EXPECT_EQ(refusal(asked), "--max-loss: is given beside --max-area; expected one of them");
    asked.method = "copies";
    EXPECT_EQ(refusal(asked), "--max-loss: is no option of method copies; expected method berth");
}

TEST_F(BerthMethod, RefusesATaskThatDoesNotResembleTheBase) {
    test::SmallCheckpoint stranger = test::small_fine_tuned(3, 0.0F);
    for (auto& [name, tensor] : stranger.tensors)
        if (name.find("encoder") != std::string::npos || name.find("pooler") != std::string::npos)
            for (std::size_t i = 0; i < tensor.values.size(); ++i) tensor.values[i] *= i % 2 ? -1.0F : 1.0F;
    stranger.write(folder_.path() / "stranger");
    CompressionRequest asked = request();
    asked.max_area = 0.5;
    asked.tasks.push_back({"stranger", folder_.path() / "stranger", data_, ""});
    EXPECT_NE(refusal(asked).find("does not look fine-tuned from"), std::string::npos) << refusal(asked);
    asked.force = true;
    EXPECT_EQ(made(asked).tasks.size(), 3u);
}

TEST(MetricUnderNoise, IsTheMetricWithoutNoiseAndChanceWhereNoiseIsAll) {
    inference::Network network;
    network.labels = 2;
    Probe probe;
    std::vector<float> logits;
    for (int i = 0; i < 200; ++i) {
        probe.labels.push_back(i % 2);
        const float margin = 0.05F * static_cast<float>(i % 40) + 0.5F;
        logits.insert(logits.end(), {i % 2 ? -margin : margin, i % 2 ? margin : -margin});
    }
    const DrawKey key = draw_key(1, 2, 3);
    const auto at = [&](double lost) { return mean(metrics_under_noise(logits, network, probe, "accuracy", lost, key)); };
    EXPECT_EQ(at(0.0), 1.0);
    EXPECT_LT(at(0.3), 1.0);
    EXPECT_GT(at(0.3), at(3.0));
    // A sign under noise a thousand times larger is as good as none: 6400 tosses stay within 4 standard deviations of a half.
    EXPECT_NEAR(at(1e6), 0.5, 4.0 * 0.5 / std::sqrt(6400.0));
    EXPECT_EQ(at(0.3), at(0.3));
}

TEST_F(BerthMethod, NeedsData) {
    CompressionRequest asked = request();
    asked.tasks[1].data.reset();
    EXPECT_NE(refusal(asked).find("--task two: has no data to measure on"), std::string::npos);
}

}  // namespace
}  // namespace berth::compressor

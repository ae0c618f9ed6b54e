// SPDX-License-Identifier: Apache-2.0
#include "compressor/embedding_tables.hpp"

#include "compressor/error_feedback.hpp"
#include "tests/unit/compressor/random_rows.hpp"

#include <gtest/gtest.h>

namespace berth::compressor {
namespace {

constexpr int kWords = 64, kHidden = 16;

std::shared_ptr<const inference::Embeddings> tables(std::uint32_t stream) {
    test::Numbers numbers(stream);
    const auto table = [&](int rows) {
        const Rows values = test::random_rows(numbers, rows, kHidden);
        return inference::quantise_rows({values.data(), values.data() + values.size()}, rows, kHidden);
    };
    return std::make_shared<const inference::Embeddings>(inference::Embeddings{table(kWords), table(8), table(2)});
}

/// Logits that see two directions of an embedding alone, and words of the lower half alone.
CalibratedTask task(std::shared_ptr<const inference::Embeddings> own) {
    CalibratedTask task;
    task.image.network.embeddings = std::move(own);
    EmbeddingCalibration& calibration = task.calibration.embeddings;
    calibration.moments = Rows::Zero(kHidden, kHidden);
    calibration.moments(0, 0) = 1.0F;
    calibration.moments(5, 5) = 0.5F;
    calibration.frequency = Vector::Zero(kWords);
    calibration.frequency.head(kWords / 2).setConstant(2.0F / kWords);
    return task;
}

double squared_error(const inference::Embeddings& a, const inference::Embeddings& b, const std::vector<int>& columns) {
    const Rows difference = real_values(a.words) - real_values(b.words);
    double sum = 0.0;
    for (const int column : columns) sum += static_cast<double>(difference.col(column).squaredNorm());
    return sum;
}

TEST(EmbeddingTables, LoseLessWithMoreBitsAndNothingWithAll) {
    Threads threads(2);
    const std::vector<CalibratedTask> tasks{task(tables(1))};
    double before = 1e9;
    for (const int bits : {2, 3, 4, 5}) {
        const EmbeddingTables made = quantise_words(tasks, bits, threads);
        EXPECT_EQ(made.by_task[0]->words.magnitude_bits, bits);
        EXPECT_EQ(made.by_task[0]->positions, tasks[0].image.network.embeddings->positions);
        EXPECT_LT(made.loss, before);
        EXPECT_GT(made.loss, 0.0);
        before = made.loss;
    }
    const EmbeddingTables whole = quantise_words(tasks, 7, threads);
    EXPECT_EQ(whole.by_task[0], tasks[0].image.network.embeddings);
    EXPECT_EQ(whole.loss, 0.0);
}

TEST(EmbeddingTables, PutTheirErrorsWhereTheLogitsDoNotLook) {
    Threads threads(1);
    const std::vector<CalibratedTask> tasks{task(tables(1))};
    const auto& own = *tasks[0].image.network.embeddings;
    const auto made = quantise_words(tasks, 3, threads).by_task[0];
    const std::vector<int> seen{0, 5}, unseen{1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    EXPECT_LT(squared_error(own, *made, seen) / 2.0, squared_error(own, *made, unseen) / 14.0);
}

TEST(EmbeddingTables, StaySharedWhereTheyWere) {
    Threads threads(2);
    const auto one = tables(1), other = tables(2);
    const EmbeddingTables made = quantise_words({task(one), task(other), task(one)}, 4, threads);
    EXPECT_EQ(made.by_task[0], made.by_task[2]);
    EXPECT_NE(made.by_task[0], made.by_task[1]);
}

TEST(EmbeddingTables, OfAnImageServeATaskThatTheySuit) {
    Threads threads(1);
    const std::vector<CalibratedTask> first{task(tables(1))};
    const auto coarse = quantise_words(first, 4, threads).by_task[0];
    const EmbeddingTables chosen = choose_tables({task(tables(1)), task(tables(2))}, {coarse}, threads);
    EXPECT_EQ(chosen.by_task[0], coarse);
    EXPECT_NE(chosen.by_task[1], coarse);
    EXPECT_EQ(chosen.by_task[1]->words, tables(2)->words);
}

TEST(EmbeddingTables, OfAnImageServeATaskThatLooksElsewhereWhereThatLosesLittle) {
    Threads threads(1);
    const auto coarse = quantise_words({task(tables(1))}, 4, threads).by_task[0];
    const auto elsewhere = [](float weight) {
        CalibratedTask other = task(tables(1));
        Rows& moments = other.calibration.embeddings.moments;
        moments.setZero();
        moments(3, 3) = weight;
        return other;
    };
    const CalibratedTask one = elsewhere(1.0F);
    const auto own = quantise_words({one}, 4, threads);
    const EmbeddingTables chosen = choose_tables({one}, {coarse}, threads);
    ASSERT_EQ(chosen.by_task[0], coarse);
    EXPECT_GT(chosen.loss, 2.0 * own.loss) << "or the case shows nothing";
    EXPECT_LE(chosen.loss, 0.02);
    const float much = static_cast<float>(0.021 / chosen.loss);
    EXPECT_NE(choose_tables({elsewhere(much)}, {coarse}, threads).by_task[0], coarse);
}

}  // namespace
}  // namespace berth::compressor

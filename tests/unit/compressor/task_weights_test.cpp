// SPDX-License-Identifier: Apache-2.0
#include "compressor/task_weights.hpp"

#include "compressor/allocation.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <string>

namespace berth::compressor {
namespace {

/// A task of two classes with right predictions, whose sentences all lie `margin` from the boundary but for one in ten.
CalibratedTask task_with(float margin, float margin_of_tenth) {
    CalibratedTask task;
    task.image.metric = "accuracy";
    task.image.network.labels = 2;
    for (int i = 0; i < 100; ++i) {
        const float distance = (i % 10 == 0 ? margin_of_tenth : margin) * (i % 2 ? 1.0F : -1.0F);
        task.probe.labels.push_back(i % 2);
        task.expected.insert(task.expected.end(), {-distance, distance});
    }
    return task;
}

TEST(TaskWeights, GiveMoreToATaskWhoseMetricMovesMore) {
    const std::vector<CalibratedTask> tasks{task_with(1.0F, 1.0F), task_with(1.0F, 0.02F), task_with(1.0F, 1.0F)};
    const auto weights = task_weights(tasks, 0.5, 1);
    // Noise of 1 % leaves sentences alone that lie ten deviations from the boundary: the second task's weight is half its own share of 3.
    EXPECT_DOUBLE_EQ(weights[0], 0.5);
    EXPECT_DOUBLE_EQ(weights[1], 2.0);
    EXPECT_DOUBLE_EQ(weights[2], 0.5);
    EXPECT_DOUBLE_EQ(task_weights(tasks, 1.0, 1)[1], 3.0);
}

TEST(TaskWeights, AreOneOnAverageWhateverTheMetrics) {
    const std::vector<CalibratedTask> tasks{task_with(1.0F, 0.1F), task_with(0.1F, 0.05F), task_with(1.0F, 0.02F)};
    for (const double share : {0.0, 0.3, 1.0}) {
        const auto weights = task_weights(tasks, share, 7);
        EXPECT_NEAR(std::accumulate(weights.begin(), weights.end(), 0.0), 3.0, 1e-12);
        for (const double weight : weights) EXPECT_GE(weight, 1.0 - share);
    }
    EXPECT_EQ(task_weights(tasks, 0.0, 7), (std::vector<double>{1.0, 1.0, 1.0}));
    EXPECT_EQ(task_weights(tasks, 0.5, 7), task_weights(tasks, 0.5, 7));
}

TEST(TaskWeights, AreAlikeWhereNoMetricMoves) {
    EXPECT_EQ(task_weights({task_with(1.0F, 1.0F), task_with(2.0F, 2.0F)}, 1.0, 1), (std::vector<double>{1.0, 1.0}));
}

TEST(TaskWeights, WeighOffersTaskByTask) {
    Vector values(2);
    values << 3.0F, 1.0F;
    const std::vector<RankOffer> offers(4, RankOffer{values, 1});
    const auto heavier = weighted(offers, {1.0, 4.0});
    EXPECT_DOUBLE_EQ(loss_left(heavier, {0, 0, 2, 2}), 20.0) << "the first task's";
    EXPECT_DOUBLE_EQ(loss_left(heavier, {2, 2, 0, 0}), 80.0);
    EXPECT_EQ(heavier[3].most, 1);
}

}  // namespace
}  // namespace berth::compressor

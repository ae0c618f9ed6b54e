// SPDX-License-Identifier: Apache-2.0
#include "compressor/similar_deltas.hpp"

#include "compressor/low_rank.hpp"
#include "tests/unit/compressor/random_rows.hpp"

#include <gtest/gtest.h>

namespace berth::compressor {
namespace {

using Clusters = std::vector<std::vector<std::size_t>>;

constexpr int kOut = 10, kIn = 14;

/// Deltas around two centres, the third alone.
struct Around {
    explicit Around(std::uint32_t stream) : numbers(stream) {
        const Rows one = test::random_rows(numbers, kOut, kIn), two = test::random_rows(numbers, kOut, kIn);
        for (const auto& [centre, away] :
             {std::pair{one, 0.0F}, {two, 0.05F}, {one, 0.05F}, {test::random_rows(numbers, kOut, kIn), 0.0F}, {two, 0.0F}, {one, 0.02F}})
            deltas.push_back(centre + away * test::random_rows(numbers, kOut, kIn));
        for (std::size_t t = 0; t < deltas.size(); ++t) sites.push_back(test::random_site(numbers, kOut, kIn));
        for (std::size_t t = 0; t < deltas.size(); ++t) tasks.push_back({deltas[t], sites[t]});
    }
    Around(const Around&) = delete;

    test::Numbers numbers;
    std::vector<Rows> deltas;
    std::vector<SiteCalibration> sites;
    std::vector<DeltaOfTask> tasks;
};

TEST(SimilarDeltas, AreFoundByWhatTasksLoseWithEachOthers) {
    const Around around(1);
    EXPECT_EQ(similar_deltas(around.tasks, 0.05), (Clusters{{0, 2, 5}, {1, 4}, {3}}));
    EXPECT_EQ(similar_deltas(around.tasks, 0.0), (Clusters{{0}, {1}, {2}, {3}, {4}, {5}}));
    EXPECT_EQ(similar_deltas({}, 0.5), Clusters{});
}

TEST(SimilarDeltas, LoseAtMostTheThresholdWithEachOther) {
    for (std::uint32_t stream = 2; stream < 8; ++stream) {
        const Around around(stream);
        for (const double threshold : {1e-4, 1e-3, 0.01, 0.3, 1.0})
            for (const auto& cluster : similar_deltas(around.tasks, threshold))
                for (const std::size_t a : cluster)
                    for (const std::size_t b : cluster) EXPECT_LE(loss_with(around.tasks[b].delta, around.tasks[a]), threshold);
    }
}

TEST(LossWith, IsNoneForTheOwnDeltaAndAllWithoutAny) {
    const Around around(9);
    EXPECT_EQ(loss_with(around.deltas[0], around.tasks[0]), 0.0);
    EXPECT_DOUBLE_EQ(loss_with(Rows::Zero(kOut, kIn), around.tasks[0]), 1.0);
    const Rows none = Rows::Zero(kOut, kIn);
    EXPECT_EQ(loss_with(around.deltas[0], {none, around.sites[0]}), 1.0);
    EXPECT_EQ(loss_with(none, {none, around.sites[0]}), 0.0);
}

TEST(MeanDelta, IsTheOneDeltaOfTasksThatHaveTheSame) {
    const Around around(10);
    const std::vector<DeltaOfTask> same{{around.deltas[0], around.sites[0]}, {around.deltas[0], around.sites[1]}};
    EXPECT_EQ(mean_delta(same), around.deltas[0]);
}

/// Any other matrix loses more over the tasks in their input norms.
TEST(MeanDelta, LosesLeastInTheInputNorms) {
    Around around(11);
    const std::vector<DeltaOfTask> some{around.tasks[0], around.tasks[3]};
    const Rows mean = mean_delta(some);
    const auto lost = [&](const Rows& with) {
        double sum = 0.0;
        for (const DeltaOfTask& task : some) {
            const Rows left = task.delta - with;
            sum += static_cast<double>((left * task.site.inputs).cwiseProduct(left).sum());
        }
        return sum;
    };
    for (int trial = 0; trial < 6; ++trial) EXPECT_GT(lost(mean + 0.1F * test::random_rows(around.numbers, kOut, kIn)), lost(mean));
    EXPECT_LT(lost(mean), lost(0.5F * (around.deltas[0] + around.deltas[3])));
}

TEST(PooledSite, OfOneTaskIsItsOwn) {
    const Around around(12);
    const SiteCalibration pooled = pooled_site(std::span(around.tasks).first(1));
    EXPECT_EQ(pooled.inputs, around.sites[0].inputs);
    EXPECT_LT((pooled.outputs - around.sites[0].outputs).norm(), 1e-5F);
}

}  // namespace
}  // namespace berth::compressor

// SPDX-License-Identifier: Apache-2.0
#include "compressor/rank_costs.hpp"

#include "models/core/ceil_div.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

namespace berth::compressor {
namespace {

constexpr std::size_t kTasks = 2, kMatrices = 2;
constexpr int kMost = 3;

Vector falling(int count) {
    auto values = *rc::gen::container<std::vector<int>>(static_cast<std::size_t>(count), rc::gen::inRange(0, 100));
    std::sort(values.begin(), values.end(), std::greater<>());
    Vector result(count);
    for (int i = 0; i < count; ++i) result(i) = static_cast<float>(values[static_cast<std::size_t>(i)]) / 10.0F;
    return result;
}

std::vector<RankOffer> some_offers() {
    std::vector<RankOffer> offers;
    for (std::size_t i = 0; i < kTasks * kMatrices; ++i) offers.push_back({falling(kMost + 1), kMost});
    return offers;
}

/// Arrays of `width` ranks cost `site` each, for all tasks at once, and every vector of a task costs `cells`.
struct Chip {
    int width = 1;
    double site = 0.0, cells = 0.0;

    [[nodiscard]] double area(const Ranks& by_task) const {
        int sum = 0, most = 0;
        for (const int rank : by_task) {
            sum += rank;
            most = std::max(most, rank);
        }
        return site * ceil_div(most, width) + cells * sum;
    }
    [[nodiscard]] double area_of(const Ranks& ranks) const {
        double sum = 0.0;
        for (std::size_t matrix = 0; matrix < kMatrices; ++matrix) sum += area({ranks[matrix], ranks[kMatrices + matrix]});
        return sum;
    }
    [[nodiscard]] RankCosts costs() const {
        return rank_costs([this](std::size_t, int rank, std::size_t tasks) { return 0.5 + area(Ranks(tasks, rank)); },
                          std::vector<int>(kMatrices, kMost), kTasks, 1);
    }
};

Chip some_chip() { return {*rc::gen::inRange(1, 4), 0.01 * *rc::gen::inRange(0, 50), 0.01 * *rc::gen::inRange(1, 20)}; }

/// Calls on_ranks for all that can be bought.
template <class OnRanks>
void for_all_ranks(const OnRanks& on_ranks) {
    constexpr int choices = kMost + 1;
    for (int code = 0; code < choices * choices * choices * choices; ++code) {
        Ranks ranks;
        for (int rest = code, i = 0; i < 4; ++i, rest /= choices) ranks.push_back(rest % choices);
        on_ranks(ranks);
    }
}

TEST(RankCosts, TellWhatIsOpenedFromWhatAVectorCosts) {
    const RankCosts costs = Chip{2, 1.0, 0.25}.costs();
    ASSERT_EQ(costs.size(), kMatrices);
    EXPECT_EQ(costs[0].caps, (std::vector<int>{0, 1, 2, 3}));
    EXPECT_NEAR(costs[0].vector, 0.25, 1e-12);
    const std::vector<double> opened{0.0, 1.0, 1.0, 2.0};
    for (std::size_t i = 0; i < opened.size(); ++i) EXPECT_NEAR(costs[0].opened[i], opened[i], 1e-12);
}

TEST(RankCosts, KnowTheMostBesideTheSteps) {
    const RankCosts costs = rank_costs([](std::size_t, int rank, std::size_t) { return rank; }, {5, 0}, 1, 2);
    EXPECT_EQ(costs[0].caps, (std::vector<int>{0, 2, 4, 5}));
    EXPECT_EQ(costs[0].opened, (std::vector<double>{0.0, 2.0, 4.0, 5.0})) << "of one task all is opened for it";
    EXPECT_TRUE(costs[1].caps.empty());
}

TEST(Allocation, BuysTheBestOfAllThatThereIs) {
    EXPECT_TRUE(rc::check([] {
        const auto offers = some_offers();
        const Chip chip = some_chip();
        const double price = 0.5 * *rc::gen::inRange(0, 400);
        const auto objective = [&](const Ranks& ranks) { return loss_left(offers, ranks) + price * chip.area_of(ranks); };
        const double reached = objective(ranks_at(offers, chip.costs(), price));
        for_all_ranks([&](const Ranks& ranks) { RC_ASSERT(reached <= objective(ranks) * (1 + 1e-9) + 1e-9); });
    }));
}

TEST(Allocation, FitsAndLosesNoMoreThanAnythingSmaller) {
    EXPECT_TRUE(rc::check([] {
        const auto offers = some_offers();
        const Chip chip = some_chip();
        const double most = 0.05 * *rc::gen::inRange(0, 80);
        const auto ranks = best_fit(offers, chip.costs(), [&](const Ranks& chosen) { return chip.area_of(chosen) <= most; });
        RC_ASSERT(ranks.has_value());
        const double area = chip.area_of(*ranks);
        RC_ASSERT(area <= most);
        for_all_ranks([&](const Ranks& other) {
            if (chip.area_of(other) <= area - 1e-9) RC_ASSERT(loss_left(offers, *ranks) <= loss_left(offers, other) + 1e-4);
        });
    }));
}

TEST(Allocation, SaysWhereNothingFits) {
    const std::vector<RankOffer> offers(4, {Vector{{2.0F, 1.0F}}, 1});
    EXPECT_FALSE(best_fit(offers, Chip{1, 1.0, 1.0}.costs(), [](const Ranks&) { return false; }));
    EXPECT_EQ(best_fit(offers, Chip{1, 1.0, 1.0}.costs(), [](const Ranks&) { return true; }), (Ranks{1, 1, 1, 1}));
}

}  // namespace
}  // namespace berth::compressor

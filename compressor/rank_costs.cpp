// SPDX-License-Identifier: Apache-2.0
#include "compressor/rank_costs.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace berth::compressor {
namespace {

constexpr int kHalvings = 40;                                  ///< of a search for a price
constexpr double kPriceRange = 1.0 / (std::int64_t{1} << 60);  ///< lowest price tried, over the highest
constexpr double kLeastCost = 1.0 / (1 << 30);                 ///< share of the copies' area below which a difference is rounding

double squared(const RankOffer& offer, int vector) {
    const double value = offer.values(vector);
    return value * value;
}

/// Vectors of an offer that are worth more than `price` each.
int wanted(const RankOffer& offer, int cap, double price) {
    int rank = 0;
    const int most = std::min(offer.most, cap);
    while (rank < most && squared(offer, rank) > price) ++rank;
    return rank;
}

/// What tasks buy of one matrix.
struct Bought {
    Ranks ranks;        ///< by task
    double gain = 0.0;  ///< loss taken away, less the price of the area
};

Bought bought(const std::vector<RankOffer>& offers, std::size_t matrix, std::size_t matrices, const RankCost& cost, std::size_t cap,
              double price) {
    Bought result;
    result.gain = -price * cost.opened[cap];
    for (std::size_t place = matrix; place < offers.size(); place += matrices) {
        const int rank = wanted(offers[place], cost.caps[cap], price * cost.vector);
        for (int vector = 0; vector < rank; ++vector) result.gain += squared(offers[place], vector) - price * cost.vector;
        result.ranks.push_back(rank);
    }
    return result;
}

/// A price at which nothing that costs anything is bought.
double highest_price(const std::vector<RankOffer>& offers, const RankCosts& costs) {
    double worth = 0.0, least = 1.0;
    for (const RankOffer& offer : offers) worth += offer.values.cast<double>().squaredNorm();
    for (const RankCost& cost : costs) {
        if (cost.vector > 0.0) least = std::min(least, cost.vector);
        for (const double opened : cost.opened)
            if (opened > 0.0) least = std::min(least, opened);
    }
    return worth > 0.0 ? 2.0 * worth / least : 1.0;
}

}  // namespace

RankCosts rank_costs(const RankArea& area, const std::vector<int>& most, std::size_t tasks, int step) {
    RankCosts costs(most.size());
    for (std::size_t matrix = 0; matrix < most.size(); ++matrix) {
        RankCost& cost = costs[matrix];
        if (most[matrix] == 0) continue;
        for (int cap = 0; cap < most[matrix]; cap += step) cost.caps.push_back(cap);
        cost.caps.push_back(most[matrix]);
        const double nothing = area(matrix, 0, 1);
        std::vector<double> alone;
        for (const int cap : cost.caps) alone.push_back(area(matrix, cap, 1) - nothing);
        if (tasks > 1)
            cost.vector =
                std::max(0.0, area(matrix, most[matrix], tasks) - nothing - alone.back()) / (static_cast<double>(tasks - 1) * most[matrix]);
        cost.opened.push_back(0.0);
        for (std::size_t i = 1; i < alone.size(); ++i) {
            const double opened = alone[i] - cost.vector * cost.caps[i], before = cost.opened.back();
            cost.opened.push_back(opened > before + kLeastCost ? opened : before);
        }
    }
    return costs;
}

Ranks ranks_at(const std::vector<RankOffer>& offers, const RankCosts& costs, double price) {
    Ranks ranks(offers.size(), 0);
    for (std::size_t matrix = 0; matrix < costs.size(); ++matrix) {
        Bought best{Ranks(offers.size() / costs.size(), 0), 0.0};
        for (std::size_t cap = 1; cap < costs[matrix].caps.size(); ++cap) {
            Bought candidate = bought(offers, matrix, costs.size(), costs[matrix], cap, price);
            if (candidate.gain > best.gain) best = std::move(candidate);
        }
        for (std::size_t task = 0; task < best.ranks.size(); ++task) ranks[task * costs.size() + matrix] = best.ranks[task];
    }
    return ranks;
}

std::optional<Ranks> best_fit(const std::vector<RankOffer>& offers, const RankCosts& costs, const std::function<bool(const Ranks&)>& fit) {
    Ranks best(offers.size(), 0);
    if (!fit(best)) return std::nullopt;
    if (Ranks all = ranks_at(offers, costs, 0.0); fit(all)) return all;
    double fails = highest_price(offers, costs) * kPriceRange, fits = highest_price(offers, costs);
    for (int halving = 0; halving < kHalvings; ++halving) {
        const double middle = std::sqrt(fails * fits);
        Ranks ranks = ranks_at(offers, costs, middle);
        if (fit(ranks)) {
            fits = middle;
            best = std::move(ranks);
        } else {
            fails = middle;
        }
    }
    return best;
}

}  // namespace berth::compressor

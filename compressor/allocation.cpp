// SPDX-License-Identifier: Apache-2.0
#include "compressor/allocation.hpp"

#include <algorithm>

namespace berth::compressor {
namespace {

double worth(const RankOffer& offer, int vector) {
    const double value = offer.values(vector);
    return value * value / offer.cells;
}

/// What every vector of every offer is worth a cell, falling.
std::vector<double> prices_of(const std::vector<RankOffer>& offers) {
    std::vector<double> prices;
    for (const RankOffer& offer : offers)
        for (int vector = 0; vector < offer.most; ++vector) prices.push_back(worth(offer, vector));
    std::sort(prices.begin(), prices.end(), std::greater<>());
    prices.erase(std::unique(prices.begin(), prices.end()), prices.end());
    return prices;
}

}  // namespace

Ranks ranks_at(const std::vector<RankOffer>& offers, double price) {
    Ranks ranks;
    for (const RankOffer& offer : offers) {
        int rank = 0;
        while (rank < offer.most && worth(offer, rank) > price) ++rank;
        ranks.push_back(rank);
    }
    return ranks;
}

double loss_left(const std::vector<RankOffer>& offers, const Ranks& ranks) {
    double loss = 0.0;
    for (std::size_t i = 0; i < offers.size(); ++i)
        loss += offers[i].values.tail(offers[i].values.size() - ranks[i]).cast<double>().squaredNorm();
    return loss;
}

std::optional<Ranks> best_fit(const std::vector<RankOffer>& offers, const std::function<bool(const Ranks&)>& fit) {
    std::vector<double> prices = prices_of(offers);
    prices.push_back(-1.0);
    // prices[fits] is dear enough to fit; prices[fails] is not.
    std::size_t fits = 0, fails = prices.size();
    if (Ranks none = ranks_at(offers, prices[0]); !fit(none)) return std::nullopt;
    while (fails - fits > 1) {
        const std::size_t middle = fits + (fails - fits) / 2;
        (fit(ranks_at(offers, prices[middle])) ? fits : fails) = middle;
    }
    return ranks_at(offers, prices[fits]);
}

}  // namespace berth::compressor

// SPDX-License-Identifier: Apache-2.0
#include "compressor/allocation.hpp"

#include <cmath>

namespace berth::compressor {

std::vector<RankOffer> weighted(std::vector<RankOffer> offers, const std::vector<double>& weights) {
    const std::size_t matrices = offers.size() / weights.size();
    for (std::size_t i = 0; i < offers.size(); ++i) offers[i].values *= static_cast<float>(std::sqrt(weights[i / matrices]));
    return offers;
}

double loss_left(const std::vector<RankOffer>& offers, const Ranks& ranks) {
    double loss = 0.0;
    for (std::size_t i = 0; i < offers.size(); ++i)
        loss += offers[i].values.tail(offers[i].values.size() - ranks[i]).cast<double>().squaredNorm();
    return loss;
}

}  // namespace berth::compressor

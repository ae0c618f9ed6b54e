// SPDX-License-Identifier: Apache-2.0
#include "compressor/allocation.hpp"

namespace berth::compressor {

double loss_left(const std::vector<RankOffer>& offers, const Ranks& ranks) {
    double loss = 0.0;
    for (std::size_t i = 0; i < offers.size(); ++i)
        loss += offers[i].values.tail(offers[i].values.size() - ranks[i]).cast<double>().squaredNorm();
    return loss;
}

}  // namespace berth::compressor

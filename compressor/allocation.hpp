// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/dense.hpp"

#include <vector>

namespace berth::compressor {

/// What one matrix of a task may buy: the loss that each further singular vector takes away.
struct RankOffer {
    Vector values;  ///< singular values in the calibrated norm, descending; see Spectrum
    int most = 0;   ///< vectors that can be had
};

/// Vectors bought of each offer, in their order.
using Ranks = std::vector<int>;

/// Offers of tasks one after another, with every task's losses times its weight.
[[nodiscard]] std::vector<RankOffer> weighted(std::vector<RankOffer> offers, const std::vector<double>& weights);

/// Sum of squares of the values that were not bought.
[[nodiscard]] double loss_left(const std::vector<RankOffer>& offers, const Ranks& ranks);

}  // namespace berth::compressor

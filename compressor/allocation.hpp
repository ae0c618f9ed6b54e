// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/dense.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace berth::compressor {

/// What one matrix of a task may buy: the loss that each further singular vector takes away, and the cells it costs.
struct RankOffer {
    Vector values;       ///< singular values in the calibrated norm, descending; see Spectrum
    double cells = 0.0;  ///< of one vector of each factor, in one polarity
    int most = 0;        ///< vectors that can be had
};

/// Vectors bought of each offer, in their order.
using Ranks = std::vector<int>;

/// Every vector that takes away more than `price` a cell is bought: the greedy choice, which is the best for the cells it spends, for
/// what a vector takes away depends on no other and falls within an offer.
[[nodiscard]] Ranks ranks_at(const std::vector<RankOffer>& offers, double price);

/// Sum of squares of the values that were not bought.
[[nodiscard]] double loss_left(const std::vector<RankOffer>& offers, const Ranks& ranks);

/// The lowest price whose ranks `fit`, found by halving between the offers' own prices; fit must not become true as ranks grow.
/// @return nothing where not even no vector fits.
[[nodiscard]] std::optional<Ranks> best_fit(const std::vector<RankOffer>& offers, const std::function<bool(const Ranks&)>& fit);

}  // namespace berth::compressor

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/allocation.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace berth::compressor {

/// What vectors of one matrix's factors cost, as shares of the copies' area. Arrays with all their periphery are opened for many vectors
/// at once, and where tasks share converters, for all tasks: what a vector adds to that is little more than its cells.
struct RankCost {
    std::vector<int> caps;       ///< ranks whose cost is known, ascending from 0
    std::vector<double> opened;  ///< by cap: what is opened for ranks up to that, whichever tasks have them; from 0, never falling
    double vector = 0.0;         ///< of every vector of every task beside it
};

/// One for each matrix.
using RankCosts = std::vector<RankCost>;

/// Area, as a share of the copies', of `ranks` of `tasks` tasks at one matrix, and none anywhere else.
using RankArea = std::function<double(std::size_t matrix, int rank, std::size_t tasks)>;

/// Asks what ranks cost, at multiples of `step` and at the most.
/// @param most by matrix. @param step at least 1.
[[nodiscard]] RankCosts rank_costs(const RankArea& area, const std::vector<int>& most, std::size_t tasks, int step);

/// At every matrix the cap, and below it the vectors of every task, that are worth more than they cost by most, at `price`: what a share of
/// the area must take away of the loss. The sum of both is the least there is, for matrices do not depend on one another here (Everett
/// 1963, DOI 10.1287/opre.11.3.399).
/// @param offers tasks one after another, each with its matrices in the order of `costs`.
[[nodiscard]] Ranks ranks_at(const std::vector<RankOffer>& offers, const RankCosts& costs, double price);

/// The ranks of the lowest price that `fit`, found by halving; fit must not become true as ranks grow.
/// @return nothing where not even no vector fits.
[[nodiscard]] std::optional<Ranks> best_fit(const std::vector<RankOffer>& offers, const RankCosts& costs,
                                            const std::function<bool(const Ranks&)>& fit);

}  // namespace berth::compressor

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/allocation.hpp"
#include "compressor/calibrated_task.hpp"
#include "compressor/task_deltas.hpp"

namespace berth::compressor {

/// A base of some bits, and what every task can buy on top of it.
struct Market {
    SharedMatrices base;
    std::vector<RankOffer> offers;  ///< tasks one after another, each with its matrices in their order
};

/// @param base the matrices to take; empty: the ones that suit the tasks best, in codes of `magnitude_bits`.
/// @param journal of spectra that were found before; may be null.
[[nodiscard]] Market open_market(const std::vector<CalibratedTask>& tasks, SharedMatrices base, int magnitude_bits, Threads& threads,
                                 bool quiet, Journal* journal);

}  // namespace berth::compressor

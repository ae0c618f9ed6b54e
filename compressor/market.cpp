// SPDX-License-Identifier: Apache-2.0
#include "compressor/market.hpp"

#include "compressor/error_feedback.hpp"
#include "compressor/low_rank.hpp"
#include "compressor/shared_base.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace berth::compressor {

Market open_market(const std::vector<CalibratedTask>& tasks, SharedMatrices base, int magnitude_bits, Threads& threads, bool quiet) {
    if (base.empty()) base = quantise_base(tasks, magnitude_bits, threads);
    const std::size_t matrices = base.size();
    Market market{std::move(base), std::vector<RankOffer>(tasks.size() * matrices)};
    Progress progress(fmt::format("spectra on a base of {} bits", magnitude_bits + 1), market.offers.size(), quiet);
    threads.for_each(market.offers.size(), [&](std::size_t place) {
        const CalibratedTask& task = tasks[place / matrices];
        const std::size_t index = place % matrices;
        const Rows delta = task.weights[index] - real_values(*market.base[index]);
        market.offers[place] = {spectrum_values(delta, task.calibration.sites[index]),
                                static_cast<int>(std::min(delta.rows(), delta.cols()) / 2)};
        progress.advance();
    });
    return market;
}

}  // namespace berth::compressor

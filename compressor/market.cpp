// SPDX-License-Identifier: Apache-2.0
#include "compressor/market.hpp"

#include "compressor/error_feedback.hpp"
#include "compressor/low_rank.hpp"
#include "compressor/shared_base.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace berth::compressor {

namespace {

/// Vectors that a matrix has.
std::size_t values_in(const Rows& weights) { return static_cast<std::size_t>(std::min(weights.rows(), weights.cols())); }

/// Singular values of every matrix of one task, one matrix behind the other.
std::vector<float> spectra_of(const CalibratedTask& task, const SharedMatrices& base, Threads& threads) {
    std::vector<Vector> spectra(base.size());
    threads.for_each(base.size(), [&](std::size_t index) {
        spectra[index] = spectrum_values(task.weights[index] - real_values(*base[index]), task.calibration.sites[index]);
    });
    std::vector<float> values;
    for (const Vector& spectrum : spectra) values.insert(values.end(), spectrum.begin(), spectrum.end());
    return values;
}

}  // namespace

Market open_market(const std::vector<CalibratedTask>& tasks, SharedMatrices base, int magnitude_bits, Threads& threads, bool quiet,
                   Journal* journal) {
    if (base.empty()) base = quantise_base(tasks, magnitude_bits, threads);
    Market market{std::move(base), {}};
    const std::string base_digest = journal ? digest_of(market.base) : "";
    Progress progress(fmt::format("spectra on a base of {} bits", magnitude_bits + 1), tasks.size(), quiet);
    for (const CalibratedTask& task : tasks) {
        std::size_t count = 0, place = 0;
        for (std::size_t index = 0; index < market.base.size(); ++index) count += values_in(task.weights[index]);
        const boost::json::object question{{"what", "spectra"}, {"of", task.subject}, {"on", base_digest}};
        const auto values = recall<float>(journal, question, count, [&] { return spectra_of(task, market.base, threads); });
        for (std::size_t index = 0; index < market.base.size(); ++index) {
            const std::size_t vectors = values_in(task.weights[index]);
            market.offers.push_back(
                {Eigen::Map<const Vector>(values.data() + place, static_cast<Eigen::Index>(vectors)), static_cast<int>(vectors / 2)});
            place += vectors;
        }
        progress.advance();
    }
    return market;
}

}  // namespace berth::compressor

// SPDX-License-Identifier: Apache-2.0
#include "compressor/copy_comparison.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace berth::compressor {

CopyComparison::CopyComparison(inference::Network copy, std::string metric, const Probe& probe, int kept_layers, Journal* journal,
                               Threads& threads)
    : copy_(std::move(copy)), metric_(std::move(metric)), probe_(probe), kept_layers_(kept_layers), journal_(journal), threads_(threads) {}

double CopyComparison::metric(const boost::json::object& question) {
    return recall<double>(journal_, question, 1, [&] { return std::vector{metric_of(evaluator().reference(), copy_, probe_, metric_)}; })
        .front();
}

bool CopyComparison::knows(std::span<const Trial> trials) const {
    return std::all_of(trials.begin(), trials.end(), [&](const Trial& trial) { return found(trial).has_value(); });
}

std::vector<ResiliencePoint> CopyComparison::points(std::span<const Trial> trials, Progress& progress) {
    std::vector<ResiliencePoint> points(trials.size());
    std::vector<std::size_t> missing;
    for (std::size_t i = 0; i < trials.size(); ++i) {
        if (const auto known = found(trials[i]))
            points[i] = *known;
        else
            missing.push_back(i);
    }
    progress.advance((trials.size() - missing.size()) * probe_.sentences.size());
    const auto together = static_cast<std::size_t>(threads_.count());
    for (std::size_t begin = 0; begin < missing.size(); begin += together)
        measure(trials, std::span(missing).subspan(begin, std::min(together, missing.size() - begin)), points, progress);
    return points;
}

std::optional<ResiliencePoint> CopyComparison::found(const Trial& trial) const {
    const auto answer = journal_ ? journal_->find<double>(trial.question, 3) : std::nullopt;
    return answer ? std::optional(ResiliencePoint{trial.setting, (*answer)[0], (*answer)[1], (*answer)[2]}) : std::nullopt;
}

void CopyComparison::measure(std::span<const Trial> trials, std::span<const std::size_t> group, std::vector<ResiliencePoint>& points,
                             Progress& progress) {
    std::vector<inference::Network> networks(group.size());
    std::vector<double> cells(group.size());
    threads_.for_each(group.size(), [&](std::size_t i) {
        Candidate candidate = trials[group[i]].candidate();
        networks[i] = std::move(candidate.network);
        cells[i] = candidate.cells;
    });
    const auto logits = evaluator().logits(networks, progress);
    for (std::size_t i = 0; i < group.size(); ++i) {
        const Trial& trial = trials[group[i]];
        const std::array answer{lost_variance(evaluator().reference(), logits[i], copy_.labels),
                                metric_of(logits[i], copy_, probe_, metric_), cells[i]};
        points[group[i]] = {trial.setting, answer[0], answer[1], answer[2]};
        if (journal_) journal_->record<double>(trial.question, answer);
    }
}

Evaluator& CopyComparison::evaluator() {
    if (!evaluator_) evaluator_.emplace(copy_, probe_, kept_layers_, threads_);
    return *evaluator_;
}

}  // namespace berth::compressor

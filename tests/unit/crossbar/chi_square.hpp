// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace berth::test {

/// Whether samples of whole numbers, two by two, come from the same distributions: Pearson's statistic of all pairs added up.
class TwoSampleChiSquare {
public:
    /// Adds two samples of the same size. Numbers that came up fewer than ten times in both together join their neighbours.
    void add(const std::vector<std::int32_t>& first, const std::vector<std::int32_t>& second) {
        std::map<std::int32_t, std::pair<double, double>> counts;
        for (const std::int32_t number : first) counts[number].first += 1.0;
        for (const std::int32_t number : second) counts[number].second += 1.0;
        std::vector<std::pair<double, double>> cells;
        std::pair<double, double> open{0.0, 0.0};
        for (const auto& [number, count] : counts) {
            open.first += count.first, open.second += count.second;
            if (open.first + open.second < 10.0) continue;
            cells.push_back(open);
            open = {0.0, 0.0};
        }
        if (!cells.empty()) cells.back().first += open.first, cells.back().second += open.second;
        if (cells.size() < 2) return;
        for (const auto& [a, b] : cells) statistic_ += (a - b) * (a - b) / (a + b);
        freedom_ += static_cast<double>(cells.size() - 1);
    }

    [[nodiscard]] double freedom() const { return freedom_; }

    /// The statistic's distance from its mean in standard deviations of a normal number (Wilson and Hilferty, 1931): above 3.72 in
    /// one of 10000 pairs of equal distributions.
    [[nodiscard]] double deviation() const {
        const double spread = 2.0 / (9.0 * freedom_);
        return (std::cbrt(statistic_ / freedom_) - (1.0 - spread)) / std::sqrt(spread);
    }

private:
    double statistic_ = 0.0, freedom_ = 0.0;
};

}  // namespace berth::test

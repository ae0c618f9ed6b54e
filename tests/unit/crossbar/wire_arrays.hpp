// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <random>
#include <vector>

namespace berth::crossbar::test {

struct WiredArray {
    int rows, cols;
    std::vector<double> cells;  ///< siemens, [rows, cols]

    /// The largest ideal column current with all wordlines at 1 V.
    [[nodiscard]] double full_scale() const {
        std::vector<double> sums(static_cast<std::size_t>(cols));
        for (std::size_t i = 0; i < cells.size(); ++i) sums[i % sums.size()] += cells[i];
        return *std::max_element(sums.begin(), sums.end());
    }

    /// What any drive voltages between 0 and 1 V can make of a difference in effective conductances, as a part of full scale.
    [[nodiscard]] double largest_error(const std::vector<double>& exact, const std::vector<double>& approximate) const {
        std::vector<double> over(static_cast<std::size_t>(cols)), under = over;
        for (std::size_t i = 0; i < exact.size(); ++i) {
            const double difference = approximate[i] - exact[i];
            (difference > 0.0 ? over : under)[i % over.size()] += difference;
        }
        return std::max(*std::max_element(over.begin(), over.end()), -*std::min_element(under.begin(), under.end())) / full_scale();
    }
};

/// A share `density` of the cells conducts `on`, the others down to `on / ratio`: all of them that, or levels between.
inline WiredArray random_array(int rows, int cols, double on, double ratio, double density, bool levels, unsigned seed) {
    std::mt19937 random(seed);
    const auto uniform = [&] { return double(random()) / 4294967296.0; };
    WiredArray array{rows, cols, std::vector<double>(std::size_t(rows) * std::size_t(cols))};
    for (double& cell : array.cells) {
        const double off = on / ratio, between = levels ? uniform() : 0.0;
        cell = uniform() < density ? on : off + between * (on - off);
    }
    return array;
}

}  // namespace berth::crossbar::test

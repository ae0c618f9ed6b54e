// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace berth::test {

/// Largest distance between the sample's distribution function and that of a normal variable.
inline double distance_to_normal(std::vector<double> sample, double mean, double sigma) {
    std::sort(sample.begin(), sample.end());
    const auto n = static_cast<double>(sample.size());
    double distance = 0.0;
    for (std::size_t i = 0; i < sample.size(); ++i) {
        const double below = 0.5 * std::erfc(-(sample[i] - mean) / (sigma * std::sqrt(2.0)));
        distance = std::max({distance, below - double(i) / n, double(i + 1) / n - below});
    }
    return distance;
}

/// Mean, variance and distribution (Kolmogorov and Smirnov) of a large sample, each two-sided at a significance of 0.001.
inline void expect_normal(const std::vector<double>& sample, double mean, double sigma) {
    constexpr double two_sided = 3.2905, kolmogorov = 1.9495;
    const auto n = static_cast<double>(sample.size());
    double sum = 0.0, squares = 0.0;
    for (const double value : sample) {
        sum += value - mean;
        squares += (value - mean) * (value - mean);
    }
    EXPECT_LE(std::abs(sum / n), two_sided * sigma / std::sqrt(n));
    EXPECT_LE(std::abs(squares / n / (sigma * sigma) - 1.0), two_sided * std::sqrt(2.0 / n));
    EXPECT_LE(distance_to_normal(sample, mean, sigma), kolmogorov / std::sqrt(n));
}

/// Whether two samples of standard normal numbers look independent at a significance of 0.001: n times their mean product has variance n.
inline void expect_uncorrelated(const std::vector<double>& a, const std::vector<double>& b, double sigma) {
    double sum = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i] / (sigma * sigma);
    EXPECT_LE(std::abs(sum), 3.2905 * std::sqrt(static_cast<double>(a.size())));
}

}  // namespace berth::test

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/cell_design.hpp"
#include "tests/unit/crossbar/random_matrix.hpp"
#include "tests/unit/normal_sample.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

namespace berth::test {

/// Two-sided significance of every statistical test here: one in a thousand, with seeds fixed once and for all.
inline constexpr double kNormalQuantile = 3.2905;      ///< of 1 - 0.0005
inline constexpr double kKolmogorovQuantile = 1.9495;  ///< of 1 - 0.001, for sqrt(n) D

inline double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

inline double mean_of(const std::vector<double>& sample) {
    double sum = 0.0;
    for (const double value : sample) sum += value;
    return sum / double(sample.size());
}

inline double variance_of(const std::vector<double>& sample) {
    const double mean = mean_of(sample);
    double sum = 0.0;
    for (const double value : sample) sum += (value - mean) * (value - mean);
    return sum / double(sample.size() - 1);
}

/// The sample's mean, by the normal distribution, and its variance, by the chi-square distribution (Wilson and Hilferty's quantiles).
inline void expect_moments(const std::vector<double>& sample, double mean, double sigma) {
    const auto n = double(sample.size());
    EXPECT_NEAR(mean_of(sample), mean, kNormalQuantile * sigma / std::sqrt(n));
    const double freedom = n - 1.0, spread = 2.0 / (9.0 * freedom);
    const double ratio = variance_of(sample) / (sigma * sigma);
    EXPECT_GT(ratio, std::pow(1.0 - spread - kNormalQuantile * std::sqrt(spread), 3));
    EXPECT_LT(ratio, std::pow(1.0 - spread + kNormalQuantile * std::sqrt(spread), 3));
}

/// Kolmogorov and Smirnov's test of a sample against a distribution.
inline void expect_distribution(std::vector<double> sample, const std::function<double(double)>& cdf) {
    std::sort(sample.begin(), sample.end());
    const auto n = double(sample.size());
    double distance = 0.0;
    for (std::size_t i = 0; i < sample.size(); ++i) {
        const double expected = cdf(sample[i]);
        distance = std::max({distance, double(i + 1) / n - expected, expected - double(i) / n});
    }
    EXPECT_LT(distance * std::sqrt(n), kKolmogorovQuantile);
}

/// A count of things that each happen with one probability.
inline void expect_count(double count, double trials, double probability) {
    EXPECT_NEAR(count / trials, probability, kNormalQuantile * std::sqrt(probability * (1.0 - probability) / trials));
}

/// An array of cells of 4 bits that all hold the same number, beside one whose cells hold 0.
struct UniformCells {
    static constexpr int kRows = 512, kOut = 512;

    crossbar::CrossbarParams params{.rows = kRows, .cols = kOut, .cell_bits = 4, .encoding = "differential", .path = "auto"};
    std::unique_ptr<const crossbar::Encoding> encoding = crossbar::make_encoding("differential");
    crossbar::ArrayLayout layout{kOut, kRows, 4, params, *encoding};
    crossbar::ProgrammedBlock block;

    explicit UniformCells(int number)
        : block(crossbar::program(layout, *encoding, std::vector<std::int8_t>(std::size_t(kRows) * kOut, static_cast<std::int8_t>(number)),
                                  0)) {}

    [[nodiscard]] crossbar::ConductanceBlock programmed(const crossbar::CellModel& cells, std::uint64_t component = 0) const {
        return cells.program(layout, block, 0, component);
    }

    /// Those of the array that holds the number.
    [[nodiscard]] static std::vector<double> positive(const crossbar::ConductanceBlock& programmed, const std::vector<float>& values) {
        std::vector<double> sample;
        for (int row = 0; row < kRows; ++row)
            for (std::size_t column = 0; column < kOut; ++column)
                sample.push_back(double{values[std::size_t(row) * programmed.columns + column]});
        return sample;
    }

    [[nodiscard]] std::vector<double> sample(const crossbar::CellDesign& design) const {
        const auto result = programmed(*crossbar::make_cells(design));
        return positive(result, result.cells);
    }
};

inline constexpr double kMicro = 1e-6;

/// The cells' conductances in microsiemens.
inline std::vector<double> microsiemens(std::vector<double> units, const crossbar::CellDesign& design) {
    for (double& value : units) value *= design.scale.unit / kMicro;
    return units;
}

/// Cells of 4 bits from 1 to 40 microsiemens, what a cell that holds 0 conducts being left in.
inline crossbar::CellDesign microsiemens_cells(double least = kMicro, double most = 40 * kMicro) {
    crossbar::CellDesign design;
    design.levels = crossbar::level_conductances(4, 1.0 / most, 1.0 / least, "conductance", {});
    design.in_siemens = true;
    design.scale = crossbar::cell_scale(design.levels, "none");
    design.seed = 1;
    return design;
}

}  // namespace berth::test

// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/deviations.hpp"

#include "models/core/parallel.hpp"
#include "tests/unit/crossbar/cell_statistics.hpp"

#include <array>

namespace berth::crossbar {
namespace {

using test::kMicro;
using test::microsiemens;

/// A design of deviation made with these rows.
CellDesign with_error(std::unique_ptr<const Deviation> error) {
    CellDesign design = test::microsiemens_cells();
    design.programming = std::move(error);
    return design;
}

TEST(ProgrammingError, OfConstantSizeIsNormal) {
    const CellDesign design = with_error(make_constant_deviation({.sigma = 0.02, .largest = 40 * kMicro}));
    test::expect_normal(microsiemens(test::UniformCells(7).sample(design), design), 1.0 + 7 * 2.6, 0.8);
}

TEST(ProgrammingError, InProportionIsNormal) {
    const CellDesign design = with_error(make_proportional_deviation({.sigma = 0.1, .largest = 40 * kMicro}));
    test::expect_normal(microsiemens(test::UniformCells(7).sample(design), design), 19.2, 1.92);
    test::expect_normal(microsiemens(test::UniformCells(15).sample(design), design), 40.0, 4.0);
}

TEST(ProgrammingError, NeverFallsBelowNoConductance) {
    // The lowest level, 1 uS, with a standard deviation of 2 uS: a normal distribution cut off at 0, where the rest gathers.
    const CellDesign design = with_error(make_constant_deviation({.sigma = 0.05, .largest = 40 * kMicro}));
    auto sample = microsiemens(test::UniformCells(0).sample(design), design);
    const auto none = std::count(sample.begin(), sample.end(), 0.0);
    test::expect_count(double(none), double(sample.size()), test::normal_cdf(-0.5));
    std::erase(sample, 0.0);
    const double cut = test::normal_cdf(-0.5);
    test::expect_distribution(sample, [cut](double x) { return (test::normal_cdf((x - 1.0) / 2.0) - cut) / (1.0 - cut); });
}

constexpr std::array kWan1s{0.348, 16.030, -43.853, 45.393, -16.815, 40e-6};

TEST(ProgrammingError, OfWanFollowsThePolynomial) {
    const CellDesign design = with_error(make_wan_programming({.largest = 40 * kMicro, .rows = kWan1s}));
    const double g = 1.0 + 7 * 2.6, x = g / 40.0;
    const double sigma = 0.348 + 16.030 * x - 43.853 * x * x + 45.393 * x * x * x - 16.815 * x * x * x * x;
    test::expect_normal(microsiemens(test::UniformCells(7).sample(design), design), g, sigma);
}

TEST(ProgrammingError, OfWanScalesWithTheCellsRange) {
    const auto published = make_wan_programming({.largest = 40 * kMicro, .rows = kWan1s});
    const auto larger = make_wan_programming({.largest = 400 * kMicro, .rows = kWan1s});
    for (const double g : {0.0, 1e-6, 13e-6, 40e-6}) EXPECT_NEAR(larger->sigma(10 * g), 10 * published->sigma(g), 1e-18);
    EXPECT_NEAR(published->sigma(0.0), 0.348e-6, 1e-15);
    EXPECT_NEAR(published->sigma(40e-6), 1.103e-6, 1e-12);
}

TEST(ProgrammingError, OfCmoIsLinear) {
    const CellDesign tight = with_error(make_cmo_programming({.rows = std::array{0.00081107, 0.00106879}}));
    test::expect_normal(microsiemens(test::UniformCells(15).sample(tight), tight), 40.0, 0.00081107 + 0.00106879 * 40);
    const CellDesign loose = with_error(make_cmo_programming({.rows = std::array{0.0112185, 0.0112903}}));
    test::expect_normal(microsiemens(test::UniformCells(15).sample(loose), loose), 40.0, 0.0112185 + 0.0112903 * 40);
}

TEST(ProgrammingError, IsTheSameForTheSameSeedAndNoOther) {
    CellDesign design = with_error(make_constant_deviation({.sigma = 0.02, .largest = 40 * kMicro}));
    const test::UniformCells uniform(3);
    const auto cells = make_cells(design);
    const auto first = uniform.programmed(*cells, 4);
    EXPECT_EQ(uniform.programmed(*cells, 4).cells, first.cells);
    EXPECT_NE(uniform.programmed(*cells, 5).cells, first.cells);
    EXPECT_NE(cells->program(uniform.layout, uniform.block, 1, 4).cells, first.cells);
    design.seed = 2;
    EXPECT_NE(uniform.programmed(*make_cells(design), 4).cells, first.cells);
    EXPECT_FALSE(cells->nominal());
}

TEST(ProgrammingError, DependsNeitherOnOrderNorOnThreads) {
    CellDesign design = with_error(make_constant_deviation({.sigma = 0.02, .largest = 40 * kMicro}));
    design.tolerance = 0.2;
    design.most_pulses = 10;
    design.faults.stuck_low_resistance = 0.05;
    const auto cells = make_cells(design);
    const test::UniformCells uniform(3);
    const auto block = [&](std::size_t i) { return cells->program(uniform.layout, uniform.block, static_cast<int>(i), 4).cells; };
    constexpr std::size_t blocks = 6;
    std::vector<std::vector<float>> backwards(blocks), at_once(blocks);
    for (std::size_t i = blocks; i-- > 0;) backwards[i] = block(i);
    Threads(4).for_each(blocks, [&](std::size_t i) { at_once[i] = block(i); });
    EXPECT_EQ(backwards, at_once);
    EXPECT_NE(at_once[0], at_once[1]);
}

/// With p the chance that a pulse leaves a cell within the tolerance, n pulses miss with (1 - p)^n, a cell takes
/// (1 - (1 - p)^n) / p of them on average, and what passes is a normal distribution cut off at the tolerance.
TEST(WriteVerify, EndsWithinToleranceOrAfterTheLastPulse) {
    CellDesign design = with_error(make_constant_deviation({.sigma = 0.065, .largest = 40 * kMicro}));  // one unit current
    design.tolerance = 0.5;
    design.most_pulses = 3;
    const test::UniformCells uniform(8);
    const auto programmed = uniform.programmed(*make_cells(design));
    auto sample = test::UniformCells::positive(programmed, programmed.cells);
    const double level = 8.0 + 1.0 / 2.6, p = 1.0 - 2.0 * test::normal_cdf(-0.5), cells = double(sample.size());
    const ArrayProgramming& log = programmed.arrays[0];
    EXPECT_EQ(log.cells, sample.size());
    test::expect_count(double(log.missed), cells, std::pow(1.0 - p, 3));
    EXPECT_EQ(log.most_pulses, 3u);
    // Pulses of a cell: 1, 2 or 3.
    const double q = 1.0 - p, expected = 1.0 + q + q * q;
    const double variance = (1.0 * p + 4.0 * p * q + 9.0 * q * q) - expected * expected;
    EXPECT_NEAR(double(log.pulses) / cells, expected, test::kNormalQuantile * std::sqrt(variance / cells));
    const auto outside = std::erase_if(sample, [level](double x) { return std::abs(x - level) > 0.5 + 1e-5; });
    EXPECT_NEAR(double(outside), double(log.missed), 5.0);
    test::expect_distribution(sample,
                              [&](double x) { return std::clamp((test::normal_cdf(x - level) - test::normal_cdf(-0.5)) / p, 0.0, 1.0); });
}

TEST(WriteVerify, CountsAPulseACellWhereNothingIsVerified) {
    const CellDesign design = with_error(make_constant_deviation({.sigma = 0.065, .largest = 40 * kMicro}));
    const test::UniformCells uniform(8);
    const auto programmed = uniform.programmed(*make_cells(design));
    for (const ArrayProgramming& log : programmed.arrays) {
        EXPECT_EQ(log.pulses, log.cells);
        EXPECT_EQ(log.row_pulses, std::uint64_t(test::UniformCells::kRows));
        EXPECT_EQ(log.missed, 0u);
    }
}

}  // namespace
}  // namespace berth::crossbar

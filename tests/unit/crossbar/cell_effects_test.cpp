// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/cell_effect.hpp"
#include "models/crossbar/deviations.hpp"

#include "tests/unit/crossbar/cell_statistics.hpp"

#include <array>

namespace berth::crossbar {
namespace {

using test::kMicro;
using test::microsiemens;

constexpr int kRows = test::UniformCells::kRows, kColumns = test::UniformCells::kOut;
constexpr double kCells = double(kRows) * kColumns;

constexpr std::array kWan{0.348,  16.030,  -43.853, 45.393, -16.815, 0.701,  22.086,  -50.773,
                          47.095, -16.458, 0.782,   20.274, -43.507, 37.062, -11.934, 40e-6};

/// The published polynomial of one of the three times, in microsiemens.
double wan(std::size_t time, double x) {
    double sum = 0.0;
    for (std::size_t k = 0; k < 5; ++k) sum += kWan[5 * time + k] * std::pow(x, double(k));
    return sum;
}

TEST(Retention, OfWanEndsInThePublishedPolynomials) {
    for (const auto& [seconds, time] : {std::pair{86400.0, 1}, std::pair{172800.0, 2}}) {
        CellDesign design = test::microsiemens_cells();
        design.programming =
            make_wan_programming({.largest = 40 * kMicro, .rows = std::array{0.348, 16.030, -43.853, 45.393, -16.815, 40e-6}});
        design.retention = make_wan_retention({.seconds = seconds, .largest = 40 * kMicro, .rows = kWan});
        const double g = 1.0 + 12 * 2.6;
        test::expect_normal(microsiemens(test::UniformCells(12).sample(design), design), g, wan(std::size_t(time), g / 40.0));
    }
}

TEST(Retention, OfWanGrowsWithTheLogarithmOfTime) {
    const auto sigma = [](double seconds, double g) {
        return make_wan_retention({.seconds = seconds, .largest = 40 * kMicro, .rows = kWan})->sigma(g * kMicro) / kMicro;
    };
    const double g = 20.0, x = 0.5;
    EXPECT_EQ(sigma(1.0, g), 0.0);
    const double middle = 0.5 * (wan(0, x) + wan(1, x));
    EXPECT_NEAR(sigma(std::sqrt(86400.0), g), std::sqrt(middle * middle - wan(0, x) * wan(0, x)), 1e-9);
    EXPECT_NEAR(sigma(86400.0, g), std::sqrt(wan(1, x) * wan(1, x) - wan(0, x) * wan(0, x)), 1e-9);
    EXPECT_NEAR(sigma(172800.0, g), std::sqrt(wan(2, x) * wan(2, x) - wan(0, x) * wan(0, x)), 1e-9);
}

TEST(Retention, OfCmoRelaxes) {
    CellDesign design = test::microsiemens_cells();
    design.retention = make_cmo_relaxation({.seconds = 3600.0, .rows = std::array{-0.089002, 0.042011, 0.411833}});
    const double logarithm = std::log(3600.0);
    test::expect_normal(microsiemens(test::UniformCells(12).sample(design), design), 1.0 + 12 * 2.6 - 0.089002 * logarithm,
                        0.042011 * logarithm + 0.411833);
}

TEST(ReadDisturb, ApproachesTheLowResistanceStateExponentially) {
    CellDesign design = test::microsiemens_cells();
    design.read_disturb = {.reads = 1e6, .fraction = 1e-6};
    const auto cells = make_cells(design);
    EXPECT_TRUE(cells->nominal());
    for (int k = 0; k < 16; ++k) {
        const double disturbed = 40.0 - std::exp(-1.0) * (40.0 - (1.0 + 2.6 * k));
        EXPECT_NEAR(cells->levels()[std::size_t(k)] * 2.6, disturbed, 1e-4);
    }
    design.read_disturb.reads = 0;
    EXPECT_EQ(make_cells(design)->levels()[0], design.scale.units(design.levels[0]));
}

TEST(Temperature, ChangesEachStateByItsCoefficient) {
    CellDesign design = test::microsiemens_cells();
    design.temperature = {.kelvin = 350, .reference = 300, .low_resistance = -1e-3, .high_resistance = 4e-3};
    const auto cells = make_cells(design);
    EXPECT_TRUE(cells->nominal());
    EXPECT_NEAR(cells->levels()[0] * 2.6, 1.0 * 1.2, 1e-5);
    EXPECT_NEAR(cells->levels()[15] * 2.6, 40.0 * 0.95, 1e-4);
    EXPECT_NEAR(cells->levels()[5] * 2.6, 14.0 * (1.0 + 50 * (4e-3 - 5e-3 / 3.0)), 1e-4);
}

/// Which cells of one array are stuck, in low resistance (+1) or high (-1), when all hold level 7.
std::vector<int> stuck_cells(const CellDesign& design, ArrayProgramming& log) {
    const test::UniformCells uniform(7);
    const auto programmed = uniform.programmed(*make_cells(design));
    std::vector<int> stuck;
    for (const double units : test::UniformCells::positive(programmed, programmed.cells)) {
        const double number = units - 1.0 / 2.6;
        stuck.push_back(number > 14.99 ? 1 : number < 0.01 ? -1 : 0);
    }
    log = programmed.arrays[0];
    return stuck;
}

TEST(Faults, HaveTheirRatesAndStates) {
    CellDesign design = test::microsiemens_cells();
    design.faults.stuck_low_resistance = 0.0175;
    design.faults.stuck_high_resistance = 0.0904;
    ArrayProgramming log;
    const auto stuck = stuck_cells(design, log);
    const auto low = std::count(stuck.begin(), stuck.end(), 1), high = std::count(stuck.begin(), stuck.end(), -1);
    test::expect_count(double(low), kCells, 0.0175);
    test::expect_count(double(high), kCells, 0.0904);
    EXPECT_EQ(log.stuck, std::uint64_t(low + high));
    EXPECT_FALSE(make_cells(design)->nominal());
}

TEST(Faults, AreIndependentUnlessTheyCluster) {
    CellDesign design = test::microsiemens_cells();
    design.faults.stuck_low_resistance = 0.1;
    ArrayProgramming log;
    const auto stuck = stuck_cells(design, log);
    double pairs = 0.0;
    for (int row = 0; row < kRows; ++row)
        for (int column = 0; column + 1 < kColumns; column += 2)
            pairs += stuck[std::size_t(row * kColumns + column)] * stuck[std::size_t(row * kColumns + column + 1)];
    test::expect_count(pairs, kCells / 2, 0.01);
}

TEST(Faults, ClusterInSquares) {
    const int side = 8;
    const double density = 0.6, low = 0.06, high = 0.03, rate = low + high;
    CellDesign design = test::microsiemens_cells();
    design.faults = {.stuck_low_resistance = low, .stuck_high_resistance = high, .cluster_density = density, .cluster_side = side};
    ArrayProgramming log;
    const auto stuck = stuck_cells(design, log);
    double affected = 0.0, in_affected = 0.0, low_ones = 0.0;
    for (int row = 0; row < kRows; row += side)
        for (int column = 0; column < kColumns; column += side) {
            int count = 0;
            for (int i = 0; i < side * side; ++i) {
                const int state = stuck[std::size_t((row + i / side) * kColumns + column + i % side)];
                count += state != 0;
                low_ones += state == 1;
            }
            // Of 64 cells at 0.6 none at all has a chance of 1e-25.
            affected += count > 0;
            in_affected += count;
        }
    const double squares = kCells / (side * side);
    test::expect_count(affected, squares, rate / density);
    test::expect_count(in_affected, affected * side * side, density);
    test::expect_count(low_ones, in_affected, low / rate);
}

TEST(Endurance, LeavesCellsStuckThatHadMorePulsesThanTheyEndure) {
    CellDesign design = test::microsiemens_cells();
    design.endurance = {.model = "lognormal", .median = 1e6, .log10_sigma = 0.5, .earlier_pulses = 1e5, .low_resistance_share = 0.3};
    ArrayProgramming log;
    const auto stuck = stuck_cells(design, log);
    // One decade below the median, two standard deviations.
    const double rate = test::normal_cdf((std::log10(1e5 + 1) - 6.0) / 0.5);
    test::expect_count(double(log.worn), kCells, rate);
    test::expect_count(double(std::count(stuck.begin(), stuck.end(), 1)), double(log.worn), 0.3);
    EXPECT_EQ(std::uint64_t(std::count(stuck.begin(), stuck.end(), -1) + std::count(stuck.begin(), stuck.end(), 1)), log.worn);
}

TEST(Endurance, CountsThePulsesOfThisProgrammingToo) {
    CellDesign design = test::microsiemens_cells();
    design.programming = make_constant_deviation({.sigma = 0.065, .largest = 40 * kMicro});
    design.tolerance = 0.01;
    design.most_pulses = 100;
    design.endurance = {.model = "lognormal", .median = 50, .log10_sigma = 0, .earlier_pulses = 0, .low_resistance_share = 1};
    const test::UniformCells uniform(7);
    const auto log = uniform.programmed(*make_cells(design)).arrays[0];
    // Cells that took 51 pulses or more: 50 pulses missed.
    const double p = 1.0 - 2.0 * test::normal_cdf(-0.01);
    test::expect_count(double(log.worn), kCells, std::pow(1.0 - p, 50));
}

TEST(ReadNoise, HasTheVarianceOfItsModel) {
    CellDesign design = test::microsiemens_cells();
    const auto level_variance = [&](std::unique_ptr<const Deviation> noise, int number) {
        design.read_noise = std::move(noise);
        const auto cells = make_cells(design);
        EXPECT_TRUE(cells->nominal());
        const test::UniformCells uniform(number);
        const auto programmed = uniform.programmed(*cells);
        // What is programmed and what holds for levels are the same.
        for (const double variance : test::UniformCells::positive(programmed, programmed.variances))
            EXPECT_NEAR(variance, cells->noise().level_variances[std::size_t(number)], 1e-6 * variance);
        return cells->noise().level_variances[std::size_t(number)] * 2.6 * 2.6;
    };
    EXPECT_NEAR(level_variance(make_constant_deviation({.sigma = 0.01, .largest = 40 * kMicro}), 3), 0.16, 1e-9);
    EXPECT_NEAR(level_variance(make_proportional_deviation({.sigma = 0.01}), 5), 0.14 * 0.14, 1e-9);
    const double cmo = 0.0277316 * std::log10(40.0) * std::sqrt(std::log((1.0 + 1e-6) / 2e-6));
    EXPECT_NEAR(level_variance(make_cmo_read_noise({.seconds = 1.0, .rows = std::array{0.0277316, 1e-6}}), 15), cmo * cmo, 1e-9);
    EXPECT_EQ(level_variance(make_cmo_read_noise({.seconds = 1.0, .rows = std::array{0.0277316, 1e-6}}), 0), 0.0);
}

TEST(ReadNoise, FollowsWhatACellConductsAndNotWhatItShould) {
    CellDesign design = test::microsiemens_cells();
    design.programming = make_constant_deviation({.sigma = 0.05, .largest = 40 * kMicro});
    design.read_noise = make_proportional_deviation({.sigma = 0.1});
    design.scale = cell_scale(design.levels, "reference_column");
    const test::UniformCells uniform(9);
    const auto programmed = uniform.programmed(*make_cells(design));
    ASSERT_EQ(programmed.variances.size(), programmed.cells.size());
    for (std::size_t i = 0; i < programmed.cells.size(); ++i) {
        const double own = programmed.cells[i] + 1.0 / 2.6;
        ASSERT_NEAR(programmed.variances[i], 0.01 * own * own, 1e-4 * own * own + 1e-9);
    }
}

TEST(TelegraphNoise, IsHandedToTheReads) {
    CellDesign design = test::microsiemens_cells();
    design.telegraph = {.probability = 0.2, .amplitude = 0.05};
    const auto cells = make_cells(design);
    EXPECT_EQ(cells->noise().telegraph_probability, 0.2);
    EXPECT_EQ(cells->noise().telegraph_amplitude, 0.05);
    EXPECT_FALSE(cells->noise().none());
}

TEST(CellEffects, AreDescribed) {
    for (const auto& effect : describe_cell_effects()) {
        EXPECT_FALSE(effect.at("meaning").as_string().empty());
        EXPECT_FALSE(effect.at("source").as_string().empty());
        EXPECT_GE(effect.at("parameters").as_array().size(), 2u);
    }
}

}  // namespace
}  // namespace berth::crossbar

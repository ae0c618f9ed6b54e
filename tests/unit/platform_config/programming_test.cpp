// SPDX-License-Identifier: Apache-2.0
#include "platform/programming.hpp"

#include "platform/plane_owners.hpp"
#include "tests/unit/crossbar/random_matrix.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace berth::platform {
namespace {

/// Two tasks with a matrix [96, 200] each of their own.
compressor::WeightImage two_tasks() {
    compressor::WeightImage image;
    image.shape.layers = 1;
    for (std::uint32_t task = 0; task < 2; ++task) {
        auto matrix = std::make_shared<inference::Int8Matrix>();
        matrix->out = 96, matrix->in = 200;
        matrix->values = test::random_int8(96 * 200, -127, 127, task);
        compressor::TaskImage one;
        one.name = "task" + std::to_string(task);
        one.network.linears.push_back({.matrix = std::move(matrix), .delta = nullptr, .bias = {}});
        image.tasks.push_back(std::move(one));
    }
    return image;
}

struct Programmed {
    PlatformConfig config;
    Programming programming;

    explicit Programmed(const std::vector<std::string>& settings, int threads = 1) : config(load_platform("reram-multitask", settings)) {
        const compressor::WeightImage image = two_tasks();
        const auto placement = mapping::place(compressor::planes_of(image), config.array_shape(), config.hierarchy);
        programming = programming_of(image, placement, config, threads);
    }

    [[nodiscard]] double array_write_j() const { return config.inventory.energy("tile.ima.array", "write"); }
    [[nodiscard]] double verify_j() const {
        return config.inventory.energy("tile.ima.array", "cell_read") + config.inventory.energy("tile.ima.sample_hold", "sample") +
               config.inventory.energy("tile.ima.adc", "convert");
    }
    /// Writing a row once and reading it back.
    [[nodiscard]] double round_s() const {
        const double conversions_s = 128 / config.adcs_per_array / config.timing.adc_rate_hz;
        return config.timing.array_write_s / 128 + std::max(config.timing.array_read_s, conversions_s);
    }
    [[nodiscard]] boost::json::object block() const { return programming_block(programming, config); }
};

constexpr double kCells = 2.0 * 2 * 7 * 96 * 200;             // tasks, polarities, slices
constexpr double kRows = 2.0 * 2 * (96 * 7 / 128 + 1) * 200;  // of all arrays that a wordline crosses

TEST(PlaneOwners, GivesTasksTheBasesCellsAndTheirOwnHeads) {
    compressor::WeightImage image = two_tasks();
    image.base.push_back(std::make_shared<inference::Int8Matrix>());
    for (compressor::TaskImage& task : image.tasks) {
        auto& linears = task.network.linears;
        linears.insert(linears.begin(), {.matrix = image.base.front(), .delta = nullptr, .bias = {}});
    }
    const inference::PlaneOwners first = plane_owners(image, 0), second = plane_owners(image, 1);
    EXPECT_EQ(first.matrix_component(0), second.matrix_component(0));
    EXPECT_NE(first.matrix_component(1), second.matrix_component(1));
    EXPECT_NE(first.matrix_component(1), inference::plane_component(0, 1));
}

TEST(Programming, WritesEveryCellOnceWhereNothingIsVerified) {
    const Programmed once({});
    EXPECT_EQ(double(once.programming.cells.cells), kCells);
    EXPECT_EQ(double(once.programming.cells.pulses), kCells);
    EXPECT_EQ(double(once.programming.cells.rows), kRows);
    EXPECT_DOUBLE_EQ(once.programming.energy_j, double(once.programming.arrays) * once.array_write_j());
    EXPECT_DOUBLE_EQ(once.programming.time_s, double(once.programming.arrays) * once.config.timing.array_write_s);
    EXPECT_EQ(once.block().at("missed"), nullptr);
    EXPECT_EQ(once.block().at("wear").at("median_endurance"), nullptr);
}

TEST(Programming, CountsTheSameCellsPulseByPulse) {
    // An error of nothing: every cell passes at once, and is read once.
    const Programmed exact({"programming.error=constant", "programming.sigma=0", "programming.most_pulses=9", "programming.tolerance=0.1"});
    EXPECT_EQ(double(exact.programming.cells.cells), kCells);
    EXPECT_EQ(double(exact.programming.cells.pulses), kCells);
    EXPECT_EQ(double(exact.programming.cells.row_pulses), kRows);
    const double reads = kCells * exact.verify_j() + kRows * exact.config.inventory.energy("tile.ima.dac", "drive");
    EXPECT_NEAR(exact.programming.energy_j, double(exact.programming.arrays) * exact.array_write_j() + reads, 1e-9 * reads);
    EXPECT_NEAR(exact.programming.time_s, double(exact.programming.arrays) * 128 * exact.round_s(), 1e-12);
    EXPECT_EQ(exact.block().at("missed").to_number<int>(), 0);
}

TEST(Programming, ChargesEveryPulseOfWriteVerify) {
    constexpr double sigma = 0.2, tolerance = 0.1;
    constexpr int most = 20;
    const Programmed tries(
        {"programming.error=constant", "programming.sigma=0.2", "programming.most_pulses=20", "programming.tolerance=0.1"});
    // Cells at level 0 cannot fall below it, so more of them pass.
    const double within = std::erf(tolerance / sigma / std::sqrt(2.0)), above = 0.5 + within / 2.0;
    const auto expected = [](double passes) { return (1.0 - std::pow(1.0 - passes, most)) / passes; };
    const auto& cells = tries.programming.cells;
    const double mean = double(cells.pulses) / double(cells.cells);
    EXPECT_GT(mean, expected(above));
    EXPECT_LT(mean, expected(within));
    EXPECT_GT(cells.missed, 0u);
    EXPECT_EQ(cells.most_pulses, unsigned(most));

    const double more = double(cells.pulses - cells.cells) * tries.array_write_j() / (128.0 * 128.0);
    const double reads =
        double(cells.pulses) * tries.verify_j() + double(cells.row_pulses) * tries.config.inventory.energy("tile.ima.dac", "drive");
    const double expected_j = double(tries.programming.arrays) * tries.array_write_j() + more + reads;
    EXPECT_NEAR(tries.programming.energy_j, expected_j, 1e-9 * expected_j);
    const double rounds = double(cells.row_pulses) / double(cells.rows);
    EXPECT_GT(rounds, mean) << "a row takes as long as its slowest cell";
    EXPECT_NEAR(tries.programming.time_s, double(tries.programming.arrays) * 128 * rounds * tries.round_s(), 1e-9);
}

TEST(Programming, IsTheSameOnAnyNumberOfThreads) {
    const std::vector<std::string> verified{"programming.error=proportional", "programming.sigma=0.3", "programming.most_pulses=5",
                                            "programming.tolerance=0.1"};
    EXPECT_EQ(Programmed(verified, 1).block(), Programmed(verified, 3).block());
}

TEST(Programming, CountsHowOftenCellsCanBeWritten) {
    const Programmed worn(
        {"endurance.model=lognormal", "endurance.median=1000", "endurance.log10_sigma=0.5", "endurance.earlier_pulses=100"});
    const auto block = worn.block();
    EXPECT_EQ(block.at("wear").at("median_endurance").to_number<double>(), 1000.0);
    EXPECT_EQ(block.at("wear").at("programmings").to_number<double>(), 900.0);
    // log10 of 101 pulses is 1.99 standard deviations below log10 of the median.
    const double share = 0.5 * std::erfc((3.0 - std::log10(101.0)) / 0.5 / std::sqrt(2.0));
    EXPECT_NEAR(block.at("worn").to_number<double>() / kCells, share, 3.2905 * std::sqrt(share * (1.0 - share) / kCells));
}

}  // namespace
}  // namespace berth::platform

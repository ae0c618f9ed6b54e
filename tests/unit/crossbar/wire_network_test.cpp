// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/wire_network.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace berth::crossbar {
namespace {

std::vector<double> random_cells(int rows, int cols, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> conductance(1e-6, 1e-4);
    std::vector<double> cells(std::size_t(rows) * std::size_t(cols));
    for (double& cell : cells) cell = conductance(random);
    return cells;
}

TEST(WireNetwork, OfOneCellIsASeriesOfResistances) {
    const auto effective = solve_wires(std::vector<double>{1e-3}, 1, 1, {1.0, 2.0, 3.0, 4.0, false, false});
    EXPECT_NEAR(effective[0], 1.0 / (1.0 + 3.0 + 1000.0 + 2.0 + 4.0), 1e-15);
}

TEST(WireNetwork, OfOneRowWithFreeWordlineIsEachCellWithItsBitline) {
    const std::vector<double> cells{1e-3, 1e-4, 2e-3};
    const auto effective = solve_wires(cells, 1, 3, {1e-6, 5.0, 0.0, 7.0, false, false});
    for (std::size_t j = 0; j < cells.size(); ++j) EXPECT_NEAR(effective[j], 1.0 / (1.0 / cells[j] + 12.0), 1e-10);
}

TEST(WireNetwork, WithoutResistanceIsTheCellsThemselves) {
    const auto cells = random_cells(19, 23, 1);
    const auto effective = solve_wires(cells, 19, 23, {1e-6, 1e-6, 0.0, 0.0, false, false});
    for (std::size_t i = 0; i < cells.size(); ++i) EXPECT_NEAR(effective[i] / cells[i], 1.0, 1e-6);
}

TEST(WireNetwork, LosesCurrentToLongerWires) {
    const auto cells = random_cells(32, 16, 2);
    double before = 1.0;
    for (const double segment : {0.5, 2.0, 8.0, 32.0}) {
        const auto effective = solve_wires(cells, 32, 16, {segment, segment, 10.0, 10.0, false, false});
        double total = 0.0;
        for (const double value : effective) {
            EXPECT_GE(value, 0.0);
            total += value;
        }
        EXPECT_LT(total, before);
        before = total;
    }
}

TEST(WireNetwork, DrivenFromBothEndsIsTheSameSeenFromTheOtherSide) {
    const int rows = 12, cols = 9;
    const auto cells = random_cells(rows, cols, 3);
    auto mirrored = cells;
    for (int i = 0; i < rows; ++i)
        for (int j = 0; j < cols; ++j) mirrored[std::size_t(i * cols + j)] = cells[std::size_t(i * cols + cols - 1 - j)];
    const WireParams wires{3.0, 2.0, 20.0, 5.0, true, false};
    const auto effective = solve_wires(cells, rows, cols, wires), other = solve_wires(mirrored, rows, cols, wires);
    for (int i = 0; i < rows; ++i)
        for (int j = 0; j < cols; ++j)
            EXPECT_NEAR(effective[std::size_t(i * cols + j)] / other[std::size_t(i * cols + cols - 1 - j)], 1.0, 1e-9);
}

TEST(WireNetwork, SensedAtTheTopIsTheArrayTurnedUpsideDown) {
    const int rows = 10, cols = 14;
    const auto cells = random_cells(rows, cols, 4);
    auto turned = cells;
    for (int i = 0; i < rows; ++i)
        for (int j = 0; j < cols; ++j) turned[std::size_t(i * cols + j)] = cells[std::size_t((rows - 1 - i) * cols + j)];
    const auto top = solve_wires(cells, rows, cols, {3.0, 2.0, 20.0, 5.0, false, true});
    const auto bottom = solve_wires(turned, rows, cols, {3.0, 2.0, 20.0, 5.0, false, false});
    for (int i = 0; i < rows; ++i)
        for (int j = 0; j < cols; ++j)
            EXPECT_NEAR(top[std::size_t(i * cols + j)] / bottom[std::size_t((rows - 1 - i) * cols + j)], 1.0, 1e-9);
}

TEST(WireNetwork, RefusesConductancesThatDoNotFillTheArray) {
    EXPECT_THROW((void)solve_wires(std::vector<double>(5), 2, 3, {1.0, 1.0, 0.0, 0.0, false, false}), std::invalid_argument);
}

}  // namespace
}  // namespace berth::crossbar

// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/wire_fast.hpp"

#include "models/crossbar/wire_layers.hpp"
#include "models/crossbar/wire_sweep.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "tests/unit/crossbar/wire_arrays.hpp"
#include "tests/unit/every_target.hpp"

namespace berth::crossbar {
namespace {

using test::random_array;
using test::WiredArray;

constexpr WireParams kWires{1.04, 3.13, 0.0, 0.0, false, false};

/// 10^from to 10^to.
double decades(double from, double to) { return std::pow(10.0, from + (to - from) * *rc::gen::inRange(0, 1001) / 1000.0); }

/// Published cells conduct 1.3 kohm to 1 Mohm when on.
WiredArray any_array(int largest) {
    const int rows = *rc::gen::inRange(1, largest + 1), cols = *rc::gen::inRange(1, largest + 1);
    return random_array(rows, cols, 1.0 / decades(3.11, 6.0), decades(0.1, 3.0), *rc::gen::inRange(0, 101) / 100.0,
                        *rc::gen::arbitrary<bool>(), *rc::gen::arbitrary<unsigned>());
}

WireParams any_wires() {
    return {decades(-2.0, 1.5),          decades(-2.0, 1.5),         double(*rc::gen::inRange(0, 1000)), double(*rc::gen::inRange(0, 200)),
            *rc::gen::arbitrary<bool>(), *rc::gen::arbitrary<bool>()};
}

RC_GTEST_PROP(FastWires, StayWithinTheirTolerance, ()) {
    const WiredArray array = any_array(64);
    const WireParams wires = any_wires();
    const auto exact = solve_wires(array.cells, array.rows, array.cols, wires);
    RC_ASSERT(array.largest_error(exact, solve_wires_fast(array.cells, array.rows, array.cols, wires)) <= kFastWiresTolerance);
}

RC_GTEST_PROP(FastWires, AreNoFurtherOffThanTheyBoundThemselves, ()) {
    const WiredArray array = any_array(48);
    const WireParams wires = any_wires();
    const double tolerance = decades(-4.5, -1.0);
    const auto approximate = approximate_wires(array.cells, array.rows, array.cols, wires, tolerance);
    const auto exact = solve_wires(array.cells, array.rows, array.cols, wires);
    RC_ASSERT(approximate.error_bound <= tolerance);
    RC_ASSERT(array.largest_error(exact, approximate.effective) <= approximate.error_bound);
}

TEST(FastWires, BoundTheirErrorWithoutMuchSurplus) {
    for (const double on : {1.0 / 1333.0, 1e-4}) {
        const WiredArray array = random_array(64, 64, on, 15.0, 0.5, false, 1);
        const auto exact = solve_wires(array.cells, 64, 64, kWires);
        for (const double tolerance : {1e-2, 1e-3, 1e-4}) {
            const auto approximate = approximate_wires(array.cells, 64, 64, kWires, tolerance);
            EXPECT_GT(approximate.sweeps, 0);
            EXPECT_LT(approximate.error_bound, 4.0 * array.largest_error(exact, approximate.effective) + 2e-5) << on << ' ' << tolerance;
        }
    }
}

TEST(FastWires, SweepMoreOftenForASmallerTolerance) {
    const WiredArray array = random_array(64, 64, 1.0 / 1333.0, 15.0, 0.5, false, 2);
    int before = 0;
    for (const double tolerance : {1e-1, 1e-2, 1e-3, 1e-4}) {
        const int sweeps = approximate_wires(array.cells, 64, 64, kWires, tolerance).sweeps;
        EXPECT_GT(sweeps, before);
        before = sweeps;
    }
}

TEST(FastWires, AreSolvedExactlyWhereSweepsCannotPromiseTheTolerance) {
    const WiredArray array = random_array(48, 48, 1.0 / 1333.0, 15.0, 0.5, false, 3);
    const WireParams thin{300.0, 300.0, 0.0, 0.0, false, false};
    for (const auto& [wires, tolerance] : {std::pair{thin, 1e-4}, std::pair{kWires, 1e-9}, std::pair{kWires, 0.0}}) {
        const auto answer = approximate_wires(array.cells, 48, 48, wires, tolerance);
        EXPECT_EQ(answer.sweeps, 0);
        EXPECT_EQ(answer.error_bound, 0.0);
        EXPECT_EQ(answer.effective, solve_wires(array.cells, 48, 48, wires));
    }
}

TEST(FastWires, OfCellsThatDoNotConductCarryNothing) {
    const std::vector<double> none(12, 0.0);
    EXPECT_EQ(solve_wires_fast(none, 3, 4, kWires), none);
    WiredArray array = random_array(20, 17, 1e-4, 10.0, 0.5, false, 4);
    for (std::size_t j = 0; j < 17; ++j) array.cells[5 * 17 + j] = 0.0;
    for (std::size_t i = 0; i < 20; ++i) array.cells[i * 17 + 3] = 0.0;
    const auto fast = solve_wires_fast(array.cells, 20, 17, kWires);
    EXPECT_LE(array.largest_error(solve_wires(array.cells, 20, 17, kWires), fast), kFastWiresTolerance);
    for (std::size_t j = 0; j < 17; ++j) EXPECT_EQ(fast[5 * 17 + j], 0.0);
    for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(fast[i * 17 + 3], 0.0);
}

TEST(FastWires, RefuseConductancesThatDoNotFillTheArray) {
    EXPECT_THROW((void)solve_wires_fast(std::vector<double>(5), 2, 3, kWires), std::invalid_argument);
}

TEST(WireLayers, OfOneCellAreTwoDividersOfVoltage) {
    const double cell = 1e-3, drive = 1.0 / 4.0, sense = 1.0 / 6.0;
    const WireLayers layers(std::vector<double>{cell}, 1, 1, {1.0, 2.0, 3.0, 4.0, false, false});
    EXPECT_NEAR(layers.driven[0], drive / (drive + cell), 1e-7);
    EXPECT_NEAR(layers.sensed[0], cell * sense / (sense + cell), 1e-10);
    const double round = cell * cell / ((drive + cell) * (sense + cell));
    EXPECT_NEAR(layers.returned(std::vector<float>{1.0F})[0], round, 1e-6 * round);
    const SweptWires swept = sweep_wires(layers, {});
    EXPECT_NEAR(swept.effective[0], layers.sensed[0] * layers.driven[0] * (1.0 + round), 1e-9);
    EXPECT_NEAR(swept.change[0], layers.driven[0] * round, 1e-7);
}

TEST(WireLayers, EliminatedFromEitherEndSolveTheSameChains) {
    const WiredArray array = random_array(33, 21, 1.0 / 1333.0, 15.0, 0.5, true, 5);
    for (const bool sense_at_top : {false, true}) {
        const WireLayers layers(array.cells, 33, 21, {1.0, 3.0, 0.0, 5.0, false, sense_at_top});
        std::vector<float> down(array.cells.begin(), array.cells.end()), up = down;
        layers.bitlines_down.solve(down);
        layers.bitlines_up.solve(up);
        for (std::size_t i = 0; i < up.size(); ++i) EXPECT_NEAR(down[i] / up[i], 1.0, 1e-5);
    }
}

TEST(WireLayers, KeepTheirPrecisionWithWiresThatHardlyResist) {
    const WiredArray array = random_array(40, 30, 1e-6, 10.0, 0.5, true, 6);
    const WireLayers layers(array.cells, 40, 30, {1e-6, 1e-6, 0.0, 0.0, true, false});
    for (std::size_t i = 0; i < array.cells.size(); ++i) {
        EXPECT_NEAR(layers.driven[i], 1.0, 1e-5);
        EXPECT_NEAR(layers.sensed[i] / array.cells[i], 1.0, 1e-5);
    }
}

TEST(WireSweepTargets, AllGiveTheSameCurrents) {
    const WiredArray array = random_array(37, 29, 1.0 / 1333.0, 15.0, 0.5, true, 7);
    for (const bool both : {false, true}) {
        const WireLayers layers(array.cells, 37, 29, {1.0, 3.0, 10.0, 5.0, both, both});
        const std::vector<float> relaxation{1.2F, 0.9F, 1.1F};
        const SweptWires expected = sweep_wires(layers, relaxation);
        berth::test::on_every_target([&] {
            const SweptWires swept = sweep_wires(layers, relaxation);
            for (std::size_t i = 0; i < array.cells.size(); ++i) {
                EXPECT_NEAR(swept.effective[i], expected.effective[i], 1e-6 * array.cells[i]);
                EXPECT_NEAR(swept.change[i], expected.change[i], 1e-4 * expected.change[i] + 1e-6);
            }
        });
    }
}

}  // namespace
}  // namespace berth::crossbar

// SPDX-License-Identifier: Apache-2.0
// The error of the fast solution of wires against the exact one, on arrays of the sizes, cells and wires that platforms have.
#include "models/crossbar/wire_fast.hpp"

#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

#include "tests/unit/crossbar/wire_arrays.hpp"

namespace berth::crossbar {
namespace {

using test::random_array;
using test::WiredArray;

/// Published cells, on and off in ohm: the platform's table cells.json has their sources.
struct Cell {
    const char* name;
    double on, off;
};

constexpr Cell kCells[] = {{"isaac", 1333, 20000},        {"hyflexpim", 6000, 900000},  {"mnsim", 10000, 1000000},
                           {"neurosim", 100000, 1700000}, {"neurram", 250000, 1000000}, {"nvmexplorer", 1000000, 10000000}};

/// 32 nm: cross-points, 1T1R, and 1T1R turned around.
constexpr double kSegments[][2] = {{0.52, 0.52}, {1.04, 3.13}, {3.13, 1.04}};

void expect_within_tolerance(const WiredArray& array, const WireParams& wires) {
    const auto exact = solve_wires(array.cells, array.rows, array.cols, wires);
    const auto fast = approximate_wires(array.cells, array.rows, array.cols, wires);
    const double error = array.largest_error(exact, fast.effective);
    EXPECT_LE(error, fast.error_bound);
    EXPECT_LE(fast.error_bound, kFastWiresTolerance);
    EXPECT_GT(fast.sweeps, 0) << "solved exactly, which takes long";
    EXPECT_LE(fast.sweeps, 12);
}

class FastWiresOfAnArray : public ::testing::TestWithParam<std::tuple<int, int>> {};

TEST_P(FastWiresOfAnArray, ErrWithinTheirBound) {
    const auto [rows, cols] = GetParam();
    unsigned seed = 0;
    for (const auto& [name, on, off] : kCells)
        for (const auto& [word, bit] : kSegments)
            for (const double density : {0.1, 0.5, 1.0}) {
                ++seed;
                const WiredArray array = random_array(rows, cols, 1.0 / on, off / on, density, seed % 2 == 0, seed);
                SCOPED_TRACE(std::string(name) + ", share on " + std::to_string(density) + ", ohm " + std::to_string(word));
                expect_within_tolerance(array, {word, bit, seed % 3 * 100.0, seed % 5 * 10.0, seed % 4 > 1, seed % 7 > 3});
            }
}

INSTANTIATE_TEST_SUITE_P(Sizes, FastWiresOfAnArray,
                         ::testing::Values(std::tuple{16, 16}, std::tuple{64, 64}, std::tuple{100, 60}, std::tuple{128, 128}));

TEST(FastWiresOfALargeArray, ErrWithinTheirBound) {
    expect_within_tolerance(random_array(256, 256, 1.0 / 1333, 15, 0.5, false, 1), {1.04, 3.13, 0.0, 0.0, false, false});
    expect_within_tolerance(random_array(256, 256, 1e-4, 100, 0.5, true, 2), {1.04, 3.13, 100.0, 10.0, true, true});
    expect_within_tolerance(random_array(256, 64, 1e-4, 100, 1.0, false, 3), {3.13, 3.13, 0.0, 0.0, false, true});
    expect_within_tolerance(random_array(64, 256, 1.0 / 6000, 150, 0.5, true, 4), {3.13, 1.04, 0.0, 0.0, true, false});
}

}  // namespace
}  // namespace berth::crossbar

// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/wire_fast.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace berth::crossbar {
namespace {

struct Array {
    int rows, cols;
    std::vector<double> cells;  ///< siemens, [rows, cols]
};

/// A share `density` of the cells conducts `on`, the others `on / ratio`.
Array random_array(int rows, int cols, double on, double ratio, double density, unsigned seed) {
    std::mt19937 random(seed);
    Array array{rows, cols, std::vector<double>(std::size_t(rows) * std::size_t(cols))};
    for (double& cell : array.cells) cell = double(random()) < density * 4294967296.0 ? on : on / ratio;
    return array;
}

/// What any drive voltages between 0 and 1 V can make of the difference, as a part of the largest ideal column current.
double largest_error(const Array& array, const std::vector<double>& exact, const std::vector<double>& fast) {
    double full_scale = 0.0, largest = 0.0;
    for (int j = 0; j < array.cols; ++j) {
        double ideal = 0.0, over = 0.0, under = 0.0;
        for (std::size_t at = std::size_t(j); at < exact.size(); at += std::size_t(array.cols)) {
            ideal += array.cells[at];
            over += std::max(0.0, fast[at] - exact[at]);
            under += std::max(0.0, exact[at] - fast[at]);
        }
        full_scale = std::max(full_scale, ideal);
        largest = std::max({largest, over, under});
    }
    return largest / full_scale;
}

RC_GTEST_PROP(FastWires, StayWithinTheirTolerance, ()) {
    const int rows = *rc::gen::inRange(1, 49), cols = *rc::gen::inRange(1, 49);
    const double on = 1.0 / (1300.0 * std::pow(10.0, *rc::gen::inRange(0, 300) / 100.0));
    const Array array =
        random_array(rows, cols, on, *rc::gen::inRange(2, 200), *rc::gen::inRange(0, 101) / 100.0, *rc::gen::arbitrary<unsigned>());
    const WireParams wires{*rc::gen::inRange(1, 400) / 100.0, *rc::gen::inRange(1, 400) / 100.0, double(*rc::gen::inRange(0, 1000)),
                           double(*rc::gen::inRange(0, 200)), *rc::gen::arbitrary<bool>(),       *rc::gen::arbitrary<bool>()};
    const auto exact = solve_wires(array.cells, rows, cols, wires), fast = solve_wires_fast(array.cells, rows, cols, wires);
    RC_ASSERT(largest_error(array, exact, fast) <= kFastWiresTolerance);
}

TEST(FastWires, RefuseConductancesThatDoNotFillTheArray) {
    EXPECT_THROW((void)solve_wires_fast(std::vector<double>(5), 2, 3, {1.0, 1.0, 0.0, 0.0, false, false}), std::invalid_argument);
}

}  // namespace
}  // namespace berth::crossbar

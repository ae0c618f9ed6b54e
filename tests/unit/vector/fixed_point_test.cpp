// SPDX-License-Identifier: Apache-2.0
#include "models/vector/fixed_point.hpp"

#include "models/vector/requantise.hpp"
#include "tests/unit/every_target.hpp"
#include "tests/unit/vector/numbers.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace berth::vector {
namespace {

TEST(FixedPoint, EncodesPowersOfTwoExactly) {
    EXPECT_EQ(multiplier(1.0), (Multiplier{1u << 30, 30}));
    EXPECT_EQ(multiplier(0.375), (Multiplier{3u << 29, 32}));
    EXPECT_EQ(multiplier(0.0).significand, 0u);
    // One less than the next power of two in double rounds up into it.
    EXPECT_EQ(multiplier(std::nextafter(2.0, 1.0)), (Multiplier{1u << 30, 29}));
}

TEST(FixedPoint, MultiplierIsWithinAHalfUnitOfItsValue) {
    std::mt19937 random(1);
    std::uniform_real_distribution<double> exponents(-60.0, 60.0);
    for (int i = 0; i < 1000; ++i) {
        const double value = std::exp2(exponents(random));
        const Multiplier m = multiplier(value);
        EXPECT_GE(m.significand, 1u << 30);
        EXPECT_LT(m.significand, 1u << 31);
        EXPECT_LE(std::abs(to_double(m) / value - 1.0), 0x1p-31);
    }
}

TEST(FixedPoint, ComposedMultiplierIsTheProduct) {
    std::mt19937 random(2);
    std::uniform_real_distribution<double> exponents(-20.0, 20.0);
    for (int i = 0; i < 1000; ++i) {
        const double a = std::exp2(exponents(random)), b = std::exp2(exponents(random));
        EXPECT_LE(std::abs(to_double(compose(multiplier(a), multiplier(b))) / (a * b) - 1.0), 0x1p-28);
    }
}

TEST(FixedPoint, RequantiseRoundsHalvesAwayFromZero) {
    const Multiplier half = multiplier(0.5);
    EXPECT_EQ(requantise(3, half), 2);
    EXPECT_EQ(requantise(-3, half), -2);
    EXPECT_EQ(requantise(2, half), 1);
    EXPECT_EQ(requantise(7, multiplier(0.0)), 0);
}

TEST(FixedPoint, RequantiseSaturatesOnBothSides) {
    EXPECT_EQ(requantise(kLargest, multiplier(2.0)), kLargest);
    EXPECT_EQ(requantise(-kLargest, multiplier(2.0)), -kLargest);
    EXPECT_EQ(requantise(std::numeric_limits<std::int32_t>::min(), multiplier(1.0)), -kLargest);
    EXPECT_EQ(requantise(kLargest, multiplier(0x1p-40)), 0);
    EXPECT_EQ(saturating_add(kLargest, 1), kLargest);
    EXPECT_EQ(saturating_add(-kLargest, -1), -kLargest);
}

TEST(FixedPoint, RequantiseIsTheRoundedProduct) {
    const auto values = test::numbers_of_every_size(2000, 3);
    std::mt19937 random(3);
    std::uniform_real_distribution<double> exponents(-31.0, 6.0);
    for (const std::int32_t q : values) {
        const Multiplier m = multiplier(std::exp2(exponents(random)));
        const long double exact = static_cast<long double>(q) * static_cast<long double>(to_double(m));
        const long double expected = std::clamp(std::round(exact), -static_cast<long double>(kLargest), static_cast<long double>(kLargest));
        EXPECT_EQ(requantise(q, m), static_cast<std::int32_t>(expected)) << q;
    }
}

TEST(FixedPoint, RealValuesRoundToTheNearestAndSaturate) {
    EXPECT_EQ(to_fixed(1.5), 3 << 15);
    EXPECT_EQ(to_fixed(-1e9), -kLargest);
    EXPECT_DOUBLE_EQ(to_real(to_fixed(-0.25)), -0.25);
}

TEST(Requantise, IsTheSameOnEveryTarget) {
    for (const std::size_t count : {1u, 7u, 16u, 61u, 384u}) {
        const auto accumulators = test::numbers_of_every_size(count, 4), offsets = test::numbers_of_every_size(count, 5);
        std::mt19937 random(6);
        std::uniform_real_distribution<double> exponents(-40.0, 10.0);
        Columns columns;
        columns.resize(count);
        for (std::size_t i = 0; i < count; ++i) columns.set(i, multiplier(std::exp2(exponents(random))), offsets[i]);
        const Multiplier row = multiplier(317.25);
        test::on_every_target([&] {
            std::vector<std::int32_t> y(count), plain(count), sum = accumulators;
            requantise(accumulators, row, columns, y);
            requantise(accumulators, row, plain);
            add(sum, offsets);
            for (std::size_t i = 0; i < count; ++i) {
                EXPECT_EQ(y[i], requantise(accumulators[i], row, columns.factor(i), offsets[i]));
                EXPECT_EQ(plain[i], requantise(accumulators[i], row));
                EXPECT_EQ(sum[i], saturating_add(accumulators[i], offsets[i]));
            }
        });
    }
}

}  // namespace
}  // namespace berth::vector

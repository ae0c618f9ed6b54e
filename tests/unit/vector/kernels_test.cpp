// SPDX-License-Identifier: Apache-2.0
#include "models/vector/exponential.hpp"
#include "models/vector/gelu.hpp"
#include "models/vector/layer_norm.hpp"
#include "models/vector/quantise_vector.hpp"
#include "models/vector/softmax.hpp"
#include "models/vector/tanh.hpp"
#include "tests/unit/every_target.hpp"
#include "tests/unit/vector/numbers.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <random>

namespace berth::vector {
namespace {

std::vector<std::int32_t> random_scores(std::size_t count, std::uint32_t seed, double spread) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal(0.0, spread);
    std::vector<std::int32_t> scores(count);
    for (std::int32_t& score : scores) score = to_fixed(normal(random));
    return scores;
}

TEST(Exponential, IsWithinItsBoundEverywhere) {
    double worst = 0.0;
    for (std::uint32_t x = 0; x < 32u << kFractionBits; x += 5)
        worst = std::max(worst, std::abs(exp_of_minus(x) / 65536.0 - std::exp(-static_cast<double>(x) / 65536.0)));
    EXPECT_LE(worst, 0.0001);
    EXPECT_EQ(exp_of_minus(0), 65535u);
    EXPECT_EQ(exp_of_minus(std::numeric_limits<std::uint32_t>::max()), 0u);
}

TEST(Exponential, IsNotBiasedWhereItIsSmall) {
    double sum = 0.0;
    int count = 0;
    for (std::uint32_t x = 4u << kFractionBits; x < 11u << kFractionBits; x += 7, ++count)
        sum += exp_of_minus(x) - std::exp(-static_cast<double>(x) / 65536.0) * 65536.0;
    EXPECT_LE(std::abs(sum / count), 0.05);  // a cut would be half a unit short
}

TEST(Softmax, OfEqualScoresIsUniform) {
    std::vector<std::int32_t> row(4, -kOne);
    softmax(row);
    for (const std::int32_t p : row) EXPECT_EQ(p, kOne / 4);
}

TEST(Softmax, OfOneScoreIsOneLessAUnit) {
    std::vector<std::int32_t> row{kLargest};
    softmax(row);
    EXPECT_EQ(row[0], kOne - 1);
}

TEST(Softmax, SumsToAboutOneAndIsNearTheExactOne) {
    for (std::uint32_t seed = 0; seed < 60; ++seed) {
        const std::size_t count = 1 + seed * 17 % 512;
        auto row = random_scores(count, seed, 0.1 + seed % 7);
        std::vector<float> exact;
        for (const std::int32_t score : row) exact.push_back(static_cast<float>(to_real(score)));
        softmax(row);
        softmax(exact);
        const std::int64_t sum = std::accumulate(row.begin(), row.end(), std::int64_t{0});
        // Half a unit of rounding a share, and what the reciprocal's cut takes off: at most a unit a share and half a unit.
        const auto shares = static_cast<std::int64_t>(count);
        EXPECT_LE(sum, kOne + (shares + 1) / 2);
        EXPECT_GE(sum, kOne - (3 * shares + 1) / 2 - 1);
        for (std::size_t i = 0; i < count; ++i) EXPECT_NEAR(to_real(row[i]), exact[i], 0.003);
    }
}

TEST(Softmax, PermutesWithItsScores) {
    auto row = random_scores(77, 9, 2.0);
    auto reversed = row;
    std::reverse(reversed.begin(), reversed.end());
    softmax(row);
    softmax(reversed);
    std::reverse(reversed.begin(), reversed.end());
    EXPECT_EQ(row, reversed);
}

TEST(Softmax, IsTheSameOnEveryTarget) {
    for (const std::size_t count : {1u, 5u, 16u, 37u, 512u}) {
        for (const bool wild : {false, true}) {
            const auto scores = wild ? test::numbers_of_every_size(count, 11) : random_scores(count, 12, 3.0);
            auto expected = scores;
            softmax_by_element(expected);
            test::on_every_target([&] {
                auto row = scores;
                softmax(row);
                EXPECT_EQ(row, expected);
            });
        }
    }
}

TEST(Gelu, KeepsZeroAndItsAsymptotes) {
    EXPECT_EQ(gelu(0), 0);
    EXPECT_EQ(gelu(10 * kOne), 10 * kOne);
    EXPECT_EQ(gelu(-10 * kOne), 0);
    EXPECT_EQ(gelu(kLargest), kLargest);
    EXPECT_EQ(gelu(-kLargest), 0);
}

TEST(Gelu, IsWithinItsBoundEverywhere) {
    double worst = 0.0;
    for (std::int32_t x = -8 * kOne; x <= 8 * kOne; x += 3) {
        const double real = to_real(x);
        worst = std::max(worst, std::abs(to_real(gelu(x)) - 0.5 * real * (1.0 + std::erf(real / std::numbers::sqrt2))));
    }
    EXPECT_LE(worst, 0.0005);
    EXPECT_NEAR(gelu(1.0f), 0.8413447f, 1e-6f);
}

TEST(Gelu, IsTheSameOnEveryTarget) {
    auto values = test::numbers_of_every_size(1003, 13);
    values.push_back(std::numeric_limits<std::int32_t>::min());
    test::on_every_target([&] {
        auto row = values;
        gelu(std::span(row));
        for (std::size_t i = 0; i < row.size(); ++i) EXPECT_EQ(row[i], gelu(values[i])) << values[i];
    });
}

TEST(Tanh, IsWithinItsBoundEverywhereAndOdd) {
    double worst = 0.0;
    for (std::int32_t x = 0; x <= 16 * kOne; x += 7) {
        worst = std::max(worst, std::abs(to_real(vector::tanh(x)) - std::tanh(to_real(x))));
        ASSERT_EQ(vector::tanh(-x), -vector::tanh(x));
    }
    EXPECT_LE(worst, 0.0016);
    EXPECT_EQ(vector::tanh(0), 0);
    EXPECT_EQ(vector::tanh(kLargest), kOne);
}

TEST(IntegerSquareRoot, IsTheFloorOfTheRoot) {
    std::mt19937_64 random(1);
    for (int i = 0; i < 2000; ++i) {
        const std::uint64_t n = random() >> (2 + random() % 62);
        const std::uint64_t root = integer_sqrt(n);
        EXPECT_LE(root * root, n);
        EXPECT_GT((root + 1) * (root + 1), n);
    }
    EXPECT_EQ(integer_sqrt(0), 0u);
    EXPECT_EQ(integer_sqrt(1), 1u);
    EXPECT_EQ(integer_sqrt(99), 9u);
}

TEST(LayerNorm, OfTwoValuesIsPlusAndMinusOne) {
    const std::vector<float> gamma{1.0f, -2.0f}, beta{0.5f, 0.25f};
    std::vector<std::int32_t> x{3 * kOne, 7 * kOne};
    layer_norm(x, IntegerNorm(gamma, beta, 0.0));
    EXPECT_NEAR(to_real(x[0]), -0.5, 2.0 / kOne);
    EXPECT_NEAR(to_real(x[1]), -1.75, 2.0 / kOne);
}

TEST(LayerNorm, OfEqualValuesIsBeta) {
    const std::vector<float> gamma(40, 1.0f), beta(40, -0.75f);
    std::vector<std::int32_t> x(40, 12345);
    layer_norm(x, IntegerNorm(gamma, beta, 1e-12));
    for (const std::int32_t value : x) EXPECT_EQ(value, to_fixed(-0.75));
}

struct RandomNorm {
    std::vector<float> gamma, beta;
    RandomNorm(std::size_t count, std::uint32_t seed) {
        std::mt19937 random(seed);
        std::normal_distribution<float> normal;
        for (std::size_t i = 0; i < count; ++i) gamma.push_back(normal(random)), beta.push_back(normal(random));
    }
};

TEST(LayerNorm, IsNearTheExactOneForEverySpread) {
    for (const double spread : {0.02, 0.5, 10.0, 1000.0}) {
        for (const double epsilon : {1e-12, 1e-3}) {
            const RandomNorm norm(384, 21);
            auto x = random_scores(384, 22, spread);
            x[5] = to_fixed(spread * 15);  // the outlying channel of trained encoders
            std::vector<float> exact;
            for (const std::int32_t value : x) exact.push_back(static_cast<float>(to_real(value)));
            layer_norm(x, IntegerNorm(norm.gamma, norm.beta, epsilon));
            layer_norm(exact, FloatNorm(norm.gamma, norm.beta, epsilon));
            for (std::size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(to_real(x[i]), exact[i], 1e-4 / std::min(1.0, spread)) << spread;
        }
    }
}

TEST(LayerNorm, IsTheSameOnEveryTarget) {
    for (const std::size_t count : {1u, 5u, 16u, 129u, 384u}) {
        for (const bool wild : {false, true}) {
            const RandomNorm random(count, 23);
            const IntegerNorm norm(random.gamma, random.beta, 1e-5);
            const auto values = wild ? test::numbers_of_every_size(count, 24) : random_scores(count, 25, 1.0);
            auto expected = values;
            layer_norm_by_element(expected, norm);
            test::on_every_target([&] {
                auto x = values;
                layer_norm(x, norm);
                EXPECT_EQ(x, expected);
            });
        }
    }
}

TEST(QuantiseVector, ReachesTheEndsAndRoundsWithinHalfAStep) {
    for (std::uint32_t seed = 0; seed < 50; ++seed) {
        const auto y = random_scores(96, seed, std::exp2(seed % 20 - 8.0));
        std::vector<std::int8_t> q(96);
        std::vector<std::uint32_t> largest(3);
        quantise(std::span(y), 32, q, largest);
        for (std::size_t i = 0; i < y.size(); ++i) {
            const double unit = largest[i / 32] / 127.0;
            EXPECT_LE(std::abs(q[i] * unit - y[i]), 0.5 * unit * (1 + 1e-6));
            EXPECT_EQ(std::abs(q[i]) == 127, magnitude(y[i]) > 126.5 * unit) << y[i];
        }
    }
}

TEST(QuantiseVector, LeavesZerosZero) {
    const std::vector<std::int32_t> y(8, 0);
    const std::vector<float> real(8, 0.0f);
    std::vector<std::int8_t> q(8, 1);
    std::vector<std::uint32_t> largest(1, 1);
    std::vector<float> real_largest(1, 1.0f);
    quantise(std::span(y), 8, q, largest);
    EXPECT_EQ(q, std::vector<std::int8_t>(8, 0));
    EXPECT_EQ(step(largest[0]), multiplier(1.0));
    q.assign(8, 1);
    quantise(std::span(real), 8, q, real_largest);
    EXPECT_EQ(q, std::vector<std::int8_t>(8, 0));
    EXPECT_EQ(step(real_largest[0]), 1.0f);
}

TEST(QuantiseVector, IsTheSameOnEveryTarget) {
    for (const std::size_t width : {1u, 5u, 32u, 61u}) {
        const auto y = test::numbers_of_every_size(width * 9, 31);
        std::vector<std::int8_t> expected(y.size());
        std::vector<std::uint32_t> expected_largest(9);
        quantise_by_element(y, width, expected, expected_largest);
        test::on_every_target([&] {
            std::vector<std::int8_t> q(y.size());
            std::vector<std::uint32_t> largest(9);
            quantise(std::span(y), width, q, largest);
            EXPECT_EQ(q, expected);
            EXPECT_EQ(largest, expected_largest);
            EXPECT_EQ(largest_magnitude(y), largest_by_element(y));
        });
    }
}

}  // namespace
}  // namespace berth::vector

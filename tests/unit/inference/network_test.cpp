// SPDX-License-Identifier: Apache-2.0
#include "models/inference/network.hpp"

#include "models/core/error.hpp"
#include "models/core/gemm.hpp"
#include "tests/unit/inference/random_network.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

namespace berth::inference {
namespace {

TEST(QuantiseRows, TakesEachRowsLargestAsFullScale) {
    const Int8Matrix m = quantise_rows({1.27f, -0.5f, 0.0f, 0.0f, -254.0f, 3.0f}, 3, 2);
    EXPECT_EQ(m.values, (std::vector<std::int8_t>{127, -50, 0, 0, -127, 2}));  // 1.5 rounds to the even 2
    EXPECT_FLOAT_EQ(m.scales[0], 0.01f);
    EXPECT_EQ(m.scales[1], 1.0f);
    EXPECT_EQ(m.scales[2], 2.0f);
}

TEST(QuantiseRows, RoundsWithinHalfAScaleAtEveryMagnitude) {
    std::mt19937 random(1);
    std::normal_distribution<float> normal;
    for (const float spread : {1e-30f, 1e-3f, 1.0f, 1e30f}) {
        std::vector<float> real(400);
        for (float& value : real) value = normal(random) * spread;
        const Int8Matrix m = quantise_rows(real, 8, 50);
        for (std::size_t i = 0; i < real.size(); ++i)
            EXPECT_LE(std::abs(double(m.values[i]) * m.scales[i / 50] - double(real[i])), 0.5 * m.scales[i / 50] * (1 + 1e-5));
    }
}

TEST(QuantiseRows, KeepsSubnormalWeightsInRange) {
    const Int8Matrix m = quantise_rows({std::numeric_limits<float>::denorm_min(), -std::numeric_limits<float>::min()}, 1, 2);
    EXPECT_GT(m.scales[0], 0.0f);
    EXPECT_LE(std::abs(m.values[1]), 127);
}

TEST(MatrixName, FollowsTheOrderOfTheLinears) {
    const Shape shape{48, 2, 4, 96, 50, 40, 2, 0.0};
    EXPECT_EQ(matrix_name(shape, matrix_index(0, 0)), "layer.0.query");
    EXPECT_EQ(matrix_name(shape, matrix_index(1, 4)), "layer.1.intermediate");
    EXPECT_EQ(matrix_name(shape, 12), "pooler");
    EXPECT_THROW((void)matrix_name(shape, 13), std::out_of_range);
}

TEST(Effective, AddsCodesOnKeptChannelsAlone) {
    const auto base = std::make_shared<Int8Matrix>(Int8Matrix{3, 2, {1, 2, 3, 4, 5, 6}, {1, 1, 1}});
    const auto delta = std::make_shared<MatrixDelta>(MatrixDelta{2, {0, 2}, {1, -1, -3, 3}});
    EXPECT_EQ((Linear{base, delta, {}}.effective().values), (std::vector<std::int8_t>{2, 1, 3, 4, 2, 9}));
    EXPECT_EQ((Linear{base, nullptr, {}}.effective().values), base->values);
}

TEST(Effective, RefusesADeltaThatDoesNotFit) {
    const auto base = std::make_shared<Int8Matrix>(Int8Matrix{2, 1, {127, 0}, {1, 1}});
    const auto sum = [&](MatrixDelta delta) { return Linear{base, std::make_shared<MatrixDelta>(std::move(delta)), {}}.effective(); };
    EXPECT_THROW((void)sum({1, {0}, {1}}), InputError);
    EXPECT_THROW((void)sum({1, {2}, {1}}), InputError);
    EXPECT_THROW((void)sum({1, {-1}, {1}}), InputError);
    EXPECT_THROW((void)sum({1, {1}, {1, 1}}), InputError);
}

TEST(ExactEngine, MultipliesTheBaseAndTheDeltaAsTheirSum) {
    test::RandomNetwork random;
    random.add_delta(5);
    const Linear& linear = random.network.linears[5];
    std::vector<std::int8_t> x(3 * 96);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<std::int8_t>(static_cast<int>(i * 37 % 255) - 127);
    std::vector<std::int32_t> y(3 * 48), base(y.size()), delta(3 * linear.delta->channels.size());
    ExactEngine(random.network).multiply(5, x, 3, 0, y);
    gemm(x, linear.matrix->values, base, 3, 96, 48);
    gemm(x, linear.delta->codes, delta, 3, 96, static_cast<int>(linear.delta->channels.size()));
    for (std::size_t token = 0; token < 3; ++token) {
        for (std::size_t kept = 0; kept < linear.delta->channels.size(); ++kept)
            base[token * 48 + static_cast<std::size_t>(linear.delta->channels[kept])] +=
                delta[token * linear.delta->channels.size() + kept];
    }
    EXPECT_EQ(y, base);
}

}  // namespace
}  // namespace berth::inference

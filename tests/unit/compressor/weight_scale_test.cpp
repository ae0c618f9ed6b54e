// SPDX-License-Identifier: Apache-2.0
#include "compressor/weight_scale.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace berth::compressor {
namespace {

double squared_error(const std::vector<float>& row, double scale) {
    double sum = 0.0;
    for (const float weight : row) {
        const double lost = std::clamp(std::nearbyint(weight / scale), -127.0, 127.0) * scale - weight;
        sum += lost * lost;
    }
    return sum;
}

TEST(WeightScale, OfWholeNumbersLosesNothing) { EXPECT_EQ(least_error_scale(std::vector<float>{-127.0F, 3.0F, 64.0F}), 1.0F); }

TEST(WeightScale, OfZerosIsOne) { EXPECT_EQ(least_error_scale(std::vector<float>(9, 0.0F)), 1.0F); }

TEST(WeightScale, ClipsALoneOutlierWhereThatLosesLess) {
    std::mt19937 random(7);
    std::normal_distribution<float> normal(0.0F, 1.0F);
    std::vector<float> row(100000);
    for (float& weight : row) weight = normal(random);
    row[0] = 40.0F;
    const float scale = least_error_scale(row);
    EXPECT_LT(scale, 40.0F / 127.0F);
    EXPECT_LT(squared_error(row, scale), squared_error(row, 40.0 / 127.0));
}

TEST(WeightScale, NeverLosesMoreThanTheLargestScaleDoes) {
    for (unsigned seed = 0; seed < 200; ++seed) {
        std::mt19937 random(seed);
        std::student_t_distribution<float> heavy_tailed(3.0F);
        std::vector<float> row(1 + seed * 7 % 400);
        for (float& weight : row) weight = heavy_tailed(random);
        const double largest = std::abs(*std::ranges::max_element(row, {}, [](float weight) { return std::abs(weight); }));
        EXPECT_LE(squared_error(row, least_error_scale(row)), squared_error(row, largest / 127.0) * 1.0001 + 1e-9);
    }
}

TEST(WeightScale, StaysANormalFloatForTheSmallestAndTheLargestWeights) {
    EXPECT_EQ(least_error_scale(std::vector<float>{1e-40F, -1e-41F}), std::numeric_limits<float>::min());
    const float largest = std::numeric_limits<float>::max();
    EXPECT_EQ(least_error_scale(std::vector<float>{largest, 1.0F}), largest / 127.0F);
}

TEST(WeightScale, IsFoundForEveryRow) {
    EXPECT_EQ(least_error_scales(std::vector<float>{127.0F, 1.0F, 0.0F, 0.0F, -254.0F, 2.0F}, 3), (std::vector<float>{1.0F, 1.0F, 2.0F}));
}

}  // namespace
}  // namespace berth::compressor

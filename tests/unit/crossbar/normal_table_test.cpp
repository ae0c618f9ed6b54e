// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/normal_table.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace berth::crossbar {
namespace {

TEST(NormalTable, IsTheQuantileOfTheWordsRank) {
    const NormalTable& table = NormalTable::shared();
    double worst = 0.0;
    for (std::uint64_t word = 1; word < std::uint64_t{1} << 31; word += 1 + word / 1000) {
        const auto odd = static_cast<std::uint32_t>(word | 1u);
        const double distance = table(odd);
        const double probability = 0.5 * std::erfc(distance / std::numbers::sqrt2);
        const double density = std::exp(-0.5 * distance * distance) / std::sqrt(2.0 * std::numbers::pi);
        worst = std::max(worst, std::abs(probability - odd * 0x1.0p-32) / density);
        EXPECT_EQ(table(odd | 0x80000000u), -table(odd));
    }
    EXPECT_LT(worst, 1e-4);
    EXPECT_LT(table(0), NormalTable::kFarthest);
    EXPECT_GT(table(0), 6.2f);
    EXPECT_NEAR(table(0x7fffffffu), 0.0f, 1e-6f);
}

TEST(NormalTable, HasTheMomentsOfTheNormalDistribution) {
    // Ranks at equal distances: integrals by the midpoint rule.
    double variance = 0.0, fourth = 0.0;
    const int count = 1 << 20;
    for (int i = 0; i < count; ++i) {
        const double z = NormalTable::shared()((static_cast<std::uint32_t>(i) << 12) + 2048u);
        variance += z * z / count;
        fourth += z * z * z * z / count;
    }
    EXPECT_NEAR(variance, 1.0, 1e-4);
    EXPECT_NEAR(fourth, 3.0, 1e-3);
}

}  // namespace
}  // namespace berth::crossbar

// SPDX-License-Identifier: Apache-2.0
#include "models/core/draws.hpp"

#include "tests/unit/normal_sample.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace berth {
namespace {

TEST(Draws, AreStandardNormalAndIndependentOfEachOther) {
    std::vector<double> all;
    std::array<std::vector<double>, 4> places;
    const DrawKey key = draw_key(1, 2, 3);
    for (std::uint32_t counter = 0; counter < 25000; ++counter) {
        const auto four = normals(philox({counter, 0, 0, 0}, key));
        for (std::size_t i = 0; i < 4; ++i) {
            all.push_back(four[i]);
            places[i].push_back(four[i]);
        }
    }
    test::expect_normal(all, 0.0, 1.0);
    for (std::size_t i = 0; i < 4; ++i)
        for (std::size_t j = i + 1; j < 4; ++j) test::expect_uncorrelated(places[i], places[j], 1.0);
}

TEST(Draws, StayFiniteAtTheEndsOfTheWords) {
    const auto extremes = normals({0, 0, 0xFFFFFFFF, 0xFFFFFFFF});
    for (const double value : extremes) EXPECT_TRUE(std::isfinite(value));
    EXPECT_NEAR(extremes[0], std::sqrt(66.0 * std::numbers::ln2), 1e-12);
}

TEST(Draws, HaveAStreamOfTheirOwnForEverySeedPurposeAndComponent) {
    std::set<DrawKey> keys;
    for (const std::uint64_t seed : {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{1} << 32})
        for (const std::uint32_t purpose : {0u, 1u})
            for (const std::uint64_t component : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 32})
                keys.insert(draw_key(seed, purpose, component));
    EXPECT_EQ(keys.size(), 18u);
}

}  // namespace
}  // namespace berth

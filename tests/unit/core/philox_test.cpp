// SPDX-License-Identifier: Apache-2.0
#include "models/core/philox.hpp"

#include <gtest/gtest.h>

#include <set>

namespace berth {
namespace {

using Counter = std::array<std::uint32_t, 4>;

// Known answers of Philox 4x32-10 that the Random123 library publishes (its kat_vectors).
static_assert(philox({0, 0, 0, 0}, {0, 0}) == Counter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
static_assert(philox({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}) == Counter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});

TEST(Philox, GivesThePublishedAnswerForTheDigitsOfPi) {
    const Counter counter{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344};
    EXPECT_EQ(philox(counter, {0xa4093822, 0x299f31d0}), (Counter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, EveryWordOfCounterAndKeyMatters) {
    std::set<Counter> seen{philox({0, 0, 0, 0}, {0, 0})};
    for (std::size_t word = 0; word < 4; ++word) {
        Counter counter{};
        counter[word] = 1;
        seen.insert(philox(counter, {0, 0}));
    }
    seen.insert(philox({0, 0, 0, 0}, {1, 0}));
    seen.insert(philox({0, 0, 0, 0}, {0, 1}));
    EXPECT_EQ(seen.size(), 7u);
}

TEST(UnitInterval, CoversZeroToJustBelowOne) {
    EXPECT_EQ(unit_interval(0), 0.0);
    EXPECT_EQ(unit_interval(0x80000000u), 0.5);
    EXPECT_EQ(unit_interval(~0u), 1.0 - 0x1.0p-32);
}

TEST(UnitInterval, HasTheMeanAndVarianceOfAUniformNumber) {
    constexpr int draws = 40000;
    double sum = 0.0, squares = 0.0;
    for (std::uint32_t i = 0; i < draws / 4; ++i)
        for (const std::uint32_t word : philox({i, 0, 0, 0}, {1, 0})) {
            sum += unit_interval(word);
            squares += unit_interval(word) * unit_interval(word);
        }
    // Mean 1/2 with standard error 0.0014, second moment 1/3 with 0.0015: five of either.
    EXPECT_NEAR(sum / draws, 1.0 / 2, 0.0072);
    EXPECT_NEAR(squares / draws, 1.0 / 3, 0.0075);
}

}  // namespace
}  // namespace berth

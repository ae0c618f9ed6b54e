// SPDX-License-Identifier: Apache-2.0
#include "models/periphery/dac.hpp"

#include <gtest/gtest.h>

namespace berth::periphery {
namespace {

TEST(Dac, SlicesSumToTheInputAndAreNeverNegative) {
    for (int activation_bits = 2; activation_bits <= 8; ++activation_bits)
        for (int dac_bits = 1; dac_bits <= 4; ++dac_bits) {
            const auto slices = input_slices(activation_bits, dac_bits);
            for (int x = -(1 << (activation_bits - 1)); x < 1 << (activation_bits - 1); ++x) {
                std::int64_t sum = 0;
                for (const auto& slice : slices) {
                    const int driven = slice.of(static_cast<std::int8_t>(x));
                    EXPECT_GE(driven, 0);
                    EXPECT_LE(driven, (1 << dac_bits) - 1);
                    sum += slice.weight() * driven;
                }
                EXPECT_EQ(sum, x) << activation_bits << " bits, " << dac_bits << " at a time";
            }
        }
}

TEST(Dac, TakesOneReadForTheSignAndTheRestInGroups) {
    EXPECT_EQ(input_reads(8, 1), 8);
    EXPECT_EQ(input_reads(8, 2), 5);
    EXPECT_EQ(input_reads(8, 3), 4);
    EXPECT_EQ(input_reads(8, 4), 3);
    for (int activation_bits = 2; activation_bits <= 8; ++activation_bits)
        for (int dac_bits = 1; dac_bits <= 4; ++dac_bits)
            EXPECT_EQ(input_slices(activation_bits, dac_bits).size(), static_cast<std::size_t>(input_reads(activation_bits, dac_bits)));
}

TEST(Dac, AppliesTheLeastSignificantSliceFirst) {
    const auto slices = input_slices(8, 4);
    ASSERT_EQ(slices.size(), 3u);
    const std::int8_t x = -75;  // 1011 0101
    EXPECT_EQ(slices[0].of(x), 0b0101);
    EXPECT_EQ(slices[1].of(x), 0b011);
    EXPECT_EQ(slices[2].of(x), 1);
    EXPECT_EQ(slices[1].weight(), 16);
    EXPECT_EQ(slices[2].weight(), -128);
}

TEST(Dac, BowsBetweenExactEnds) {
    const DacParams bowed{.bits = 4, .inl = 0.5};
    EXPECT_FALSE(bowed.linear());
    EXPECT_EQ(bowed.voltage(0), 0.0);
    EXPECT_EQ(bowed.voltage(15), 15.0);
    EXPECT_DOUBLE_EQ(bowed.voltage(5), 5.0 + 4 * 0.5 * (1.0 / 3) * (2.0 / 3));
    EXPECT_DOUBLE_EQ(bowed.voltage(7) - 7.0, bowed.voltage(8) - 8.0) << "symmetric";
    EXPECT_TRUE((DacParams{.bits = 1, .inl = 0.5}).linear());
    EXPECT_TRUE((DacParams{.bits = 4}).linear());
}

}  // namespace
}  // namespace berth::periphery

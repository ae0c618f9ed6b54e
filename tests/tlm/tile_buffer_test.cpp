// SPDX-License-Identifier: Apache-2.0
#include "models/buffer/tile_buffer.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

namespace berth::buffer {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;

TEST(TileBuffer, MovesTwoVectorsAtOnceWithTwoBanksAndMakesAThirdWait) {
    TileBuffer buffer("buffer", TileBufferTiming{sc_time(1, SC_NS), 2, 256});
    sc_time first, second, third(4, SC_NS);
    EXPECT_TRUE(buffer.read(384, first));  // 12 cycles of 32 bytes
    buffer.write(768, second);             // 24
    EXPECT_TRUE(buffer.read(33, third));   // 2, behind the first
    EXPECT_EQ(first, sc_time(12, SC_NS));
    EXPECT_EQ(second, sc_time(24, SC_NS));
    EXPECT_EQ(third, sc_time(14, SC_NS));
    EXPECT_EQ(buffer.bytes_read(), 417u);
    EXPECT_EQ(buffer.bytes_written(), 768u);
    EXPECT_EQ(buffer.busy(), sc_time(38, SC_NS));
}

TEST(TileBuffer, CorrectsSingleErrorsAndFlagsDoubleOnesAsOftenAsTheyCome) {
    const double rate = 1e-3;
    TileBuffer buffer("buffer", TileBufferTiming{sc_time(1, SC_NS), 2, 256}, {rate, 5, 1});
    constexpr int kReads = 20000, kWords = 10;
    int whole = 0;
    for (int i = 0; i < kReads; ++i) {
        sc_time delay;
        whole += buffer.read(kWords * 8, delay);
    }
    const double words = kReads * kWords, none = std::pow(1 - rate, 72), one = 72 * rate * std::pow(1 - rate, 71);
    const double two = 72 * 71 / 2 * rate * rate * std::pow(1 - rate, 70), more = 1 - none - one - two;
    const auto within = [&](std::uint64_t count, double share, double slack) {
        EXPECT_NEAR(static_cast<double>(count), words * share, 4 * std::sqrt(words * share) + words * slack);
    };
    // Of three wrong bits some look like one, and some are found.
    within(buffer.errors().corrected, one, more);
    within(buffer.errors().flagged, two, more);
    EXPECT_LE(static_cast<double>(buffer.errors().miscorrected), words * more + 4 * std::sqrt(words * more));
    EXPECT_NEAR(kReads - whole, static_cast<double>(buffer.errors().flagged), 0.05 * static_cast<double>(buffer.errors().flagged));
}

TEST(TileBuffer, DrawsOtherErrorsForAnotherTile) {
    const auto corrected = [](std::uint64_t tile) {
        BufferErrors errors({1e-2, 5, tile});
        std::vector<std::uint64_t> counts;
        for (int i = 0; i < 50; ++i) {
            (void)errors.read(80);
            counts.push_back(errors.seen().corrected);
        }
        return counts;
    };
    EXPECT_EQ(corrected(1), corrected(1));
    EXPECT_NE(corrected(1), corrected(2));
}

}  // namespace
}  // namespace berth::buffer

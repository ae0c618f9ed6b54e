// SPDX-License-Identifier: Apache-2.0
#include "models/buffer/tile_buffer.hpp"

#include <gtest/gtest.h>

namespace berth::buffer {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;

TEST(TileBuffer, MovesTwoVectorsAtOnceWithTwoBanksAndMakesAThirdWait) {
    TileBuffer buffer("buffer", TileBufferTiming{sc_time(1, SC_NS), 2, 256});
    sc_time first, second, third(4, SC_NS);
    buffer.read(384, first);    // 12 cycles of 32 bytes
    buffer.write(768, second);  // 24
    buffer.read(33, third);     // 2, behind the first
    EXPECT_EQ(first, sc_time(12, SC_NS));
    EXPECT_EQ(second, sc_time(24, SC_NS));
    EXPECT_EQ(third, sc_time(14, SC_NS));
    EXPECT_EQ(buffer.bytes_read(), 417u);
    EXPECT_EQ(buffer.bytes_written(), 768u);
    EXPECT_EQ(buffer.busy(), sc_time(38, SC_NS));
}

}  // namespace
}  // namespace berth::buffer

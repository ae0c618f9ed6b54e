// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/tile_counter.hpp"

#include "models/core/philox.hpp"

#include <gtest/gtest.h>

#include <bit>

namespace berth::crossbar {
namespace {

std::uint8_t random_byte(std::size_t place, std::uint32_t seed) {
    return static_cast<std::uint8_t>(philox({static_cast<std::uint32_t>(place), 0, 0, 0}, {seed, 0})[0]);
}

TEST(TileCounter, CountsTheOnesThatInputsAndCellsShare) {
    if (!TileCounter::available()) GTEST_SKIP() << "this processor multiplies no matrices of bytes";
    for (const int row_bytes : {1, 7, 8, 9, 16, 31})
        for (const int tokens : {1, 16, 17}) {
            std::vector<CellLine> lines(std::size_t(row_bytes), CellLine{});
            for (std::size_t i = 0; i < lines.size(); ++i)
                for (std::size_t column = 0; column < kLineColumns; ++column)
                    lines[i].bytes[column] = i % 3 == 0 ? 0xff : random_byte(i * kLineColumns + column, 1);
            std::vector<std::uint32_t> bits(std::size_t(tokens * 8 * row_bytes));
            for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = (i % 5 == 0 ? 0xffu : random_byte(i, 2)) * 0x01010101u;
            TileCounter counter;
            counter.take_inputs(bits, tokens, row_bytes);
            const std::uint8_t* const counts = counter.count(lines.data());
            for (std::size_t read = 0; read < std::size_t(tokens * 8); ++read)
                for (std::size_t column = 0; column < kLineColumns; ++column) {
                    int ones = 0;
                    for (std::size_t i = 0; i < lines.size(); ++i)
                        ones += std::popcount(bits[read * lines.size() + i] & lines[i].bytes[column]);
                    ASSERT_EQ(counts[read * kLineColumns + column], ones)
                        << row_bytes << " bytes of rows, read " << read << ", column " << column;
                }
        }
}

}  // namespace
}  // namespace berth::crossbar

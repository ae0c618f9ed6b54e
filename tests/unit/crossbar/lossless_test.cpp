// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/crossbar_matrix.hpp"

#include "tests/unit/crossbar/random_matrix.hpp"

#include <gtest/gtest.h>

#include <bit>

namespace berth::crossbar {
namespace {

using test::random_int8;
using test::uniform_adc;

CrossbarParams params(const std::string& encoding, int rows, int cell_bits) {
    return {.rows = rows, .cols = 128, .cell_bits = cell_bits, .encoding = encoding, .path = "auto"};
}

// Shafiee et al., ISCA 2016, Sec. V: A = log2(R) + v + w where v > 1 and w > 1, else log2(R) + v + w - 1; flipped columns save one.
int isaac_bits(int rows, int dac_bits, int cell_bits) {
    const int log2_rows = std::bit_width(static_cast<unsigned>(rows)) - 1;
    return log2_rows + dac_bits + cell_bits - (dac_bits > 1 && cell_bits > 1 ? 0 : 1);
}

TEST(Lossless, AgreesWithTheConverterBitsThatIsaacCounts) {
    for (int rows = 16; rows <= 1024; rows *= 2)
        for (int dac_bits = 1; dac_bits <= 4; ++dac_bits)
            for (int cell_bits = 1; cell_bits <= 4; ++cell_bits) {
                const int bits = isaac_bits(rows, dac_bits, cell_bits);
                const auto lossless = [&](const char* encoding, int adc_bits) {
                    return always_lossless(params(encoding, rows, cell_bits), {.bits = dac_bits}, *uniform_adc(adc_bits));
                };
                SCOPED_TRACE(std::to_string(rows) + " rows, v = " + std::to_string(dac_bits) + ", w = " + std::to_string(cell_bits));
                for (const char* encoding : {"differential", "offset", "twos_complement"}) {
                    EXPECT_TRUE(lossless(encoding, bits));
                    EXPECT_FALSE(lossless(encoding, bits - 1));
                }
                EXPECT_TRUE(lossless("offset_flipped", bits - 1));
                EXPECT_FALSE(lossless("offset_flipped", bits - 2));
            }
}

TEST(Lossless, IsIsaacsEightBitsFor128RowsOfTwoBitCellsFlipped) {
    EXPECT_TRUE(always_lossless(params("offset_flipped", 128, 2), {.bits = 1}, *uniform_adc(8)));
    EXPECT_FALSE(always_lossless(params("offset", 128, 2), {.bits = 1}, *uniform_adc(8)));
    EXPECT_TRUE(always_lossless(params("differential", 128, 1), {.bits = 1}, *uniform_adc(8)));
}

TEST(Lossless, IsProvenForTheCellsAsProgrammed) {
    const int out = 8, in = 128;
    auto weights = random_int8(out * in, -127, 127, 5);
    ASSERT_FALSE(always_lossless(params("differential", 128, 1), {.bits = 1}, *uniform_adc(7)));
    const CrossbarMatrix sparse(weights, out, in, 7, params("differential", 128, 1), {.bits = 1}, uniform_adc(7));
    EXPECT_TRUE(sparse.lossless());  // about a quarter of the cells are ones: 32 of at most 127
    EXPECT_EQ(sparse.path_taken(), "int8_gemm");

    std::fill(weights.begin(), weights.begin() + in, std::int8_t{1});  // one column of 128 ones
    const CrossbarMatrix dense(weights, out, in, 7, params("differential", 128, 1), {.bits = 1}, uniform_adc(7));
    EXPECT_FALSE(dense.lossless());
    EXPECT_EQ(dense.path_taken(), "corrected_gemm");
}

TEST(Lossless, ReferencePathIsTakenWhereItIsForced) {
    CrossbarParams forced = params("differential", 128, 1);
    forced.path = "reference";
    const CrossbarMatrix matrix(random_int8(128, -127, 127, 6), 1, 128, 7, forced, {.bits = 1}, uniform_adc(8));
    EXPECT_TRUE(matrix.lossless());
    EXPECT_EQ(matrix.path_taken(), "reference");
}

}  // namespace
}  // namespace berth::crossbar

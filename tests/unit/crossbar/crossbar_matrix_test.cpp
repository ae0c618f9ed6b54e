// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/crossbar_matrix.hpp"

#include "tests/unit/crossbar/random_matrix.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace berth::crossbar {
namespace {

using test::exact_product;
using test::ideal_adc;
using test::random_int8;
using test::uniform_adc;

CrossbarParams params(const std::string& encoding, const std::string& path, int rows = 16, int cols = 16, int cell_bits = 1) {
    return {.rows = rows, .cols = cols, .cell_bits = cell_bits, .encoding = encoding, .path = path};
}

// 16 weights of +1 on 16 inputs of 1: one column carries 16, a 4-bit converter gives 15; every other column and read carries 0.
TEST(CrossbarMatrix, CountsEveryClippedConversion) {
    const std::vector<std::int8_t> weights(16, 1), x(16, 1);
    const CrossbarMatrix matrix(weights, 1, 16, 1, params("differential", "auto"), {.bits = 1}, uniform_adc(4));
    EXPECT_FALSE(matrix.lossless());
    EXPECT_EQ(matrix.path_taken(), "bit_plane");
    std::vector<std::int32_t> y(1);
    const Activity activity = matrix.multiply(x, 1, y);
    EXPECT_EQ(y[0], 15);
    EXPECT_EQ(activity, (Activity{.array_reads = 16, .adc_conversions = 16, .clipped = 1}));

    // Negative one has all eight bits set, so every read clips: 15 * (127 - 128).
    const std::vector<std::int8_t> minus_one(16, -1);
    EXPECT_EQ(matrix.multiply(minus_one, 1, y).clipped, 8u);
    EXPECT_EQ(y[0], -15);
}

TEST(CrossbarMatrix, CountsClippingInTheUnitColumnOfEveryArray) {
    // offset, 1 bit: +1 is 3 (both columns one), so two columns and one unit column carry 16 in read 0. 30 channels of 2 columns
    // beside one unit column are 4 arrays of 16 columns.
    const std::vector<std::int8_t> weights(16 * 30, 1), x(16, 1);
    const CrossbarMatrix matrix(weights, 30, 16, 1, params("offset", "auto"), {.bits = 1}, uniform_adc(4));
    std::vector<std::int32_t> y(30);
    const Activity activity = matrix.multiply(x, 1, y);
    EXPECT_EQ(activity, (Activity{.array_reads = 8 * 4, .adc_conversions = 8 * (60 + 4), .clipped = 60 + 4}));
    EXPECT_EQ(y[0], 15 * (1 + 2) - 2 * 15);
}

TEST(CrossbarMatrix, CountsReadsAndConversionsByArray) {
    const int out = 10, in = 40, tokens = 3;  // three row blocks of 16, 16, 8; 10 * 7 columns are 5 arrays of 16
    const auto weights = random_int8(out * in, -127, 127, 1), x = random_int8(tokens * in, -127, 127, 2);
    for (const char* path : {"auto", "reference"}) {
        const CrossbarMatrix matrix(weights, out, in, 7, params("differential", path), {.bits = 2}, ideal_adc());
        std::vector<std::int32_t> y(tokens * out);
        const Activity activity = matrix.multiply(x, tokens, y);
        EXPECT_EQ(activity, (Activity{.array_reads = 3 * 5 * 3 * 2 * 5, .adc_conversions = 3 * 5 * 3 * 2 * 70, .clipped = 0}));
    }
}

TEST(CrossbarMatrix, GivesTheCodesOfEveryColumnInTheOrderOfTheContract) {
    // One token, two row blocks (16 and 1 rows), 2-bit cells. Weights 0b0110 and -0b1001 on every row; inputs 3 (reads 0 and 1 of bits).
    const int out = 2, in = 17;
    std::vector<std::int8_t> weights(std::size_t(out * in), 6);
    std::fill(weights.begin() + in, weights.end(), std::int8_t{-9});
    const std::vector<std::int8_t> x(std::size_t(in), 3);
    const CrossbarMatrix matrix(weights, out, in, 4, params("differential", "auto", 16, 16, 2), {.bits = 1}, ideal_adc());
    ASSERT_EQ(matrix.path_taken(), "int8_gemm");
    ASSERT_EQ(matrix.code_count(1), 8u * 2 * 2 * 2 * 2);
    std::vector<std::int32_t> codes(matrix.code_count(1));
    std::vector<std::int64_t> sums(out);
    const Activity activity = matrix.accumulate(x, 1, sums, codes);
    EXPECT_EQ(activity, matrix.activity(1));
    const auto code = [&](int read, int block, int polarity, int slice, int channel) {
        return codes[std::size_t((((read * 2 + block) * 2 + polarity) * 2 + slice) * 2 + channel)];
    };
    for (int read = 0; read < 8; ++read)
        for (int block = 0; block < 2; ++block) {
            const int ones = read < 2 ? (block == 0 ? 16 : 1) : 0;
            EXPECT_EQ(code(read, block, 0, 0, 0), 2 * ones);
            EXPECT_EQ(code(read, block, 0, 1, 0), 1 * ones);
            EXPECT_EQ(code(read, block, 1, 0, 0), 0);
            EXPECT_EQ(code(read, block, 0, 1, 1), 0);
            EXPECT_EQ(code(read, block, 1, 0, 1), 1 * ones);
            EXPECT_EQ(code(read, block, 1, 1, 1), 2 * ones);
        }
    EXPECT_EQ(sums, (std::vector<std::int64_t>{17 * 18, -17 * 27}));
}

TEST(CrossbarMatrix, StoresHeavyColumnsInverted) {
    // offset, 1-bit cells: +1 is 11 and -1 is 01. In the top column twelve of sixteen cells are ones, so it is stored inverted.
    std::vector<std::int8_t> weights(16, 1);
    std::fill(weights.begin(), weights.begin() + 4, std::int8_t{-1});
    const auto flipped = params("offset_flipped", "reference");
    const CrossbarMatrix matrix(weights, 1, 16, 1, flipped, {.bits = 1}, uniform_adc(3));
    const std::vector<std::int8_t> x{1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    std::vector<std::int32_t> codes(matrix.code_count(1));
    std::vector<std::int64_t> sums(1);
    EXPECT_EQ(matrix.accumulate(x, 1, sums, codes).clipped, 0u);
    EXPECT_EQ(codes[0], 0);  // all sixteen are ones: stored as zeros
    EXPECT_EQ(codes[1], 1);  // of the driven rows, only row 0 was a zero
    EXPECT_EQ(sums[0], 1);
}

TEST(CrossbarMatrix, RoundsOnceAtTheEndForAFractionalStep) {
    const CrossbarMatrix matrix(std::vector<std::int8_t>(16, 1), 1, 16, 1, params("differential", "auto"), {.bits = 1},
                                uniform_adc(4, 1.5));
    std::vector<std::int32_t> y(4);
    matrix.finish(std::vector<std::int64_t>{1, 3, -3, std::int64_t{1} << 40}, y);
    EXPECT_EQ(y, (std::vector<std::int32_t>{2, 4, -4, 2147483647}));  // 1.5, 4.5, -4.5, too large
}

TEST(CrossbarMatrix, SaturatesProductsOfWholeSteps) {
    const CrossbarMatrix matrix(std::vector<std::int8_t>(16, 1), 1, 16, 1, params("differential", "auto"), {.bits = 1},
                                uniform_adc(4, 3.0));
    std::vector<std::int32_t> y(4);
    matrix.finish(std::vector<std::int64_t>{715827882, 715827883, -(std::int64_t{1} << 50), -7}, y);
    EXPECT_EQ(y, (std::vector<std::int32_t>{2147483646, 2147483647, -2147483647 - 1, -21}));
}

TEST(CrossbarMatrix, JoinsPlanesExactlyWhereHalfUnitStepsAreLossless) {
    const int out = 5, in = 20, tokens = 2;
    const auto weights = random_int8(out * in, -7, 7, 3), x = random_int8(tokens * in, -128, 127, 4);
    const CrossbarMatrix matrix(weights, out, in, 3, params("differential", "auto"), {.bits = 1}, uniform_adc(6, 0.5));
    ASSERT_EQ(matrix.path_taken(), "int8_gemm");
    std::vector<std::int64_t> exact(tokens * out), through_arrays(tokens * out);
    (void)matrix.accumulate(x, tokens, exact);
    (void)matrix.accumulate(x, tokens, through_arrays, std::span<std::int32_t>());
    EXPECT_EQ(exact, through_arrays);
    std::vector<std::int32_t> y(tokens * out);
    matrix.finish(exact, y);
    EXPECT_EQ(y, exact_product(x, weights, tokens, in, out));
}

TEST(CrossbarMatrix, RefusesWhatItCannotHold) {
    const auto make = [](std::vector<std::int8_t> weights, int out, int in, int bits, const CrossbarParams& shape) {
        return CrossbarMatrix(weights, out, in, bits, shape, {.bits = 1}, ideal_adc());
    };
    const auto fits = params("differential", "auto");
    EXPECT_THROW((void)make({2}, 1, 1, 1, fits), std::invalid_argument);
    EXPECT_THROW((void)make({-128}, 1, 1, 7, fits), std::invalid_argument);
    EXPECT_THROW((void)make({1}, 1, 2, 1, fits), std::invalid_argument);
    EXPECT_THROW((void)make({}, 0, 2, 1, fits), std::invalid_argument);
    EXPECT_THROW((void)make({1}, 1, 1, 9, fits), std::invalid_argument);
    EXPECT_THROW((void)make({1}, 1, 1, 1, params("offset_flipped", "auto", 16, 2)), std::invalid_argument);

    const CrossbarMatrix matrix = make({1}, 1, 1, 1, fits);
    std::vector<std::int32_t> y(1);
    std::vector<std::int64_t> sums(1);
    std::vector<std::int32_t> short_codes(1);
    EXPECT_THROW((void)matrix.multiply(std::vector<std::int8_t>(2), 1, y), std::invalid_argument);
    EXPECT_THROW((void)matrix.accumulate(std::vector<std::int8_t>(1), 1, sums, short_codes), std::invalid_argument);
}

}  // namespace
}  // namespace berth::crossbar

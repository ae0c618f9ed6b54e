// SPDX-License-Identifier: Apache-2.0
#include "compressor/stored_sizes.hpp"

#include "compressor/image_file.hpp"
#include "tests/unit/compressor/small_image.hpp"

#include <gtest/gtest.h>

namespace berth::compressor {
namespace {

TEST(StoredSizes, CountWhatTheFileHoldsOfEveryMatrix) {
    const WeightImage image = test::small_image();
    const StoredSizes sizes = stored_sizes(parse_header(serialise(image), "x.berth"), image.shape);
    // Six matrices of int8, [8, 8] but for [16, 8] and [8, 16], and one [8, 8] of 5 bits; 4 bytes a scale.
    EXPECT_EQ(sizes.base.bytes, 4 * (64 + 32) + (128 + 64) + (128 + 32) + (40 + 32));
    // Two channels of 2 bits, three of 4, an int8 matrix, factors [3, 8] of 3 bits and [8, 3] of 2; 4 bytes a channel or scale.
    const std::uint64_t task = (8 + 4) + (12 + 12) + (64 + 32) + (9 + 12) + (6 + 32);
    ASSERT_EQ(sizes.tasks.size(), 2u);
    for (const StoredMatrices& own : sizes.tasks) {
        EXPECT_EQ(own.bytes, task);
        EXPECT_EQ(own.weights, 576u);
    }
    EXPECT_DOUBLE_EQ(sizes.base.bits_per_weight(), 8.0 * 808 / 576);
}

TEST(StoredSizes, CountACheckpointsParameters) {
    // Tables 8 + 16 + 2 rows of 8; three norms; six matrices of 64, 128 and 128 weights with biases; classifier [2, 8] with bias.
    const std::uint64_t parameters = 26 * 8 + 3 * 16 + (5 * 64 + 2 * 128) + (6 * 8 + 16) + (16 + 2);
    EXPECT_EQ(checkpoint_bytes(test::small_image()), 2 * 4 * parameters);
}

}  // namespace
}  // namespace berth::compressor

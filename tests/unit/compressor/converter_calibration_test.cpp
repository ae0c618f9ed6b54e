// SPDX-License-Identifier: Apache-2.0
#include "compressor/converter_calibration.hpp"

#include "compressor/image_file.hpp"
#include "models/core/error.hpp"
#include "tests/unit/compressor/small_image.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace berth::compressor {
namespace {

std::shared_ptr<const periphery::Adc> adc(int bits, double step = 1.0) {
    return periphery::make_adc({.kind = "uniform", .bits = bits, .step = step});
}

crossbar::CrossbarDesign design(int adc_bits) {
    return {.crossbar = {.rows = 16, .cols = 16, .cell_bits = 1, .encoding = "differential", .path = "auto"},
            .dac = {.bits = 1},
            .adc = adc(adc_bits),
            .cells = crossbar::ideal_cells(1)};
}

ConverterSetting setting(int adc_bits) {
    return {.rows = 16, .cell_bits = 1, .dac_bits = 1, .adc_bits = adc_bits, .step = 1.0, .encoding = "differential"};
}

std::vector<std::vector<inference::Sentence>> sentences() {
    std::vector<std::vector<inference::Sentence>> of_tasks(2);
    for (auto& some : of_tasks)
        for (std::uint64_t i = 0; i < 3; ++i) some.push_back({i, {2, 4, 5, static_cast<std::int32_t>(4 + i % 3), 3}, {0, 0, 0, 1, 1}});
    return of_tasks;
}

WeightImage calibrated(int adc_bits, const std::string& method) {
    WeightImage image = test::small_image();
    Threads threads(2);
    image.calibration = calibrate(image, sentences(), design(adc_bits), setting(adc_bits), method, threads);
    return image;
}

TEST(RangeExponent, ByPercentileIsTheFinestRangeThatSeldomClips) {
    std::vector<std::uint64_t> counts(101);
    counts[10] = 99950, counts[100] = 50;
    EXPECT_EQ(range_exponent("percentile", counts, *adc(4)), 0);
    counts[100] = 200;
    EXPECT_EQ(range_exponent("percentile", counts, *adc(4)), 3) << "codes to 15 times 8";
    EXPECT_EQ(range_exponent("percentile", counts, *adc(4, 2.0)), 2) << "codes to 15 times 2 times 4";
    EXPECT_EQ(range_exponent("percentile", {}, *adc(4)), 0);
    EXPECT_THROW((void)range_exponent("guess", counts, *adc(4)), std::invalid_argument);
}

TEST(RangeExponent, ByErrorWeighsClippingAgainstRounding) {
    std::vector<std::uint64_t> counts(101);
    counts[0] = counts[32] = counts[64] = counts[96] = 10;
    EXPECT_EQ(range_exponent("error", counts, *adc(4)), 3) << "the finest range that tells all four";
    // Odd currents below 16 lose 1 squared each in a range twice as coarse; one current of 30 in a million clips by 15.
    for (std::size_t current = 0; current < 16; ++current) counts[current] = 100000;
    counts[32] = counts[64] = counts[96] = 0;
    counts[30] = 1;
    EXPECT_EQ(range_exponent("error", counts, *adc(4)), 0);
    counts[30] = 1000000;
    EXPECT_EQ(range_exponent("error", counts, *adc(4)), 1);
}

TEST(Calibration, HasARangeForEveryPlanePolarityAndSlice) {
    for (const std::string& method : calibration_methods()) {
        const WeightImage image = calibrated(2, method);
        const auto planes = planes_of(image);
        ASSERT_EQ(image.calibration->exponents.size(), planes.size());
        for (std::size_t i = 0; i < planes.size(); ++i)
            EXPECT_EQ(image.calibration->exponents[i].size(), std::size_t(2 * planes[i].magnitude_bits)) << planes[i].matrix;
    }
}

TEST(Calibration, LeavesConvertersThatTellAllCurrentsApart) {
    const WeightImage image = calibrated(5, "error");
    for (const auto& plane : image.calibration->exponents)
        for (const int exponent : plane) EXPECT_EQ(exponent, 0);
}

TEST(Calibration, IsTheSameOnAnyNumberOfThreads) {
    const WeightImage image = test::small_image();
    Threads one(1), three(3);
    EXPECT_EQ(calibrate(image, sentences(), design(2), setting(2), "error", one).exponents,
              calibrate(image, sentences(), design(2), setting(2), "error", three).exponents);
}

TEST(Calibration, WantsSentencesOfEveryTask) {
    const WeightImage image = test::small_image();
    auto some = sentences();
    some[1].clear();
    Threads threads(1);
    EXPECT_THROW((void)calibrate(image, some, design(2), setting(2), "error", threads), InputError);
}

TEST(Calibration, BelongsToTheConvertersItWasMadeFor) {
    const WeightImage image = calibrated(2, "error");
    EXPECT_FALSE(ranges_of(image, 0, setting(2)).none());
    EXPECT_TRUE(ranges_of(image, 0, setting(3)).none());
    EXPECT_TRUE(ranges_of(test::small_image(), 0, setting(2)).none());
    const auto first = ranges_of(image, 0, setting(2)), second = ranges_of(image, 1, setting(2));
    ASSERT_EQ(first.matrices.size(), 7u);
    EXPECT_EQ(first.matrices[0].exponents, second.matrices[0].exponents) << "the base's converters are there once";
    EXPECT_EQ(first.deltas[0].exponents.size(), 2u) << "a ternary delta: a slice in each polarity";
    EXPECT_EQ(first.deltas[1].exponents.size(), 6u);
    EXPECT_TRUE(first.deltas[2].exponents.empty()) << "no delta there";
}

TEST(Calibration, BringsProductsNearerToTheExactOnes) {
    const WeightImage image = calibrated(2, "error");
    const inference::Network& network = image.tasks[0].network;
    const inference::ExactEngine exact(network);
    const inference::CrossbarEngine plain(network, design(2), {}, 1),
        ranged(network, design(2), {}, 1, {}, ranges_of(image, 0, setting(2)));
    test::Numbers numbers(9);
    double plain_error = 0.0, ranged_error = 0.0;
    for (std::size_t linear = 0; linear < network.linears.size(); ++linear) {
        const auto in = std::size_t(network.linears[linear].matrix->in), out = std::size_t(network.linears[linear].matrix->out);
        std::vector<std::int8_t> x(10 * in);
        for (auto& value : x) value = numbers.integer(127);
        std::vector<std::int32_t> right(10 * out), a(10 * out), b(10 * out);
        exact.multiply(linear, x, 10, 0, right);
        plain.multiply(linear, x, 10, 0, a);
        ranged.multiply(linear, x, 10, 0, b);
        for (std::size_t i = 0; i < right.size(); ++i) {
            plain_error += std::pow(a[i] - right[i], 2);
            ranged_error += std::pow(b[i] - right[i], 2);
        }
    }
    EXPECT_LT(ranged_error, plain_error);
}

TEST(Calibration, ComesBackFromTheImagesBytes) {
    const WeightImage image = calibrated(2, "percentile");
    const auto bytes = serialise(image);
    const WeightImage again = parse_image(bytes, "image");
    ASSERT_TRUE(again.calibration);
    EXPECT_EQ(again.calibration->method, "percentile");
    EXPECT_EQ(again.calibration->converters, setting(2));
    EXPECT_EQ(again.calibration->exponents, image.calibration->exponents);
    EXPECT_EQ(serialise(again), bytes);
    EXPECT_FALSE(parse_image(serialise(test::small_image()), "image").calibration);
}

TEST(Calibration, IsRefusedWhereARangeCannotBe) {
    WeightImage image = calibrated(2, "error");
    image.calibration->exponents[0][0] = -1;
    try {
        (void)parse_image(serialise(image), "image");
        FAIL() << "accepted";
    } catch (const InputError& error) {
        EXPECT_NE(std::string(error.what()).find("calibration.exponents"), std::string::npos) << error.what();
    }
    image = calibrated(2, "error");
    image.calibration->exponents[0].push_back(0);
    EXPECT_THROW((void)parse_image(serialise(image), "image"), InputError);
}

}  // namespace
}  // namespace berth::compressor

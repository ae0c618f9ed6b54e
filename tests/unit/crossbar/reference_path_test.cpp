// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/crossbar_matrix.hpp"

#include "models/crossbar/read_draws.hpp"
#include "tests/unit/crossbar/outcome.hpp"
#include "tests/unit/crossbar/some_cells.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace berth::crossbar {
namespace {

using test::CellSettings;
using test::Outcome;
using test::random_int8;
using test::read;
using test::SomeCells;
using test::uniform_adc;

CrossbarDesign design(const char* encoding, int cell_bits, std::shared_ptr<const periphery::Adc> adc, CellSettings cells) {
    return {.crossbar = {.rows = 16, .cols = 16, .cell_bits = cell_bits, .encoding = encoding, .path = "reference"},
            .dac = {.bits = 1},
            .adc = std::move(adc),
            .cells = std::make_shared<const SomeCells>(std::move(cells)),
            .sense = {}};
}

// One weight of 1 on each of 16 rows, all driven: a column of 16 cells at 1.25 and one, of the other polarity, of 16 at 0.25.
TEST(ReferencePath, SumsConductancesThatAreNoWholeNumbers) {
    const std::vector<std::int8_t> ones(16, 1);
    const CrossbarMatrix matrix(ones, 1, 16, 1, design("differential", 1, uniform_adc(6), {.levels = {0.25, 1.25}, .noise = {}}));
    const Outcome all = read(matrix, ones, 1);
    EXPECT_EQ(matrix.path_taken(), "reference");
    EXPECT_FALSE(matrix.lossless());
    EXPECT_EQ(all.codes[0], 20);
    EXPECT_EQ(all.codes[1], 4);
    EXPECT_EQ(all.sums[0], 16);
}

TEST(ReferencePath, TakesTheBackgroundsCodesAwayFromEveryCode) {
    // Sixteen driven rows add 4.8: five codes of one unit, which both columns lose.
    const std::vector<std::int8_t> ones(16, 1);
    const CrossbarMatrix matrix(ones, 1, 16, 1,
                                design("differential", 1, uniform_adc(6), {.levels = {0.3, 1.3}, .noise = {}, .digital_background = 0.3}));
    const Outcome all = read(matrix, ones, 1);
    EXPECT_EQ(all.codes[0], 21);
    EXPECT_EQ(all.codes[1], 5);
    EXPECT_EQ(all.sums[0], (21 - 5) - (5 - 5));
}

// Driven with 1 of 3, a wordline of a converter bowed by half a step has 1 + 4 * 0.5 * 1/3 * 2/3 steps; driven with 3 it has 3.
TEST(ReferencePath, DrivesWordlinesWithABowedDacsVoltages) {
    const std::vector<std::int8_t> ones(16, 1), threes(16, 3);
    CrossbarDesign bowed = design("differential", 1, uniform_adc(6), {.levels = {0.0, 1.0}, .noise = {}});
    bowed.dac = {.bits = 2, .inl = 0.5};
    bowed.crossbar.path = "auto";
    const CrossbarMatrix matrix(ones, 1, 16, 1, bowed);
    EXPECT_EQ(matrix.path_taken(), "reference");
    EXPECT_EQ(read(matrix, ones, 1).codes[0], 23);
    EXPECT_EQ(read(matrix, threes, 1).codes[0], 48);
    bowed.dac.bits = 1;
    EXPECT_EQ(read(CrossbarMatrix(ones, 1, 16, 1, bowed), ones, 1).codes[0], 16) << "two voltages are always on a line";
}

TEST(ReferencePath, ShiftsCodesOfWiderRanges) {
    // Weight 3 is a one in both slices. The lower slice's converter stands two bits higher: 13 / 4 reads 3, which counts 12.
    const std::vector<std::int8_t> threes(13, 3), ones(13, 1);
    const auto made = design("differential", 1, uniform_adc(6), {.levels = {0.0, 1.0}, .noise = {}});
    const CrossbarMatrix matrix(threes, 1, 13, 2, made, 0, {.exponents = {2, 0, 0, 0}});
    const Outcome all = read(matrix, ones, 1);
    EXPECT_EQ(all.codes[0], 3);
    EXPECT_EQ(all.codes[1], 13);
    EXPECT_EQ(all.sums[0], 12 + 2 * 13);
    EXPECT_THROW(CrossbarMatrix(threes, 1, 13, 2, made, 0, {.exponents = {2}}), std::invalid_argument);
    EXPECT_THROW(CrossbarMatrix(threes, 1, 13, 2, made, 0, {.exponents = {16, 0, 0, 0}}), std::invalid_argument);
}

/// Gives every converter's codes an offset of its own.
class OffsetByInstance final : public periphery::Adc {
public:
    std::size_t convert(std::span<const double> currents, std::span<std::int32_t> codes) const override {
        return convert_by(0, currents, codes);
    }
    std::size_t convert_by(std::uint64_t instance, std::span<const double> currents, std::span<std::int32_t> codes) const override {
        for (std::size_t i = 0; i < codes.size(); ++i)
            codes[i] = static_cast<std::int32_t>(currents[i]) + static_cast<std::int32_t>(instance % 1000);
        return 0;
    }
    [[nodiscard]] bool lossless(std::int64_t) const override { return false; }
    [[nodiscard]] bool alike() const override { return false; }
    [[nodiscard]] double step() const override { return 1.0; }
};

TEST(ReferencePath, CorrectsColumnsWithTheUnitColumnsOfTheirArray) {
    // offset, 4 bits of magnitude: 5 slices of 1 bit. Eight channels are 40 columns: arrays of 15 hold slices 0 and 1 up to channel 6, and
    // so on. Every column's codes are `offset of its array` too high, the unit column's too.
    const int out = 8, in = 16;
    const auto weights = random_int8(out * in, -15, 15, 3), x = random_int8(in, 0, 127, 4);
    const auto made = design("offset", 1, std::make_shared<const OffsetByInstance>(), {.levels = {0.0, 1.0}, .noise = {}});
    const CrossbarMatrix matrix(weights, out, in, 4, made, 5);
    const auto sums = read(matrix, x, 1).sums;
    ASSERT_EQ(matrix.layout().column_groups, 3);
    const ProgrammedArrays arrays{
        .layout = matrix.layout(), .reads = matrix.input_slices(), .design = made, .component = 5, .exponents = {}, .blocks = {}};
    const auto offset = [&](int slice, int channel) {
        return static_cast<std::int64_t>(arrays.converter(0, 0, matrix.layout().group(slice, channel)) % 1000);
    };
    const auto exact = test::exact_product(x, weights, 1, in, out);
    for (int channel = 0; channel < out; ++channel) {
        std::int64_t expected = 0;  // input slices weigh 127 - 128
        for (int slice = 0; slice < 5; ++slice) expected -= offset(slice, channel) << slice;
        expected += offset(4, channel) << 4;
        EXPECT_EQ(sums[std::size_t(channel)], exact[std::size_t(channel)] + expected) << channel;
    }
}

TEST(ReferencePath, DrawsReadNoiseOfTheCellsVariance) {
    // 12 of 16 cells at level one, each with variance 0.09, and the others without: the column's variance is 1.08.
    std::vector<std::int8_t> weights(16, 1);
    std::fill(weights.begin() + 12, weights.end(), std::int8_t{0});
    const int tokens = 4000;
    const std::vector<std::int8_t> x(16 * tokens, 1);
    auto made = design("differential", 1, uniform_adc(16, 1.0 / 1024), {.levels = {0.0, 1.0}, .noise = {.level_variances = {0.0, 0.09}}});
    made.seed = 3;
    const CrossbarMatrix matrix(weights, 1, 16, 1, made);
    const auto codes = read(matrix, x, tokens).codes;
    double sum = 0.0, squares = 0.0;
    for (std::size_t token = 0; token < tokens; ++token) {
        const double current = codes[token * 16] / 1024.0;  // eight reads of two polarities
        sum += current, squares += current * current;
    }
    const double mean = sum / tokens, variance = squares / tokens - mean * mean;
    // Within 4 standard errors: one run in 16000 of a right model would fail, and the seed is fixed.
    EXPECT_NEAR(mean, 12.0, 4.0 * std::sqrt(1.08 / tokens));
    EXPECT_NEAR(variance, 1.08, 4.0 * 1.08 * std::sqrt(2.0 / tokens));
}

TEST(ReferencePath, TakesCurrentAwayByTelegraphNoise) {
    const std::vector<std::int8_t> weights(16, 1);
    const int tokens = 4000;
    const std::vector<std::int8_t> x(16 * tokens, 1);
    const CrossbarMatrix matrix(
        weights, 1, 16, 1,
        design("differential", 1, uniform_adc(16, 1.0 / 1024),
               {.levels = {0.0, 1.0}, .noise = {.level_variances = {}, .telegraph_probability = 0.2, .telegraph_amplitude = 0.25}}));
    const auto codes = read(matrix, x, tokens).codes;
    double sum = 0.0, squares = 0.0;
    for (std::size_t token = 0; token < tokens; ++token) {
        const double lost = 16.0 - codes[token * 16] / 1024.0;
        EXPECT_EQ(lost * 4.0, std::nearbyint(lost * 4.0));
        sum += lost, squares += lost * lost;
    }
    const double mean = 16 * 0.2 * 0.25, variance = 16 * 0.2 * 0.8 * 0.25 * 0.25;
    EXPECT_NEAR(sum / tokens, mean, 4.0 * std::sqrt(variance / tokens));
    EXPECT_NEAR(squares / tokens - sum / tokens * sum / tokens, variance, 4.0 * variance * std::sqrt(2.0 / tokens));
}

TEST(ReferencePath, AddsTheSenseAmplifiersOffsetForGoodAndItsNoiseAnew) {
    const int out = 1000;
    const std::vector<std::int8_t> weights(std::size_t(out) * 16, 0), x(2 * 16, 0);
    auto made = design("twos_complement", 1, test::ideal_adc(), {.levels = {0.0, 1.0}, .noise = {}});
    made.sense.offset_sigma = 50.0;
    const auto offsets = read(CrossbarMatrix(weights, out, 16, 1, made), x, 2).codes;
    const std::size_t columns = 2 * out;
    double squares = 0.0;
    for (std::size_t i = 0; i < columns; ++i) {
        squares += double(offsets[i]) * offsets[i];
        EXPECT_EQ(offsets[i], offsets[15 * columns + i]);
    }
    EXPECT_NEAR(squares / double(columns), 2500.0, 4.0 * 2500.0 * std::sqrt(2.0 / double(columns)));

    made.sense = {.offset_sigma = 0.0, .noise_sigma = 50.0};
    const auto noise = read(CrossbarMatrix(weights, out, 16, 1, made), x, 2).codes;
    squares = 0.0;
    double products = 0.0;
    for (std::size_t i = 0; i < noise.size(); ++i) {
        squares += double(noise[i]) * noise[i];
        if (i >= columns) products += double(noise[i]) * noise[i - columns];
    }
    const auto count = double(noise.size());
    EXPECT_NEAR(squares / count, 2500.0, 4.0 * 2500.0 * std::sqrt(2.0 / count));
    EXPECT_NEAR(products / count, 0.0, 4.0 * 2500.0 / std::sqrt(count));
}

TEST(ReferencePath, DrawsBySeedComponentRequestAndTokenAlone) {
    const int out = 20, in = 40, tokens = 3;
    const auto weights = random_int8(out * in, -7, 7, 1);
    auto x = random_int8(tokens * in, -128, 127, 2);
    auto made = design(
        "differential", 2, uniform_adc(5),
        {.levels = test::whole_levels(2), .noise = {.level_variances = {0.1, 0.2, 0.3, 0.4}}, .digital_background = 0.0, .spread = 0.1});
    const CrossbarMatrix matrix(weights, out, in, 3, made, 1);
    const ReadKey key{.request = 7, .first_token = 10};
    const auto all = read(matrix, x, tokens, key).sums;
    EXPECT_EQ(read(CrossbarMatrix(weights, out, in, 3, made, 1), x, tokens, key).sums, all);
    // The last token alone, known by its place.
    const std::vector<std::int8_t> last(x.end() - in, x.end());
    EXPECT_EQ(read(matrix, last, 1, {.request = 7, .first_token = 12}).sums, std::vector<std::int64_t>(all.end() - out, all.end()));
    EXPECT_NE(read(matrix, x, tokens, {.request = 8, .first_token = 10}).sums, all);
    EXPECT_NE(read(matrix, x, tokens, {.request = 7, .first_token = 11}).sums, all);
    EXPECT_NE(read(CrossbarMatrix(weights, out, in, 3, made, 2), x, tokens, key).sums, all);
    made.seed = 1;
    EXPECT_NE(read(CrossbarMatrix(weights, out, in, 3, made, 1), x, tokens, key).sums, all);
}

}  // namespace
}  // namespace berth::crossbar

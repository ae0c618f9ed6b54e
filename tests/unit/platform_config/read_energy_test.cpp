// SPDX-License-Identifier: Apache-2.0
#include "platform/read_energy.hpp"

#include "models/crossbar/encoding.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <vector>

namespace berth::platform {
namespace {

crossbar::CrossbarParams arrays(int rows, int cell_bits, const char* encoding) {
    crossbar::CrossbarParams params{};
    params.rows = rows;
    params.cols = 128;
    params.cell_bits = cell_bits;
    params.encoding = encoding;
    return params;
}

CellReads reads_of(const std::vector<std::int8_t>& w, int out, const std::vector<std::int8_t>& x, int tokens,
                   const crossbar::CrossbarParams& params, const periphery::DacParams& dac) {
    WordlineLevels wordlines;
    wordlines.add(w, out, static_cast<int>(w.size()) / out, 7, params);
    return count_cell_reads(wordlines, x, tokens, dac);
}

TEST(ReadEnergy, CountsOneWeightByHand) {
    // 3 = 0b11 in seven positive and seven negative cells; input 5 = 0b101 drives two of eight slices.
    const CellReads reads = reads_of({3}, 1, {5}, 1, arrays(128, 1, "differential"), {.bits = 1});
    EXPECT_EQ(reads.cells, 14u * 8);
    EXPECT_EQ(reads.driven, 14u * 2);
    EXPECT_EQ(reads.levels, 2u * 2);
    // On cells conduct 1/2 and off cells 1/8: (2 * 2 on, 12 * 2 off) over 14 * 8 cells at half the slices and 5/16.
    EXPECT_DOUBLE_EQ(energy_over_average(reads, 2, 8, 1, {.bits = 1}), (4 * 0.5 + 24 * 0.125) / (112 * 0.5 * 0.3125));
}

TEST(ReadEnergy, DrivesAllSlicesOfMinusOneAndNoneOfZero) {
    EXPECT_EQ(reads_of({3}, 1, {-1}, 1, arrays(128, 1, "differential"), {.bits = 1}).driven, 14u * 8);
    const CellReads nothing = reads_of({3}, 1, {0}, 1, arrays(128, 1, "differential"), {.bits = 1});
    EXPECT_EQ(nothing.driven, 0u);
    EXPECT_DOUBLE_EQ(energy_over_average(nothing, 2, 8, 1, {.bits = 1}), 0);
    // Two bits at a time: 0b01 drives 1 and 0b11 drives 3; the sign has a read to itself, of one bit.
    EXPECT_EQ(reads_of({3}, 1, {0b1101}, 1, arrays(128, 1, "differential"), {.bits = 2}).driven, 14u * (1 + 9));
    EXPECT_EQ(reads_of({3}, 1, {-128}, 1, arrays(128, 1, "differential"), {.bits = 2}).driven, 14u * 1);
}

TEST(ReadEnergy, AgreesWithEveryCellTakenApart) {
    ASSERT_TRUE(rc::check("cell by cell", [] {
        const char* name = *rc::gen::element("differential", "offset", "offset_flipped", "twos_complement");
        const int cell_bits = *rc::gen::element(1, 2, 4), rows = *rc::gen::inRange(1, 9);
        const periphery::DacParams dac{.bits = *rc::gen::inRange(1, 5), .activation_bits = *rc::gen::inRange(2, 9)};
        const int out = *rc::gen::inRange(1, 4), in = *rc::gen::inRange(1, 20), tokens = *rc::gen::inRange(1, 4);
        const auto numbers = [](int count, int low, int high) {
            std::vector<std::int8_t> list(static_cast<std::size_t>(count));
            for (auto& value : list) value = static_cast<std::int8_t>(*rc::gen::inRange(low, high + 1));
            return list;
        };
        const auto w = numbers(out * in, -127, 127), x = numbers(tokens * in, -dac.largest_activation() - 1, dac.largest_activation());
        const auto encoding = crossbar::make_encoding(name);
        const int columns = encoding->polarities() * encoding->slices(7, cell_bits), largest = (1 << cell_bits) - 1;
        std::vector<std::uint8_t> cells(static_cast<std::size_t>(columns));
        const auto level = [&](int channel, int row, int column) {
            encoding->encode(w[static_cast<std::size_t>(channel * in + row)], 7, cell_bits, cells);
            return int{cells[static_cast<std::size_t>(column)]};
        };
        const int sign = dac.activation_bits - 1;
        CellReads by_hand;
        for (int channel = 0; channel < out; ++channel)
            for (int column = 0; column < columns; ++column)
                for (int row = 0; row < in; ++row) {
                    const int first = row / rows * rows, last = std::min(in, first + rows);
                    int sum = 0;
                    for (int other = first; other < last; ++other) sum += level(channel, other, column);
                    const bool flipped = encoding->flips_columns() && 2 * sum > (last - first) * largest;
                    const int stored = flipped ? largest - level(channel, row, column) : level(channel, row, column);
                    for (int token = 0; token < tokens; ++token)
                        for (int shift = 0; shift <= sign; shift = shift < sign ? std::min(sign, shift + dac.bits) : sign + 1) {
                            const int width = shift == sign ? 1 : std::min(dac.bits, sign - shift);
                            const int driven =
                                static_cast<std::uint8_t>(x[static_cast<std::size_t>(token * in + row)]) >> shift & ((1 << width) - 1);

                            by_hand.cells += 1;
                            by_hand.driven += static_cast<std::uint64_t>(driven * driven);
                            by_hand.levels += static_cast<std::uint64_t>(driven * driven * stored);
                        }
                }
        const CellReads reads = reads_of(w, out, x, tokens, arrays(rows, cell_bits, name), dac);
        RC_ASSERT(reads.cells == by_hand.cells);
        RC_ASSERT(reads.driven == by_hand.driven);
        RC_ASSERT(reads.levels == by_hand.levels);
    }));
}

TEST(ReadEnergy, IsTheAverageWhereHalfIsDrivenAndHalfIsOn) {
    EXPECT_DOUBLE_EQ(energy_over_average({.cells = 1000, .driven = 500, .levels = 250}, 100, 1000, 1, {.bits = 1}), 1.0);
    EXPECT_DOUBLE_EQ(energy_over_average({.cells = 1000, .driven = 500, .levels = 750}, 100, 1000, 2, {.bits = 1}), 1.0);
    // Two bits at a time: three reads of 0 to 3 whose squares are 3.5 on average, and two of one bit with 0.5.
    EXPECT_DOUBLE_EQ(energy_over_average({.cells = 1000, .driven = 2300, .levels = 1150}, 100, 1000, 1, {.bits = 2}), 1.0);
}

TEST(ReadEnergy, SaysForEveryPublishedCellHowFarTheAverageIsOff) {
    const auto block = array_energy_block({.cells = 100, .driven = 25, .levels = 5}, 1e-9, 1, {.bits = 1});
    EXPECT_DOUBLE_EQ(block.at("driven_share").as_double(), 0.25);
    EXPECT_DOUBLE_EQ(block.at("mean_level").as_double(), 0.2);
    ASSERT_GE(block.at("cells").as_object().size(), 6u);
    const auto& neurram = block.at("cells").at("neurram");  // 250 k and 1 M: (25 * 1 + 5 * 3) over 100 * 0.5 * 2.5
    EXPECT_NEAR(neurram.at("by_values_j").as_double(), 1e-9 * 40 / 125, 1e-21);
    EXPECT_NEAR(neurram.at("error_of_average").as_double(), 125.0 / 40 - 1, 1e-12);
}

}  // namespace
}  // namespace berth::platform

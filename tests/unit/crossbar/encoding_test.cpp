// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/encoding.hpp"

#include "models/crossbar/crossbar_params.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

namespace berth::crossbar {
namespace {

TEST(Encodings, GiveBackEveryWeightFromItsCells) {
    for (const auto& name : encoding_names())
        for (int magnitude_bits = 1; magnitude_bits <= 8; ++magnitude_bits)
            for (int cell_bits = 1; cell_bits <= 4; ++cell_bits) {
                const auto encoding = make_encoding(name);
                const int slices = encoding->slices(magnitude_bits, cell_bits);
                std::vector<std::uint8_t> cells(std::size_t(encoding->polarities() * slices));
                const int largest = (1 << magnitude_bits) - 1;
                for (int weight = -largest; weight <= largest; ++weight) {
                    encoding->encode(weight, magnitude_bits, cell_bits, cells);
                    std::int64_t decoded = encoding->input_sum_weight(magnitude_bits, cell_bits);
                    for (int polarity = 0; polarity < encoding->polarities(); ++polarity)
                        for (int slice = 0; slice < slices; ++slice)
                            decoded += cells[std::size_t(polarity * slices + slice)] *
                                       encoding->column_weight(polarity, slice, magnitude_bits, cell_bits);
                    ASSERT_EQ(decoded, weight) << name << ", " << magnitude_bits << " bits in cells of " << cell_bits;
                    ASSERT_LT(int{*std::max_element(cells.begin(), cells.end())}, 1 << cell_bits);
                }
            }
}

TEST(Encodings, TakeTheColumnsThatPublishedDesignsTake) {
    // Kang et al. 2021: 8-bit weights, 1-bit cells, two arrays; a ternary delta is one column in each.
    EXPECT_EQ(make_encoding("differential")->slices(7, 1), 7);
    EXPECT_EQ(make_encoding("differential")->slices(1, 1), 1);
    EXPECT_EQ(make_encoding("differential")->polarities(), 2);
    // ISAAC holds a biased number in 2-bit cells: four columns for 8 bits.
    EXPECT_EQ(make_encoding("offset")->slices(7, 2), 4);
    EXPECT_EQ(make_encoding("offset")->unit_columns(), 1);
    EXPECT_EQ(make_encoding("twos_complement")->slices(7, 1), 8);
    EXPECT_EQ(make_encoding("twos_complement")->slices(7, 4), 3);
}

TEST(Encodings, BoundTheSumOfAColumn) {
    EXPECT_EQ(largest_column_sum(*make_encoding("differential"), 128, 2), 384);
    EXPECT_EQ(largest_column_sum(*make_encoding("offset_flipped"), 128, 2), 192);
    EXPECT_EQ(largest_column_sum(*make_encoding("offset_flipped"), 128, 1), 64);
    EXPECT_EQ(largest_column_sum(*make_encoding("offset_flipped"), 127, 1), 64);  // the unit column of 64 ones
}

TEST(Encodings, AreListedByName) {
    const auto list = describe_encodings();
    const auto names = encoding_names();
    ASSERT_EQ(list.size(), names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
        EXPECT_EQ(std::string_view(list[i].at("name").get_string()), names[i]);
        EXPECT_FALSE(list[i].at("meaning").get_string().empty());
        EXPECT_FALSE(list[i].at("source").get_string().empty());
    }
    EXPECT_THROW((void)make_encoding("gray"), std::invalid_argument);
}

}  // namespace
}  // namespace berth::crossbar

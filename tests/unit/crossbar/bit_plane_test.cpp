// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/crossbar_matrix.hpp"

#include "tests/unit/crossbar/any_case.hpp"
#include "tests/unit/crossbar/outcome.hpp"
#include "tests/unit/crossbar/random_matrix.hpp"
#include "tests/unit/every_target.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace berth::crossbar {
namespace {

using test::any_case;
using test::Case;
using test::Outcome;
using test::outcome;
using test::random_int8;
using test::uniform_adc;
using test::wide_case;

Outcome outcome(Case c, const char* path, const std::shared_ptr<const periphery::Adc>& adc) {
    c.params.path = path;
    return outcome(CrossbarMatrix(c.weights, c.out, c.in, c.magnitude_bits, c.params, c.dac, adc), c);
}

RC_GTEST_PROP(BitPlane, GivesTheReferencesCodesSumsAndClipping, ()) {
    const Case any = any_case();
    const int bits = *rc::gen::inRange(1, 13);
    const double step = *rc::gen::elementOf(std::vector<double>{0.25, 0.7, 1.0, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 12.0});
    const auto adc = uniform_adc(bits, step);
    RC_ASSERT(outcome(any, "auto", adc) == outcome(any, "reference", adc));
}

RC_GTEST_PROP(BitPlane, GivesTheReferencesCodesWhereRangesDiffer, ()) {
    const Case any = any_case();
    CrossbarDesign design;
    design.crossbar = any.params;
    design.dac = any.dac;
    design.adc = uniform_adc(*rc::gen::inRange(3, 9), *rc::gen::elementOf(std::vector<double>{0.5, 1.0, 3.0}));
    design.cells = ideal_cells(any.params.cell_bits);
    const auto encoding = make_encoding(any.params.encoding);
    ConverterRanges ranges;
    for (int i = 0; i < encoding->polarities() * encoding->slices(any.magnitude_bits, any.params.cell_bits); ++i)
        ranges.exponents.push_back(*rc::gen::inRange(0, 5));
    const auto read = [&](const char* path) {
        design.crossbar.path = path;
        return outcome(CrossbarMatrix(any.weights, any.out, any.in, any.magnitude_bits, design, 0, ranges), any);
    };
    RC_ASSERT(read("auto") == read("reference"));
}

TEST(CorrectedGemm, GivesTheReferencesSumsWhereSomeChannelsClip) {
    // Three of 70 channels have columns of 128 ones, which seven bits cannot tell from 127.
    Case c;
    c.params = {.rows = 128, .cols = 128, .cell_bits = 1, .encoding = "differential", .path = "auto"};
    c.dac.bits = 1;
    c.out = 70, c.in = 140, c.tokens = 5, c.magnitude_bits = 7;
    c.weights = random_int8(std::size_t(c.out * c.in), -127, 127, 1);
    for (const int channel : {0, 33, 69})
        std::fill_n(c.weights.begin() + channel * c.in, c.in, static_cast<std::int8_t>(channel == 33 ? -127 : 127));
    c.x.assign(std::size_t(c.tokens * c.in), -1);
    const auto adc = uniform_adc(7);
    const CrossbarMatrix matrix(c.weights, c.out, c.in, c.magnitude_bits, c.params, c.dac, adc);
    ASSERT_EQ(matrix.path_taken(), "corrected_gemm");
    const Outcome fast = outcome(matrix, c);
    EXPECT_GT(fast.activity.clipped, 0u);
    EXPECT_TRUE(fast == outcome(c, "reference", adc));
}

TEST(Targets, AllGiveTheReferencesCodes) {
    struct Platform {
        int rows, cell_bits, dac_bits, adc_bits;
        double step;
        const char* encoding;
    };
    for (const Platform& p : {Platform{128, 1, 1, 4, 1.0, "differential"}, Platform{128, 1, 1, 5, 2.0, "differential"},
                              Platform{128, 1, 1, 5, 3.0, "offset_flipped"}, Platform{600, 1, 1, 7, 6.0, "offset"},
                              Platform{128, 2, 2, 9, 1.0, "twos_complement"}, Platform{300, 4, 3, 9, 2.5, "differential"}}) {
        const Case c = wide_case(p.rows, 128, p.cell_bits, p.dac_bits, p.encoding);
        const auto adc = uniform_adc(p.adc_bits, p.step);
        const Outcome reference = outcome(c, "reference", adc);
        const CrossbarMatrix matrix(c.weights, c.out, c.in, c.magnitude_bits, c.params, c.dac, adc);
        ASSERT_EQ(matrix.path_taken(), "bit_plane");
        test::on_every_target([&] { EXPECT_TRUE(outcome(matrix, c) == reference) << "step " << p.step; });
    }
}

}  // namespace
}  // namespace berth::crossbar

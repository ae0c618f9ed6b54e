// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/crossbar_matrix.hpp"

#include "tests/unit/crossbar/any_case.hpp"
#include "tests/unit/crossbar/outcome.hpp"
#include "tests/unit/crossbar/some_cells.hpp"
#include "tests/unit/every_target.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <cstdlib>

namespace berth::crossbar {
namespace {

using test::any_case;
using test::Case;
using test::exact_product;
using test::outcome;
using test::SomeCells;
using test::wide_case;

periphery::AdcParams adaptive(int bits, double step, int dropped_bits, int sum_bits = periphery::AdcParams::kMostSumBits) {
    periphery::AdcParams params{.kind = "adaptive_sar", .bits = bits, .step = step};
    params.dropped_bits = dropped_bits;
    params.sum_bits = sum_bits;
    return params;
}

periphery::AdcParams any_adaptive() {
    const int dropped = *rc::gen::inRange(1, 14);
    auto params = adaptive(*rc::gen::inRange(2, 11), *rc::gen::elementOf(std::vector<double>{0.25, 0.7, 1.0, 2.0, 3.0}), dropped,
                           *rc::gen::inRange(dropped + 1, 20));
    params.rounding = *rc::gen::elementOf(periphery::rounding_names());
    return params;
}

CrossbarDesign design_of(const Case& c, const periphery::AdcParams& adc) {
    CrossbarDesign design;
    design.crossbar = c.params;
    design.dac = c.dac;
    design.adc = periphery::make_adc(adc, 5);
    design.cells = ideal_cells(c.params.cell_bits);
    return design;
}

/// Of ideal cells: what one channel's conversions of a product leave open at most, half of each one's, in units of current.
double largest_error(const Case& c, const periphery::AdcParams& adc) {
    double open = 0.0;
    for (const int shift : weight_shifts(*make_encoding(c.params.encoding), c.magnitude_bits, c.params.cell_bits))
        for (const auto& read : c.dac.slices()) {
            const auto search = search_at(adc, shift + read.shift);
            if (search.skipped > 0) open += std::ldexp(0.5 * adc.step, shift + read.shift + search.skipped);
        }
    return open * std::ceil(double(c.in) / c.params.rows);
}

RC_GTEST_PROP(AdaptiveSarArrays, AreWithinHalfOfWhatTheirSearchesLeaveOpen, ()) {
    const Case any = any_case();
    int bits = 1;
    while (!always_lossless(any.params, any.dac, *test::uniform_adc(bits))) ++bits;
    const auto params = adaptive(std::min(bits + 1, 16), 1.0, *rc::gen::inRange(0, 14));
    RC_PRE(bits < 16);
    const CrossbarMatrix matrix(any.weights, any.out, any.in, any.magnitude_bits, design_of(any, params));
    std::vector<std::int32_t> y(std::size_t(any.tokens * any.out));
    const Activity activity = matrix.multiply(any.x, any.tokens, y);
    RC_ASSERT(activity.clipped == 0u);
    const auto exact = exact_product(any.x, any.weights, any.tokens, any.in, any.out);
    const double bound = largest_error(any, params);
    if (params.dropped_bits == 0) RC_ASSERT(bound == 0.0);
    for (std::size_t i = 0; i < y.size(); ++i) RC_ASSERT(std::abs(double(y[i]) - exact[i]) <= bound);
}

RC_GTEST_PROP(AdaptiveSarArrays, ReadAsTheReferenceDoes, ()) {
    const Case any = any_case();
    auto params = any_adaptive();
    const bool real_cells = *rc::gen::inRange(0, 2) == 1;
    if (real_cells) params.capacitor_sigma = *rc::gen::elementOf(std::vector<double>{0.0, 0.05});
    auto design = design_of(any, params);
    if (real_cells)
        design.cells = std::make_shared<const SomeCells>(
            test::CellSettings{.levels = test::whole_levels(any.params.cell_bits), .noise = {}, .digital_background = 0.05, .spread = 0.2});
    ConverterRanges ranges;
    const auto encoding = make_encoding(any.params.encoding);
    for (int i = 0; i < encoding->polarities() * encoding->slices(any.magnitude_bits, any.params.cell_bits); ++i)
        ranges.exponents.push_back(*rc::gen::inRange(0, 3));
    const auto read = [&](const char* path) {
        design.crossbar.path = path;
        return outcome(CrossbarMatrix(any.weights, any.out, any.in, any.magnitude_bits, design, 2, ranges), any);
    };
    RC_ASSERT(read("auto") == read("reference"));
}

TEST(AdaptiveSarArrays, AreReadAlikeOnEveryTarget) {
    for (const bool real_cells : {false, true}) {
        Case c = wide_case(128, 60, 1, 1, real_cells ? "offset" : "differential");
        auto design = design_of(c, adaptive(7, 1.0, 5, 12));
        if (real_cells)
            design.cells = std::make_shared<const SomeCells>(
                test::CellSettings{.levels = test::whole_levels(1), .noise = {}, .digital_background = 0.0, .spread = 0.2});
        const CrossbarMatrix matrix(c.weights, c.out, c.in, c.magnitude_bits, design);
        ASSERT_EQ(matrix.path_taken(), real_cells ? "analog" : "bit_plane");
        design.crossbar.path = "reference";
        const auto reference = outcome(CrossbarMatrix(c.weights, c.out, c.in, c.magnitude_bits, design), c);
        EXPECT_GT(reference.activity.clipped, 0u);
        test::on_every_target([&] { EXPECT_TRUE(outcome(matrix, c) == reference); });
    }
}

TEST(AdaptiveSarArrays, TakeAnalogNoiseWhereReadsAreNoisy) {
    Case c = wide_case(64, 60, 1, 1, "differential");
    auto design = design_of(c, adaptive(7, 1.0, 4));
    design.sense.noise_sigma = 0.3;
    EXPECT_EQ(CrossbarMatrix(c.weights, c.out, c.in, c.magnitude_bits, design).path_taken(), "analog_noise");
    design.adc = periphery::make_adc(adaptive(7, 1.0, 0));
    EXPECT_EQ(CrossbarMatrix(c.weights, c.out, c.in, c.magnitude_bits, design).path_taken(), "noisy");
}

}  // namespace
}  // namespace berth::crossbar

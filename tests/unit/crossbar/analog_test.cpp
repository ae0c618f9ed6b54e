// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/crossbar_matrix.hpp"

#include "tests/unit/crossbar/any_case.hpp"
#include "tests/unit/crossbar/outcome.hpp"
#include "tests/unit/crossbar/some_cells.hpp"
#include "tests/unit/every_target.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace berth::crossbar {
namespace {

using test::any_case;
using test::Case;
using test::CellSettings;
using test::Outcome;
using test::outcome;
using test::random_int8;
using test::SomeCells;
using test::uniform_adc;
using test::wide_case;

/// Any converter: alike or not, coarse or fine.
std::shared_ptr<const periphery::Adc> any_adc() {
    const int kind = *rc::gen::inRange(0, 4), bits = *rc::gen::inRange(1, 11);
    const double step = *rc::gen::elementOf(std::vector<double>{0.25, 0.7, 1.0, 1.1, 2.0, 3.3});
    if (kind == 0) return test::ideal_adc();
    if (kind == 1) return std::make_shared<const test::UnlikeAdc>(bits, step, *rc::gen::elementOf(std::vector<double>{0.1, 0.9, 20.0}));
    return uniform_adc(bits, step);
}

CellSettings any_cells(int cell_bits) {
    CellSettings cells{.levels = test::whole_levels(cell_bits), .noise = {}};
    const double below = *rc::gen::elementOf(std::vector<double>{0.0, 0.05, -0.2});
    for (double& level : cells.levels) level += below;
    cells.digital_background = *rc::gen::elementOf(std::vector<double>{0.0, 0.05});
    cells.spread = *rc::gen::elementOf(std::vector<double>{0.0, 0.01, 0.4});
    return cells;
}

RC_GTEST_PROP(Analog, GivesTheReferencesCodesSumsAndClipping, ()) {
    const Case any = any_case();
    CrossbarDesign design;
    design.crossbar = any.params;
    design.dac = any.dac;
    design.adc = any_adc();
    design.cells = std::make_shared<const SomeCells>(any_cells(any.params.cell_bits));
    design.sense.offset_sigma = *rc::gen::elementOf(std::vector<double>{0.0, 0.5});
    design.seed = 3;
    const auto encoding = make_encoding(any.params.encoding);
    ConverterRanges ranges;
    for (int i = 0; i < encoding->polarities() * encoding->slices(any.magnitude_bits, any.params.cell_bits); ++i)
        ranges.exponents.push_back(*rc::gen::inRange(0, 4));
    const auto read = [&](const char* path) {
        design.crossbar.path = path;
        const CrossbarMatrix matrix(any.weights, any.out, any.in, any.magnitude_bits, design, 9, ranges);
        return std::pair(outcome(matrix, any), std::string(matrix.path_taken()));
    };
    const auto fast = read("auto"), slow = read("reference");
    RC_CLASSIFY(fast.second == "analog");
    RC_ASSERT(slow.second == "reference");
    RC_ASSERT(fast.first == slow.first);
}

CrossbarDesign design_of(const Case& c, std::shared_ptr<const periphery::Adc> adc, CellSettings cells) {
    CrossbarDesign design;
    design.crossbar = c.params;
    design.dac = c.dac;
    design.adc = std::move(adc);
    design.cells = std::make_shared<const SomeCells>(std::move(cells));
    design.sense.offset_sigma = 0.3;
    return design;
}

TEST(AnalogTargets, AllGiveTheSameCodesWithNoiseAndWithout) {
    struct Platform {
        int rows, cell_bits, dac_bits;
        const char* encoding;
        std::shared_ptr<const periphery::Adc> adc;
        std::string_view path;
        ReadNoise noise;
    };
    const std::vector<double> variances{0.01, 0.02, 0.03, 0.04};
    for (const Platform& p : {Platform{128, 2, 1, "differential", uniform_adc(8), "analog", {}},
                              Platform{128, 2, 1, "offset", uniform_adc(7, 1.1), "analog", {}},
                              Platform{100, 2, 2, "offset_flipped", std::make_shared<const test::UnlikeAdc>(8, 2.0, 0.4), "analog", {}},
                              Platform{64, 2, 3, "twos_complement", std::make_shared<const test::UnlikeAdc>(6, 9.0, 20.0), "analog", {}},
                              Platform{64, 2, 4, "differential", uniform_adc(10, 3.0), "analog_noise", {.level_variances = variances}},
                              Platform{128, 2, 1, "differential", uniform_adc(8), "analog_noise", {.level_variances = variances}}}) {
        Case c = wide_case(p.rows, 50, p.cell_bits, p.dac_bits, p.encoding);
        const auto design =
            design_of(c, p.adc, {.levels = {0.0, 1.1, 1.9, 3.0}, .noise = p.noise, .digital_background = 0.0, .spread = 0.2});
        const CrossbarMatrix matrix(c.weights, c.out, c.in, c.magnitude_bits, design);
        ASSERT_EQ(matrix.path_taken(), p.path);
        const Outcome whole = outcome(matrix, c);
        test::on_every_target([&] { EXPECT_TRUE(outcome(matrix, c) == whole) << p.encoding; });
    }
}

}  // namespace
}  // namespace berth::crossbar

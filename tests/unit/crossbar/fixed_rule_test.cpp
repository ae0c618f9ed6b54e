// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/fixed_rule.hpp"

#include "tests/unit/crossbar/random_matrix.hpp"
#include "tests/unit/crossbar/some_cells.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace berth::crossbar {
namespace {

using Form = FixedRule::Form;

/// Holds a rule to the converter at every current.
Form form_that_holds(const FixedConverter& converter, std::int32_t least, std::int32_t most) {
    const auto rule = fixed_rule(converter, least, most);
    EXPECT_TRUE(rule.has_value());
    if (!rule) return Form::thresholds;
    for (std::int32_t current = least; current <= most; ++current) {
        const double analogue = std::ldexp(static_cast<double>(current), -(converter.fraction_bits + converter.exponent));
        std::int32_t code = 0;
        const bool clipped = converter.adc.convert_by(converter.instance, std::span(&analogue, 1), std::span(&code, 1)) != 0;
        if (rule->code(current) != code || rule->clips(current) != clipped) {
            ADD_FAILURE() << "current " << current << " reads " << rule->code(current) << ", not " << code;
            break;
        }
    }
    return rule->form;
}

TEST(FixedRule, GivesTheCodesOfUniformConverters) {
    EXPECT_EQ(form_that_holds({*test::uniform_adc(5, 1.0), 0, 8, 0}, -2000, 10000), Form::shift);
    EXPECT_EQ(form_that_holds({*test::uniform_adc(5, 0.5), 0, 8, 2}, -2000, 20000), Form::shift);
    EXPECT_EQ(form_that_holds({*test::uniform_adc(4, 3.0), 0, 8, 0}, -2000, 20000), Form::scale);
    EXPECT_EQ(form_that_holds({*test::uniform_adc(8, 1.1), 0, 13, 0}, -20000, 2600000), Form::near);
    // A unit is the step, so ties lie at no whole number.
    EXPECT_NE(form_that_holds({*test::uniform_adc(6, 1.0), 0, 0, 0}, -10, 100), Form::shift);
}

TEST(FixedRule, GivesTheCodesOfConvertersWithoutBounds) {
    EXPECT_EQ(form_that_holds({*test::ideal_adc(), 0, 6, 0}, -5000, 5000), Form::shift);
    EXPECT_EQ(form_that_holds({*test::ideal_adc(), 0, 6, 3}, -5000, 5000), Form::shift);
}

TEST(FixedRule, GivesTheCodesOfConvertersThatAreNotAlike) {
    EXPECT_EQ(form_that_holds({test::UnlikeAdc(6, 1.0, 0.3), 7, 10, 0}, -3000, 70000), Form::near);
    EXPECT_EQ(form_that_holds({test::UnlikeAdc(6, 1.0, 1.5), 7, 10, 1}, -3000, 140000), Form::near);
    EXPECT_EQ(form_that_holds({test::UnlikeAdc(5, 1.0, 12.0), 7, 10, 0}, -3000, 40000), Form::thresholds);
}

TEST(FixedRule, HoldsWhereOnlyPartOfTheRangeIsReached) {
    form_that_holds({*test::uniform_adc(4), 0, 8, 0}, 5000, 9000);
    form_that_holds({*test::uniform_adc(4), 0, 8, 0}, -1000, -200);
    form_that_holds({test::UnlikeAdc(6, 1.0, 0.3), 3, 10, 0}, 20000, 20100);
    form_that_holds({*test::uniform_adc(4), 0, 8, 0}, 7, 7);
}

/// Codes that fall with rising currents.
class FallingAdc final : public periphery::Adc {
public:
    std::size_t convert(std::span<const double> currents, std::span<std::int32_t> codes) const override {
        for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = -static_cast<std::int32_t>(currents[i]);
        return 0;
    }
    [[nodiscard]] bool lossless(std::int64_t) const override { return false; }
    [[nodiscard]] double step() const override { return 1.0; }
};

TEST(FixedRule, RefusesWhatItCannotHold) {
    EXPECT_FALSE(fixed_rule({FallingAdc(), 0, 0, 0}, 0, 100));
    EXPECT_FALSE(fixed_rule({*test::ideal_adc(), 0, 0, 0}, 0, 1 << 20));
}

}  // namespace
}  // namespace berth::crossbar

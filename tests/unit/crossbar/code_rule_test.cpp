// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/code_rule.hpp"

#include "tests/unit/crossbar/random_matrix.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace berth::crossbar {
namespace {

using test::uniform_adc;

TEST(CodeRule, FindsTheQuickFormAndItsCodesAreTheConverters) {
    for (int step = 1; step <= 40; ++step) {
        const auto rule = code_rule(*uniform_adc(12, step), 600);
        ASSERT_TRUE(rule);
        EXPECT_EQ(rule->form, step == 1 ? CodeRule::Form::identity : step % 2 == 1 ? CodeRule::Form::odd_step : CodeRule::Form::even_step);
        for (int current = 0; current <= 600; ++current)
            ASSERT_EQ(rule->code(static_cast<std::uint16_t>(current)), std::nearbyint(current / double(step))) << "step " << step;
    }
}

TEST(CodeRule, KnowsWhereTheConverterClips) {
    const auto rule = code_rule(*uniform_adc(3, 4.0), 128);  // round(30 / 4) is 8, one more than the top
    ASSERT_TRUE(rule);
    EXPECT_EQ(rule->largest_unclipped, 29);
    EXPECT_EQ(rule->largest_code, 7);
}

TEST(CodeRule, TabulatesWhatHasNoQuickForm) {
    EXPECT_EQ(code_rule(*uniform_adc(12, 1.5), 600)->form, CodeRule::Form::table);
    EXPECT_EQ(code_rule(*uniform_adc(16, 65.0), 65535)->form, CodeRule::Form::table);  // 65 * inverse leaves 1 / 65536 too much
}

TEST(CodeRule, RefusesWhatDoesNotFitSixteenBits) {
    EXPECT_FALSE(code_rule(*uniform_adc(12, 100.0), 65536));
    EXPECT_FALSE(code_rule(*uniform_adc(16, 1.0), 32768));
    EXPECT_TRUE(code_rule(*uniform_adc(16, 1.0), 32767));
}

/// Clips below a threshold, as a converter with an offset does.
class Deadband final : public periphery::Adc {
public:
    std::size_t convert(std::span<const double> currents, std::span<std::int32_t> codes) const override {
        std::size_t clipped = 0;
        for (std::size_t i = 0; i < currents.size(); ++i) {
            clipped += currents[i] < 3.0;
            codes[i] = static_cast<std::int32_t>(std::max(0.0, currents[i] - 3.0));
        }
        return clipped;
    }
    [[nodiscard]] bool lossless(std::int64_t) const override { return false; }
    [[nodiscard]] double step() const override { return 1.0; }
};

TEST(CodeRule, RefusesClippingAtTheBottom) { EXPECT_FALSE(code_rule(Deadband(), 100)); }

}  // namespace
}  // namespace berth::crossbar

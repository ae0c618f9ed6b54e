// SPDX-License-Identifier: Apache-2.0
#include "compressor/swept_stages.hpp"

#include "tests/unit/core/refusal.hpp"

#include <gtest/gtest.h>

namespace berth::compressor {
namespace {

SweptStages read(const std::string& text) { return swept_stages_from_text(text, "--curve"); }

std::string refused(const std::string& text) {
    return test::refusal([&] { (void)read(text); });
}

std::vector<double> values_of(const SweptStages& swept) {
    std::vector<double> values;
    for (const auto& setting : swept.settings) values.push_back(setting.value);
    return values;
}

TEST(SweptStages, AreAListForEveryValue) {
    const std::string text = "shared_base,low_rank{rank=2|4|16,bits=4},bias_correction";
    const SweptStages swept = read(text);
    EXPECT_EQ(swept.text, text);
    EXPECT_EQ(swept.parameter, "low_rank.rank");
    EXPECT_EQ(values_of(swept), (std::vector<double>{2.0, 4.0, 16.0}));
    EXPECT_EQ(boost::json::serialize(swept.settings[1].list),
              R"([{"stage":"shared_base"},{"stage":"low_rank","rank":4,"bits":4},{"stage":"bias_correction"}])");
    EXPECT_EQ(swept.where, "--curve");
    EXPECT_EQ(values_of(read("shared_base,row_scaled_ternary{keep=0.25|0.5|1}")), (std::vector<double>{0.25, 0.5, 1.0}));
}

TEST(SweptStages, MayBeJson) {
    const SweptStages swept =
        read(R"([{"stage": "shared_base"}, {"stage": "low_rank", "rank": "1|2", "rules": [{"matrices": "pooler", "bits": 8}]}])");
    EXPECT_EQ(values_of(swept), (std::vector<double>{1.0, 2.0}));
    EXPECT_EQ(swept.settings[0].list.at(1).at("rank"), 1);
    EXPECT_EQ(swept.settings[1].list.at(1).at("rules").at(0).at("bits"), 8);
}

TEST(SweptStages, SweepExactlyOneParameter) {
    EXPECT_EQ(refused("shared_base,low_rank{rank=4}"),
              "--curve: has no parameter with several values; expected one parameter with values in ascending order: rank=2|4|8");
    EXPECT_EQ(refused("shared_base{bits=4|8},low_rank{rank=4|8}"),
              "--curve[1].rank: has several values beside --curve[0].bits; expected one parameter with values in ascending order: "
              "rank=2|4|8");
    EXPECT_NE(refused("shared_base,low_rank{rank=4|8,bits=3|4}").find("--curve[1].bits: has several values beside --curve[1].rank"),
              std::string::npos);
}

TEST(SweptStages, HaveAscendingNumbersWithinTheParametersRange) {
    const auto says = [](const std::string& text, const std::string& expected) {
        const std::string message = refused(text);
        EXPECT_EQ(message.substr(0, expected.size()), expected);
    };
    says("low_bit_copies{bits=4|3}", "--curve[0].bits: has 3 behind 4; expected");
    says("low_bit_copies{bits=4|4}", "--curve[0].bits: has 4 behind 4; expected");
    says("low_bit_copies{bits=4|}", "--curve[0].bits: has \"\" among its values; expected");
    says("low_bit_copies{bits=|4}", "--curve[0].bits: has \"\" among its values; expected");
    says("low_bit_copies{bits=4|many}", "--curve[0].bits: has \"many\" among its values; expected");
    says("low_bit_copies{bits=4|9}", "--curve[0].bits: is 9; expected a number from 2 to 8 bit");
    says("low_bit_copies{bits=2.5|4}", "--curve[0].bits: is 2.5; expected a number from 2 to 8 bit");
    says("low_bit_copies{rounding=nearest|feedback}", "--curve[0].rounding: has \"nearest\" among its values; expected");
    says("low_bit_copies{colour=1|2}", "--curve[0].colour: is not known; expected");
    says("shared_base,row_scaled_ternary{keep=nan|1}", "--curve[1].keep:");
    says("low_bit_copies{matrices=1|2}", "--curve[0].matrices: is 1; expected a name");
}

TEST(SweptStages, RefuseWhatIsNoListOfStages) {
    EXPECT_EQ(refused(""), "--curve: ends early; expected a stage's name");
    EXPECT_NE(refused("magic{x=1|2}").find("--curve[0].stage: is \"magic\""), std::string::npos);
    EXPECT_NE(refused("low_bit_copies|shared_base").find("--curve[0].stage: is \"low_bit_copies|shared_base\""), std::string::npos);
    EXPECT_NE(refused("[1]").find("--curve[0]: is 1"), std::string::npos);
    EXPECT_NE(refused("low_bit_copies{bits=2|3").find("expected } behind the parameters"), std::string::npos);
}

TEST(SweptStages, RefuseStagesThatChooseSettings) {
    EXPECT_NE(refused("allocation{factor_bits=3|4},shared_base,low_rank").find("--curve[0].stage: is \"allocation\"; expected"),
              std::string::npos);
    EXPECT_NE(refused("shared_base,resilience,ntq{max_precision=1|2}").find("--curve[1].stage: is \"resilience\"; expected"),
              std::string::npos);
    EXPECT_NE(refused("allocation,shared_base,low_rank").find("--curve[0].stage: is \"allocation\"; expected"), std::string::npos);
}

}  // namespace
}  // namespace berth::compressor

// SPDX-License-Identifier: Apache-2.0
#include "models/periphery/adc.hpp"

#include "tests/unit/core/refusal.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace berth::periphery {
namespace {

AdcParams adaptive(int bits, int dropped_bits, int sum_bits = AdcParams::kMostSumBits) {
    AdcParams params{.kind = "adaptive_sar", .bits = bits, .step = 1.0};
    params.dropped_bits = dropped_bits;
    params.sum_bits = sum_bits;
    return params;
}

struct Conversions {
    std::vector<std::int32_t> codes;
    std::size_t clipped = 0;
};

Conversions convert(const Adc& adc, std::uint64_t instance, const std::vector<double>& currents) {
    Conversions made{std::vector<std::int32_t>(currents.size())};
    made.clipped = adc.convert_by(instance, currents, made.codes);
    return made;
}

std::vector<double> currents_over(int bits, double step) {
    std::vector<double> currents;
    for (int quarter = -6; quarter < (4 << bits) + 40; ++quarter) currents.push_back(0.25 * quarter * step);
    return currents;
}

TEST(AdaptiveSar, SearchesForTheBitsThatComeToLieInTheSum) {
    // Eight bits of a sum of which bits 6 to 11 are kept, at every place.
    const AdcParams params = adaptive(8, 6, 12);
    struct Expected {
        int place, reach, skipped, decided;
    };
    for (const auto& [place, reach, skipped, decided] :
         {Expected{0, 8, 6, 2}, Expected{3, 8, 3, 5}, Expected{4, 8, 2, 6}, Expected{5, 7, 1, 7}, Expected{6, 6, 0, 7},
          Expected{9, 3, 0, 4}, Expected{11, 1, 0, 2}, Expected{14, 0, 0, 1}}) {
        const Search search = search_at(params, place);
        EXPECT_EQ(search.reach, reach) << place;
        EXPECT_EQ(search.skipped, skipped) << place;
        EXPECT_EQ(search.decided, decided) << place;
        EXPECT_EQ(decided_bits(params, place), decided);
    }
    // A column that is dropped whole takes no comparison.
    EXPECT_EQ(decided_bits(adaptive(8, 11), 0), 0);
    EXPECT_EQ(decided_bits({.kind = "sar", .bits = 8, .step = 1.0}, 0), std::nullopt);
}

TEST(AdaptiveSar, RoundsToTheNearestCodeThatItsSearchCanGive) {
    const auto adc = make_adc(adaptive(8, 6, 12));
    ASSERT_TRUE(adc->adapts());
    const std::vector<double> currents{0.0, 3.9, 4.1, 11.9, 12.1, 250.0, 251.9, 252.1};
    const Conversions made = convert(adc->at(3), 0, currents);
    EXPECT_EQ(made.codes, (std::vector<std::int32_t>{0, 0, 8, 8, 16, 248, 248, 248}));
    EXPECT_EQ(made.clipped, 1u);
    // From bit 12 up the sum overflows: at place 9 a code's bits 0 to 2 count, and all above 7 clips.
    const Conversions high = convert(adc->at(9), 0, {6.6, 7.4, 7.6, 90.0});
    EXPECT_EQ(high.codes, (std::vector<std::int32_t>{7, 7, 7, 7}));
    EXPECT_EQ(high.clipped, 2u);
}

TEST(AdaptiveSar, IsTheWholeConverterWhereNothingIsDropped) {
    const auto adc = make_adc(adaptive(8, 0));
    EXPECT_FALSE(adc->adapts());
    EXPECT_TRUE(adc->lossless(255));
    for (int place = 0; place < 31; ++place) EXPECT_TRUE(adc->at(place).lossless(255));
    EXPECT_FALSE(make_adc(adaptive(8, 1))->lossless(255));
}

RC_GTEST_PROP(AdaptiveSar, LeavesTheLowBitsOfTheWholeSearchAtZero, ()) {
    // Rounding down, a search that stops has the upper bits of the one that goes on, whatever the capacitors.
    AdcParams params = adaptive(*rc::gen::inRange(1, 11), *rc::gen::inRange(0, 20));
    params.rounding = "floor";
    params.step = *rc::gen::element(0.25, 1.0, 3.0);
    params.capacitor_sigma = *rc::gen::element(0.0, 0.01, 0.1);
    params.offset_sigma = *rc::gen::element(0.0, 1.0);
    params.inl = *rc::gen::element(0.0, 2.0);
    params.sum_bits = *rc::gen::inRange(params.dropped_bits + 1, 24);
    const auto adc = make_adc(params, *rc::gen::arbitrary<std::uint64_t>());
    const std::uint64_t instance = *rc::gen::inRange(0, 1000);
    const int place = *rc::gen::inRange(0, 22);
    const Search search = search_at(params, place);
    const auto currents = currents_over(params.bits, params.step);
    const Conversions whole = convert(*adc, instance, currents), stopped = convert(adc->at(place), instance, currents);
    const std::int32_t most = (1 << search.reach) - (1 << search.skipped);
    for (std::size_t i = 0; i < currents.size(); ++i)
        RC_ASSERT(stopped.codes[i] == std::min(whole.codes[i] >> search.skipped << search.skipped, most));
}

RC_GTEST_PROP(AdaptiveSar, IsWithinHalfOfWhatItLeavesOpen, ()) {
    AdcParams params = adaptive(*rc::gen::inRange(1, 11), *rc::gen::inRange(0, 20));
    params.step = *rc::gen::element(0.5, 1.0, 4.0);
    const auto adc = make_adc(params);
    const int place = *rc::gen::inRange(0, 22);
    const double open = std::ldexp(params.step, search_at(params, place).skipped);
    for (const double current : currents_over(params.bits, params.step)) {
        const Conversions made = convert(adc->at(place), 0, {current});
        if (made.clipped == 0) RC_ASSERT(std::abs(made.codes.front() * params.step - current) <= 0.5 * open);
    }
}

TEST(AdaptiveSar, RefusesBitsThatLeaveNothingAndThoseOfOtherKinds) {
    EXPECT_EQ(test::refusal([] { check_adc(adaptive(8, 12, 12), "adc"); }),
              "adc.dropped_bits: is 12; expected fewer than the 12 bits of the sum");
    AdcParams sar = adaptive(8, 3);
    sar.kind = "sar";
    EXPECT_EQ(test::refusal([&] { check_adc(sar, "adc"); }),
              "adc.dropped_bits: is 3; expected 0, for a converter of kind sar always converts in full");
    sar.dropped_bits = 0;
    sar.sum_bits = 20;
    EXPECT_EQ(test::refusal([&] { check_adc(sar, "adc"); }),
              "adc.sum_bits: is 20; expected 48, for a converter of kind sar always converts in full");
}

}  // namespace
}  // namespace berth::periphery

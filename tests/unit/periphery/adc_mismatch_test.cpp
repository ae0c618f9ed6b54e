// SPDX-License-Identifier: Apache-2.0
#include "models/periphery/adc.hpp"

#include "tests/unit/normal_sample.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace berth::periphery {
namespace {

constexpr std::uint64_t kInstances = 4000;

AdcParams params(const std::string& kind, int bits, double step = 1.0) { return {.kind = kind, .bits = bits, .step = step}; }

std::vector<std::int32_t> codes_by(const Adc& adc, std::uint64_t instance, const std::vector<double>& currents) {
    std::vector<std::int32_t> codes(currents.size());
    (void)adc.convert_by(instance, currents, codes);
    return codes;
}

/// By how many codes the transition to `code` is too high, in each of many converters.
std::vector<double> deviations(const Adc& adc, int code) {
    std::vector<double> sample;
    for (std::uint64_t instance = 0; instance < kInstances; ++instance)
        sample.push_back(adc.transfer(instance)->thresholds[std::size_t(code - 1)] / adc.step() - (code - 0.5));
    return sample;
}

std::vector<double> difference(const std::vector<double>& a, const std::vector<double>& b) {
    std::vector<double> result;
    for (std::size_t i = 0; i < a.size(); ++i) result.push_back(a[i] - b[i]);
    return result;
}

AdcParams any_params() {
    const auto sigma = [](double most) { return *rc::gen::element(0.0, 0.1 * most, most); };
    AdcParams any = params(*rc::gen::element<std::string>("uniform", "sar", "flash", "ramp"), *rc::gen::inRange(1, 9),
                           *rc::gen::element(0.2, 0.25, 1.0, 2.0, 3.0, 6.0, 100.0));
    any.rounding = *rc::gen::element<std::string>("nearest", "floor");
    any.offset = *rc::gen::element(0.0, -1.3, 0.4);
    any.offset_sigma = sigma(2.0);
    any.gain = *rc::gen::element(0.0, -0.1, 0.05);
    any.gain_sigma = sigma(0.05);
    any.inl = *rc::gen::element(0.0, -1.0, 3.0);
    any.capacitor_sigma = sigma(0.1);
    any.comparator_sigma = sigma(2.0);
    return any;
}

RC_GTEST_PROP(AdcTransfer, SaysWhatTheConverterDoes, ()) {
    const AdcParams any = any_params();
    const auto adc = make_adc(any, *rc::gen::arbitrary<std::uint64_t>());
    const std::uint64_t instance = *rc::gen::inRange(0, 1000);
    const Transfer transfer = adc->transfer(instance).value();
    RC_ASSERT(transfer.thresholds.size() == (std::size_t{1} << any.bits) - 1);
    RC_ASSERT(std::is_sorted(transfer.thresholds.begin(), transfer.thresholds.end()));
    std::vector<double> currents{transfer.lowest, transfer.highest, -1e9, 1e9};
    currents.insert(currents.end(), transfer.thresholds.begin(), transfer.thresholds.end());
    for (std::size_t i = 0, count = currents.size(); i < count; ++i)
        currents.push_back(std::nextafter(currents[i], -std::numeric_limits<double>::infinity()));
    for (int half = -4; half < 2 << any.bits; ++half) currents.push_back(0.5 * half * any.step);
    std::sort(currents.begin(), currents.end());

    std::vector<std::int32_t> codes(currents.size());
    std::size_t expected_clipped = 0;
    const std::size_t clipped = adc->convert_by(instance, currents, codes);
    for (std::size_t i = 0; i < currents.size(); ++i) {
        const auto reached = std::count_if(transfer.thresholds.begin(), transfer.thresholds.end(),
                                           [&](double threshold) { return threshold <= currents[i]; });
        RC_ASSERT(codes[i] == reached);
        expected_clipped += currents[i] < transfer.lowest || currents[i] >= transfer.highest;
    }
    RC_ASSERT(clipped == expected_clipped);
}

RC_GTEST_PROP(AdcTransfer, IsTheSameForTheSameSeedAndInstance, ()) {
    const AdcParams any = any_params();
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    const auto one = make_adc(any, seed), other = make_adc(any, seed);
    (void)other->transfer(7);
    RC_ASSERT(one->transfer(3)->thresholds == other->transfer(3)->thresholds);
    if (!one->alike() && any.bits > 3) RC_ASSERT(one->transfer(3)->thresholds != one->transfer(4)->thresholds);
    if (one->alike()) RC_ASSERT(one->transfer(3)->thresholds == one->transfer(4)->thresholds);
}

TEST(ConverterKinds, AreTheUniformOneWherePartsAreIdeal) {
    for (const char* rounding : {"nearest", "floor"})
        for (const double step : {0.2, 1.0, 2.0, 3.0})
            for (const int bits : {1, 4, 8}) {
                AdcParams ideal = params("uniform", bits, step);
                ideal.rounding = rounding;
                std::vector<double> currents;
                for (int quarter = -8; quarter < 6 << bits; ++quarter) currents.push_back(0.25 * quarter * step);
                std::vector<std::int32_t> expected(currents.size()), codes(currents.size());
                const std::size_t clipped = make_adc(ideal)->convert(currents, expected);
                for (const char* kind : {"sar", "adaptive_sar", "flash", "ramp"}) {
                    ideal.kind = kind;
                    const auto adc = make_adc(ideal);
                    EXPECT_TRUE(adc->alike());
                    EXPECT_EQ(adc->convert(currents, codes), clipped) << kind << rounding << step << " " << bits;
                    EXPECT_EQ(codes, expected) << kind << rounding << step << " " << bits;
                    EXPECT_EQ(adc->lossless((1 << bits) - 1), step == 1.0);
                }
                ideal.kind = "uniform";
            }
}

TEST(SarAdc, HasTheNonlinearityOfUnitCapacitorsOverTheWholeScale) {
    AdcParams sar = params("sar", 8);
    sar.capacitor_sigma = 0.005;
    const auto adc = make_adc(sar, 1);
    EXPECT_FALSE(adc->alike());
    EXPECT_FALSE(adc->lossless(1));
    // A code's units against all the others, the sum of which is the scale: variance sigma^2 * c * (1 - c / 2^bits).
    for (const int code : {1, 64, 100, 128, 255})
        test::expect_normal(deviations(*adc, code), 0.0, sar.capacitor_sigma * std::sqrt(code * (1.0 - code / 256.0)));
    // At half scale the largest capacitor takes over from all others but the terminating one: 2^bits - 1 units in all.
    test::expect_normal(difference(deviations(*adc, 128), deviations(*adc, 127)), 0.0, sar.capacitor_sigma * std::sqrt(255.0));
}

TEST(SarAdc, MissesTheCodeBelowHalfScaleAsOftenAsTheLargestCapacitorIsTooSmall) {
    AdcParams sar = params("sar", 8);
    sar.capacitor_sigma = 0.1;
    const auto adc = make_adc(sar, 1);
    std::size_t missing = 0;
    for (std::uint64_t instance = 0; instance < kInstances; ++instance) {
        const auto thresholds = adc->transfer(instance)->thresholds;
        missing += thresholds[127] - thresholds[126] < 1e-9;
    }
    // It must exceed the sum of all below it, which is one unit less: a normal variable of mean 1 and variance sigma^2 * 255.
    const double share = 0.5 * std::erfc(1.0 / (sar.capacitor_sigma * std::sqrt(2.0 * 255.0)));
    EXPECT_NEAR(static_cast<double>(missing) / kInstances, share, 3.2905 * std::sqrt(share * (1.0 - share) / kInstances));
}

TEST(FlashAdc, HasAnOffsetAtEveryComparator) {
    AdcParams flash = params("flash", 6, 2.0);
    flash.comparator_sigma = 0.05;
    const auto adc = make_adc(flash, 1);
    for (const int code : {1, 32, 63}) test::expect_normal(deviations(*adc, code), 0.0, flash.comparator_sigma);
    test::expect_uncorrelated(deviations(*adc, 31), deviations(*adc, 32), flash.comparator_sigma);
    test::expect_normal(difference(deviations(*adc, 32), deviations(*adc, 31)), 0.0, flash.comparator_sigma * std::sqrt(2.0));
}

TEST(RampAdc, HasOffsetGainAndBowAndNothingElse) {
    AdcParams ramp = params("ramp", 6, 0.5);
    ramp.offset = 0.7;
    ramp.gain = 0.02;
    ramp.inl = 1.5;
    const auto nominal = make_adc(ramp);
    EXPECT_TRUE(nominal->alike());
    EXPECT_FALSE(nominal->lossless(1));
    const Transfer transfer = nominal->transfer(0).value();
    for (const int code : {1, 32, 63}) {
        const double place = code / 64.0, too_high = 0.7 + 0.02 * code + 6.0 * place * (1.0 - place);
        EXPECT_NEAR(transfer.thresholds[std::size_t(code - 1)], 0.5 * (code - 0.5 + too_high), 1e-12);
    }
    EXPECT_NEAR(transfer.lowest, 0.5 * (-0.5 + 0.7), 1e-12);
    EXPECT_NEAR(transfer.highest, 0.5 * (63.5 + 0.7 + 0.02 * 64), 1e-12);
    EXPECT_EQ(codes_by(*nominal, 0, {transfer.thresholds[31]}), std::vector<std::int32_t>{32});

    AdcParams spread = params("ramp", 6);
    spread.offset_sigma = 0.3;
    test::expect_normal(deviations(*make_adc(spread, 1), 5), 0.0, 0.3);
    spread = params("ramp", 6);
    spread.gain_sigma = 0.01;
    test::expect_normal(deviations(*make_adc(spread, 1), 40), 0.0, 0.4);
    test::expect_normal(deviations(*make_adc(spread, 2), 20), 0.0, 0.2);
}

}  // namespace
}  // namespace berth::periphery

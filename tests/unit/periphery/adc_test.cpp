// SPDX-License-Identifier: Apache-2.0
#include "models/periphery/adc.hpp"

#include <gtest/gtest.h>

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace berth::periphery {
namespace {

/// The kind's own keys, and neutral values of the others.
std::unique_ptr<const Adc> adc(const char* json) {
    boost::json::object given = boost::json::parse(R"({"rounding": "nearest", "offset": 0, "offset_sigma": 0, "gain": 0, "gain_sigma": 0,
        "inl": 0, "capacitor_sigma": 0, "comparator_sigma": 0, "dropped_bits": 0, "sum_bits": 48})")
                                    .as_object();
    const boost::json::object own = boost::json::parse(json).as_object();
    for (const auto& entry : own) given[entry.key()] = entry.value();
    return make_adc(read_params<AdcParams>(given, "adc"));
}

std::string message(const char* json) {
    try {
        (void)adc(json);
    } catch (const InputError& error) {
        return error.what();
    }
    return {};
}

TEST(UniformAdc, GivesEverySumOfALosslessArrayItsOwnCode) {
    const auto uniform = adc(R"({"kind": "uniform", "bits": 8, "step": 1})");
    ASSERT_TRUE(uniform->lossless(128));
    std::vector<double> currents(129);
    for (std::size_t sum = 0; sum < currents.size(); ++sum) currents[sum] = static_cast<double>(sum);
    std::vector<std::int32_t> codes(currents.size());
    EXPECT_EQ(uniform->convert(currents, codes), 0u);
    for (std::size_t sum = 0; sum < codes.size(); ++sum) EXPECT_EQ(codes[sum], static_cast<std::int32_t>(sum));
}

TEST(UniformAdc, ClipsAndCountsWhatLiesOutsideItsRange) {
    const auto uniform = adc(R"({"kind": "uniform", "bits": 7, "step": 1})");
    const std::vector<double> currents{-0.6, 127.4, 127.6, 128.0};
    std::vector<std::int32_t> codes(currents.size());
    EXPECT_EQ(uniform->convert(currents, codes), 3u);
    EXPECT_EQ(codes, (std::vector<std::int32_t>{0, 127, 127, 127}));
}

TEST(UniformAdc, RoundsTiesToTheEvenCodeForEveryStep) {
    for (const char* json : {R"({"kind": "uniform", "bits": 8, "step": 2})", R"({"kind": "uniform", "bits": 8, "step": 6})",
                             R"({"kind": "uniform", "bits": 8, "step": 0.2})"}) {
        const auto uniform = adc(json);
        const double step = uniform->step();
        std::vector<double> currents;
        for (const double quotient : {0.5, 1.5, 2.5, 3.5}) currents.push_back(quotient * step);
        std::vector<std::int32_t> codes(currents.size());
        EXPECT_EQ(uniform->convert(currents, codes), 0u);
        EXPECT_EQ(codes, (std::vector<std::int32_t>{0, 2, 2, 4})) << json;
    }
}

TEST(UniformAdc, IsLosslessOnlyWhereACodeStandsForEveryWholeCurrent) {
    const auto lossless = [](const char* json, std::int64_t largest) { return adc(json)->lossless(largest); };
    EXPECT_TRUE(lossless(R"({"kind": "uniform", "bits": 7, "step": 1})", 127));
    EXPECT_FALSE(lossless(R"({"kind": "uniform", "bits": 7, "step": 1})", 128));
    EXPECT_TRUE(lossless(R"({"kind": "uniform", "bits": 8, "step": 0.5})", 127));
    EXPECT_FALSE(lossless(R"({"kind": "uniform", "bits": 8, "step": 0.5})", 128));
    EXPECT_FALSE(lossless(R"({"kind": "uniform", "bits": 16, "step": 2})", 1));
    EXPECT_FALSE(lossless(R"({"kind": "uniform", "bits": 16, "step": 0.3})", 1));
}

TEST(IdealAdc, GivesTheCurrentWithoutBounds) {
    const auto ideal = adc(R"({"kind": "ideal", "bits": 1, "step": 7})");
    const std::vector<double> currents{0.0, 3.4, 230400.0};
    std::vector<std::int32_t> codes(currents.size());
    EXPECT_EQ(ideal->convert(currents, codes), 0u);
    EXPECT_EQ(codes, (std::vector<std::int32_t>{0, 3, 230400}));
    EXPECT_TRUE(ideal->lossless(std::int64_t{1} << 30));
    EXPECT_EQ(ideal->step(), 1.0);
}

TEST(AdcParams, NamesThePathOfWhatIsWrong) {
    EXPECT_EQ(message(R"({"kind": "uniform", "bits": 0, "step": 1})"), "adc.bits: is 0; expected a number from 1 to 16 bit");
    EXPECT_EQ(message(R"({"kind": "uniform", "bits": 8})"), "adc.step: is missing; expected column current of one code, in unit current");
    EXPECT_EQ(message(R"({"kind": "sigma", "bits": 8, "step": 1})"),
              R"(adc.kind: is "sigma"; expected ideal, uniform, sar, adaptive_sar, flash or ramp)");
    EXPECT_EQ(message(R"({"kind": "sar", "bits": 8, "step": 1, "capacitor_sigma": -0.1})"),
              "adc.capacitor_sigma: is -0.1; expected a number from 0 to 0.1 1");
    EXPECT_EQ(message(R"({"kind": "flash", "bits": 8, "step": 1, "comparator_sigma": -1})"),
              "adc.comparator_sigma: is -1; expected a number from 0 to 1000 code");
    EXPECT_EQ(message(R"({"kind": "sar", "bits": 8, "step": 1, "rounding": "up"})"), R"(adc.rounding: is "up"; expected nearest or floor)");
}

TEST(AdcKinds, AreListedWithTheParametersTheyUse) {
    const auto list = describe_adcs();
    ASSERT_EQ(list.size(), adc_kinds().size());
    for (const auto& entry : list) {
        EXPECT_FALSE(entry.at("meaning").get_string().empty());
        EXPECT_FALSE(entry.at("source").get_string().empty());
        const std::map<std::string, std::size_t> parameters{{"ideal", 0},         {"uniform", 3}, {"sar", 9},
                                                            {"adaptive_sar", 11}, {"flash", 9},   {"ramp", 8}};
        EXPECT_EQ(entry.at("parameters").get_array().size(), parameters.at(std::string(entry.at("name").get_string())));
    }
}

TEST(AdcKinds, RefuseAnUnknownName) { EXPECT_THROW((void)make_adc({.kind = "none", .bits = 8, .step = 1.0}), std::invalid_argument); }

}  // namespace
}  // namespace berth::periphery

// SPDX-License-Identifier: Apache-2.0
#include "platform/dead_parts.hpp"

#include "models/core/json.hpp"
#include "platform_file.hpp"

#include <cmath>

namespace berth::platform {
namespace {

using DeadPartsSection = PlatformFolder;

TEST_F(DeadPartsSection, ListsPartsByTheirPlaces) {
    const auto config =
        load_platform("reram-multitask", {"dead_parts.imas=[[3,11],[0,0]]", "dead_parts.columns=[[1023,2,7,127],[0,1,2,3]]"});
    EXPECT_EQ(config.dead_parts.imas, (std::set<ImaPlace>{{0, 0}, {3, 11}}));
    EXPECT_EQ(config.dead_parts.columns, (std::set<ColumnPlace>{{{0, 1}, 2, 3}, {{1023, 2}, 7, 127}}));
    EXPECT_TRUE(config.dead_parts.any());
    const DeadParts dead(config.dead_parts, config.seed);
    EXPECT_TRUE(dead.is_dead({3, 11}));
    EXPECT_FALSE(dead.is_dead({3, 10}));
    EXPECT_EQ(dead.dead_columns({0, 1}, 2, 128), std::vector<int>{3});
    EXPECT_TRUE(dead.dead_columns({0, 1}, 3, 128).empty());
    EXPECT_EQ(dead.dead_columns({1023, 2}, 7, 128), std::vector<int>{127});
}

TEST_F(DeadPartsSection, IsEmptyInEveryPreset) {
    for (const auto& [name, description] : presets()) {
        const PlatformConfig config = load_platform(name);
        EXPECT_FALSE(config.dead_parts.any()) << name;
        EXPECT_EQ(config.hierarchy.spare_imas, 0) << name;
        EXPECT_EQ(config.hierarchy.spare_columns, 0) << name;
    }
}

TEST_F(DeadPartsSection, SaysWhatIsWrongInIt) {
    const auto said = [](const std::vector<std::string>& settings) { return fault("reram-multitask", settings); };
    EXPECT_EQ(said({"dead_parts.imas=[[3,12]]"}), "reram-multitask:dead_parts.imas[0][1]: is 12; expected a whole number from 0 to 11");
    EXPECT_EQ(said({"dead_parts.imas=[[1024,0]]"}),
              "reram-multitask:dead_parts.imas[0][0]: is 1024; expected a whole number from 0 to 1023");
    EXPECT_EQ(said({"dead_parts.imas=[[0,1],[0,1.5]]"}),
              "reram-multitask:dead_parts.imas[1][1]: is 1.5; expected a whole number from 0 to 11");
    EXPECT_EQ(said({"dead_parts.imas=[7]"}), "reram-multitask:dead_parts.imas[0]: is 7; expected [tile, IMA]");
    EXPECT_EQ(said({"dead_parts.imas=3"}), "reram-multitask:dead_parts.imas: is 3; expected a list of [tile, IMA]");
    EXPECT_EQ(said({"dead_parts.columns=[[0,0,0,128]]"}),
              "reram-multitask:dead_parts.columns[0][3]: is 128; expected a whole number from 0 to 127");
    EXPECT_EQ(said({"dead_parts.columns=[[0,0,0]]"}).find("reram-multitask:dead_parts.columns[0]: is "), 0u);
    EXPECT_EQ(said({"dead_parts.ima_probability=1.5"}),
              "reram-multitask:dead_parts.ima_probability: is 1.5; expected a number from 0 to 1 1");
    EXPECT_EQ(said({"dead_parts.policy=hope"}), "reram-multitask:dead_parts.policy: is \"hope\"; expected refuse or run");
    EXPECT_EQ(said({"dead_parts=1"}), "reram-multitask:dead_parts: is not an object; expected an object of parameters");
    const std::string p = file("p.json", R"({"extends": "reram-multitask", "dead_parts": {"ima": []}})");
    EXPECT_EQ(fault(p), p + ":dead_parts.ima: is not known; expected imas, columns, ima_probability, column_probability or policy");
}

TEST_F(DeadPartsSection, SaysWhatASpareMustLeave) {
    const auto said = [](const std::vector<std::string>& settings) { return fault("reram-multitask", settings); };
    EXPECT_EQ(said({"hierarchy.spare_imas=12"}), "reram-multitask:hierarchy.spare_imas: is 12; expected fewer than the 12 IMAs of a tile");
    EXPECT_EQ(said({"hierarchy.spare_imas=11"}), "");
    EXPECT_EQ(
        said({"hierarchy.spare_columns=122"}),
        "reram-multitask:hierarchy.spare_columns: is 122; expected at most 121, which leave the 7 columns of one int8 output channel");
    EXPECT_EQ(said({"hierarchy.spare_columns=121"}), "");
    EXPECT_EQ(said({"hierarchy.spare_columns=-1"}).find("reram-multitask:hierarchy.spare_columns: is -1"), 0u);
}

TEST_F(DeadPartsSection, RunsOnOnlyWhereItIsKnownWhatALostColumnGives) {
    const auto said = [](const std::string& setting) { return fault("reram-multitask", {"dead_parts.policy=run", setting}); };
    EXPECT_EQ(said("crossbar.encoding=offset"),
              "reram-multitask:crossbar.encoding: is offset; expected differential where dead_parts.policy is run");
    EXPECT_EQ(said("residency.eviction=lru"), "reram-multitask:residency.eviction: is lru; expected none where dead_parts.policy is run");
    EXPECT_EQ(said("hierarchy.replication=fixed"),
              "reram-multitask:hierarchy.replication: is fixed; expected none where dead_parts.policy is run");
    EXPECT_EQ(said("adc.bits=8"), "");
}

DeadPartsParams drawn(double ima, double column) {
    DeadPartsParams params;
    params.ima_probability = ima;
    params.column_probability = column;
    return params;
}

/// Distance of a count from what is expected of so many independent draws, in standard deviations.
double deviation(std::int64_t count, std::int64_t draws, double probability) {
    const double mean = static_cast<double>(draws) * probability;
    return (static_cast<double>(count) - mean) / std::sqrt(mean * (1.0 - probability));
}

constexpr double kTwoSided = 3.2905;  // of a normal variable at a significance of 0.001

TEST(DrawnDeadParts, DieAsOftenAsTheirProbabilitySays) {
    const DeadPartsParams params = drawn(0.03, 0.01);
    const DeadParts dead(params, 5);
    std::int64_t imas = 0, columns = 0, pairs = 0;
    constexpr std::int64_t kTiles = 2000;
    for (std::int64_t tile = 0; tile < kTiles; ++tile)
        for (int ima = 0; ima < 12; ++ima) {
            imas += dead.is_dead({tile, ima});
            for (const int array : {0, 7}) {
                const auto found = dead.dead_columns({tile, ima}, array, 126);
                columns += static_cast<std::int64_t>(found.size());
                for (std::size_t i = 1; i < found.size(); ++i) pairs += found[i] == found[i - 1] + 1;
            }
        }
    EXPECT_LT(std::abs(deviation(imas, kTiles * 12, 0.03)), kTwoSided);
    EXPECT_LT(std::abs(deviation(columns, kTiles * 12 * 2 * 126, 0.01)), kTwoSided);
    EXPECT_LT(std::abs(deviation(pairs, kTiles * 12 * 2 * 125, 0.01 * 0.01)), kTwoSided) << "neighbours die apart from one another";
}

TEST(DrawnDeadParts, HaveCountsOfABinomialDistributionInEveryArray) {
    const DeadPartsParams params = drawn(0.0, 0.02);
    const DeadParts dead(params, 9);
    constexpr int kColumns = 100, kArrays = 20000, kClasses = 7;
    std::vector<double> seen(kClasses, 0.0);
    for (int array = 0; array < kArrays; ++array)
        ++seen[std::min<std::size_t>(kClasses - 1, dead.dead_columns({array / 8, 3}, array % 8, kColumns).size())];
    double probability = std::pow(0.98, kColumns), below = 0.0, chi_square = 0.0;
    for (int count = 0; count < kClasses; ++count) {
        const double expected = kArrays * (count + 1 < kClasses ? probability : 1.0 - below);
        chi_square += (seen[static_cast<std::size_t>(count)] - expected) * (seen[static_cast<std::size_t>(count)] - expected) / expected;
        below += probability;
        probability *= 0.02 / 0.98 * (kColumns - count) / (count + 1);
    }
    EXPECT_LT(chi_square, 22.458) << "6 degrees of freedom at a significance of 0.001";
}

TEST(DrawnDeadParts, AreAFunctionOfSeedAndPlace) {
    const DeadPartsParams params = drawn(0.5, 0.5);
    const DeadParts one(params, 1), again(params, 1), other(params, 2);
    EXPECT_EQ(one.dead_columns({4, 2}, 1, 128), again.dead_columns({4, 2}, 1, 128));
    EXPECT_NE(one.dead_columns({4, 2}, 1, 128), other.dead_columns({4, 2}, 1, 128));
    EXPECT_NE(one.dead_columns({4, 2}, 1, 128), one.dead_columns({5, 2}, 1, 128));
    EXPECT_NE(one.dead_columns({4, 2}, 1, 128), one.dead_columns({4, 3}, 1, 128));
    EXPECT_NE(one.dead_columns({4, 2}, 1, 128), one.dead_columns({4, 2}, 2, 128));
    auto fewer = one.dead_columns({4, 2}, 1, 128);
    std::erase_if(fewer, [](int column) { return column >= 50; });
    EXPECT_EQ(one.dead_columns({4, 2}, 1, 50), fewer) << "a column lives or dies whatever stands beside it";
}

TEST(DrawnDeadParts, AllDieOrNone) {
    const DeadPartsParams all = drawn(1.0, 1.0), none = drawn(0.0, 0.0);
    EXPECT_TRUE(DeadParts(all, 1).is_dead({7, 3}));
    EXPECT_EQ(DeadParts(all, 1).dead_columns({7, 3}, 0, 128).size(), 128u);
    EXPECT_FALSE(DeadParts(none, 1).is_dead({7, 3}));
    EXPECT_TRUE(DeadParts(none, 1).dead_columns({7, 3}, 0, 128).empty());
}

}  // namespace
}  // namespace berth::platform

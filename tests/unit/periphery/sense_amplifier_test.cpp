// SPDX-License-Identifier: Apache-2.0
#include "models/periphery/sense_amplifier.hpp"

#include "tests/unit/core/refusal.hpp"
#include "tests/unit/normal_sample.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <vector>

namespace berth::periphery {
namespace {

constexpr std::size_t kColumns = 40000;
constexpr SenseParams kBoth{.offset_sigma = 1.5, .noise_sigma = 0.25};

std::vector<double> offsets(const SenseAmplifiers& amplifiers, std::uint32_t block) {
    std::vector<double> values(kColumns);
    amplifiers.add_offsets(block, 0, values);
    return values;
}

std::vector<double> noise(const SenseAmplifiers& amplifiers, const SensedRead& read) {
    std::vector<double> values(kColumns);
    amplifiers.add_noise(read, 0, values);
    return values;
}

TEST(SenseAmplifiers, HaveNormalOffsetsOfTheirOwn) {
    const SenseAmplifiers amplifiers(kBoth, 1, 7);
    const auto first = offsets(amplifiers, 0), second = offsets(amplifiers, 1);
    test::expect_normal(first, 0.0, kBoth.offset_sigma);
    test::expect_uncorrelated(first, second, kBoth.offset_sigma);
    test::expect_uncorrelated(first, offsets(SenseAmplifiers(kBoth, 1, 8), 0), kBoth.offset_sigma);
    test::expect_uncorrelated(first, offsets(SenseAmplifiers(kBoth, 2, 7), 0), kBoth.offset_sigma);
    EXPECT_EQ(first, offsets(SenseAmplifiers(kBoth, 1, 7), 0));
}

TEST(SenseAmplifiers, DrawNoiseAnewForEveryConversion) {
    const SenseAmplifiers amplifiers(kBoth, 1, 7);
    const SensedRead read{.request = 3, .token = 5, .read = 2, .block = 1};
    const auto first = noise(amplifiers, read);
    test::expect_normal(first, 0.0, kBoth.noise_sigma);
    for (const SensedRead other : {SensedRead{4, 5, 2, 1}, SensedRead{3, 6, 2, 1}, SensedRead{3, 5, 3, 1}, SensedRead{3, 5, 2, 0}})
        test::expect_uncorrelated(first, noise(amplifiers, other), kBoth.noise_sigma);
    EXPECT_EQ(first, noise(amplifiers, read));
}

TEST(SenseAmplifiers, GiveAColumnTheSameWhoeverAsksWithIt) {
    const SenseAmplifiers amplifiers(kBoth, 9, 1);
    const SensedRead read{.request = 1, .token = 2, .read = 3, .block = 4};
    const auto all_offsets = offsets(amplifiers, 4), all_noise = noise(amplifiers, read);
    for (const std::size_t column : {std::size_t{0}, std::size_t{1}, std::size_t{6}, std::size_t{103}}) {
        std::vector<double> some_offsets(9), some_noise(9);
        amplifiers.add_offsets(4, column, some_offsets);
        amplifiers.add_noise(read, column, some_noise);
        for (std::size_t i = 0; i < some_offsets.size(); ++i) {
            EXPECT_EQ(some_offsets[i], all_offsets[column + i]);
            EXPECT_EQ(some_noise[i], all_noise[column + i]);
        }
    }
}

TEST(SenseAmplifiers, AddNothingWhereTheyAreIdeal) {
    const SenseAmplifiers ideal({}, 1, 0);
    EXPECT_FALSE(ideal.have_offsets());
    EXPECT_FALSE(ideal.have_noise());
    std::vector<double> currents{1.0, 2.0};
    ideal.add_offsets(0, 0, currents);
    ideal.add_noise({}, 0, currents);
    EXPECT_EQ(currents, (std::vector<double>{1.0, 2.0}));
}

TEST(SenseParams, NamesThePathOfWhatIsWrong) {
    const auto read = [](const char* json) { return (void)read_params<SenseParams>(boost::json::parse(json), "sense"); };
    EXPECT_EQ(test::refusal([&] { read(R"({"offset_sigma": -1, "noise_sigma": 0})"); }),
              "sense.offset_sigma: is -1; expected a number from 0 to 1000000 unit current");
    EXPECT_EQ(test::refusal([&] { read(R"({"offset_sigma": 0})"); }),
              "sense.noise_sigma: is missing; expected standard deviation of their noise in one conversion, in unit current");
}

}  // namespace
}  // namespace berth::periphery

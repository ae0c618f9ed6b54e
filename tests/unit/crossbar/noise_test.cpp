// SPDX-License-Identifier: Apache-2.0
// Paths that draw once a conversion against the reference, which draws for every cell. Seeds are fixed; a right model fails a
// comparison with one of 10000 seeds.
#include "models/crossbar/crossbar_matrix.hpp"

#include "models/crossbar/code_distribution.hpp"
#include "tests/unit/crossbar/chi_square.hpp"
#include "tests/unit/crossbar/outcome.hpp"
#include "tests/unit/crossbar/some_cells.hpp"
#include "tests/unit/every_target.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace berth::crossbar {
namespace {

using test::CellSettings;
using test::random_int8;
using test::SomeCells;
using test::uniform_adc;

constexpr double kOneIn10000 = 3.72;
constexpr int kTokens = 2000;

/// A platform, its noise, and the path that it should take.
struct Scene {
    const char* name;
    int rows, cell_bits, dac_bits;
    const char* encoding;
    std::shared_ptr<const periphery::Adc> adc;
    CellSettings cells;
    periphery::SenseParams sense{};
    std::string_view path = "noisy";
    int exponent = 0;
};

CrossbarDesign design_of(const Scene& scene, const char* path) {
    CrossbarDesign design;
    design.crossbar = {.rows = scene.rows, .cols = 32, .cell_bits = scene.cell_bits, .encoding = scene.encoding, .path = path};
    design.dac.bits = scene.dac_bits;
    design.adc = scene.adc;
    design.cells = std::make_shared<const SomeCells>(scene.cells);
    design.sense = scene.sense;
    design.seed = 11;
    return design;
}

/// The same inputs kTokens times: codes of one place are a sample of one distribution.
test::Outcome read(const Scene& scene, const char* path, const std::vector<std::int8_t>& weights, int out, int in) {
    const auto encoding = make_encoding(scene.encoding);
    const ConverterRanges ranges{
        .exponents = std::vector<int>(std::size_t(encoding->polarities() * encoding->slices(2, scene.cell_bits)), scene.exponent)};
    const CrossbarMatrix matrix(weights, out, in, 2, design_of(scene, path), 5, ranges);
    EXPECT_EQ(matrix.path_taken(), std::string_view(path) == "auto" ? scene.path : "reference") << scene.name;
    const auto one = random_int8(std::size_t(in), -128, 127, 3);
    std::vector<std::int8_t> x;
    for (int token = 0; token < kTokens; ++token) x.insert(x.end(), one.begin(), one.end());
    return test::read(matrix, x, kTokens, {.request = 1, .first_token = 0});
}

/// Compares what two runs of read gave, place by place.
template <class Number>
test::TwoSampleChiSquare compare(const std::vector<Number>& first, const std::vector<Number>& second) {
    test::TwoSampleChiSquare all;
    const std::size_t places = first.size() / kTokens;
    for (std::size_t place = 0; place < places; ++place) {
        std::vector<std::int32_t> here, there;
        for (std::size_t token = 0; token < kTokens; ++token) {
            here.push_back(static_cast<std::int32_t>(first[token * places + place]));
            there.push_back(static_cast<std::int32_t>(second[token * places + place]));
        }
        all.add(here, there);
    }
    return all;
}

std::vector<Scene> scenes() {
    const std::vector<double> whole{0.0, 1.0}, finite{0.05, 1.05};
    const ReadNoise at_one{.level_variances = {0.0, 0.02}}, at_both{.level_variances = {0.004, 0.02}};
    const ReadNoise telegraph{.level_variances = {0.001, 0.01}, .telegraph_probability = 0.1, .telegraph_amplitude = 0.4, .removed = 0.1};
    const ReadNoise telegraph_alone{.level_variances = {}, .telegraph_probability = 0.3, .telegraph_amplitude = 0.35};
    const std::vector<double> four{0.01, 0.02, 0.03, 0.04};
    return {
        {"level one", 32, 1, 1, "differential", uniform_adc(5), {.levels = whole, .noise = at_one}},
        {"coarse, clipping", 48, 1, 1, "differential", uniform_adc(2, 3.0), {.levels = whole, .noise = at_one}},
        {"both levels", 32, 1, 1, "differential", uniform_adc(5, 0.5), {.levels = finite, .noise = at_both}},
        {"background", 32, 1, 1, "offset", uniform_adc(6), {.levels = finite, .noise = at_both, .digital_background = 0.05}},
        {"telegraph", 32, 1, 1, "offset_flipped", uniform_adc(6, 0.5), {.levels = finite, .noise = telegraph}},
        {"telegraph alone", 32, 1, 1, "differential", uniform_adc(6, 0.5), {.levels = whole, .noise = telegraph_alone}},
        {"amplifiers",
         32,
         1,
         1,
         "twos_complement",
         uniform_adc(5),
         {.levels = whole, .noise = {}},
         {.offset_sigma = 0.0, .noise_sigma = 0.6}},
        {"without bounds", 32, 1, 1, "differential", test::ideal_adc(), {.levels = whole, .noise = at_both}, {}, "noisy", 1},
        {"two bits",
         32,
         2,
         1,
         "differential",
         uniform_adc(6),
         {.levels = test::whole_levels(2), .noise = {.level_variances = four}},
         {},
         "analog_noise"},
        {"wide inputs",
         32,
         2,
         3,
         "offset",
         uniform_adc(8, 2.0),
         {.levels = test::whole_levels(2), .noise = {.level_variances = four}},
         {},
         "analog_noise",
         1},
        {"programmed cells",
         32,
         1,
         1,
         "differential",
         uniform_adc(5),
         {.levels = whole, .noise = at_both, .digital_background = 0.0, .spread = 0.3},
         {},
         "analog_noise"},
        {"telegraph on two bits",
         32,
         2,
         1,
         "offset",
         uniform_adc(6),
         {.levels = test::whole_levels(2), .noise = telegraph_alone},
         {},
         "analog_noise"},
        {"telegraph on programmed cells, wide inputs",
         32,
         1,
         3,
         "differential",
         uniform_adc(7, 0.5),
         {.levels = finite, .noise = telegraph, .digital_background = 0.0, .spread = 0.3},
         {},
         "analog_noise"},
        {"converters not alike",
         32,
         1,
         1,
         "differential",
         std::make_shared<const test::UnlikeAdc>(5, 1.0, 0.3),
         {.levels = whole, .noise = at_both},
         {.offset_sigma = 0.4, .noise_sigma = 0.3},
         "analog_noise"},
    };
}

TEST(Noise, HasTheReferencesDistribution) {
    const int out = 3, in = 40;  // a full block and a ragged one
    const auto weights = random_int8(out * in, -3, 3, 2);
    for (const Scene& scene : scenes()) {
        const auto fast = read(scene, "auto", weights, out, in), slow = read(scene, "reference", weights, out, in);
        const auto codes = compare(fast.codes, slow.codes), sums = compare(fast.sums, slow.sums);
        EXPECT_GT(codes.freedom(), 20.0) << scene.name;
        EXPECT_LT(codes.deviation(), kOneIn10000) << scene.name;
        EXPECT_LT(sums.deviation(), kOneIn10000) << scene.name;
        // Clipping is a count of rare events: within four standard deviations of a Poisson difference, doubled as codes of a token are not
        // independent.
        const auto clipped_fast = static_cast<double>(fast.activity.clipped), clipped_slow = static_cast<double>(slow.activity.clipped);
        EXPECT_NEAR(clipped_fast, clipped_slow, 8.0 * std::sqrt(clipped_fast + clipped_slow)) << scene.name;
    }
}

// One cell in 2^16 has an upper half that does not tell. A hundred of them are among these, and any that got away would show.
TEST(Noise, OfTelegraphsThatNeverRestIsTheReferences) {
    Scene scene{"always",      32, 2, 1, "differential", uniform_adc(8, 0.25), {.levels = test::whole_levels(2), .noise = {}}, {},
                "analog_noise"};
    scene.cells.noise.telegraph_probability = 1.0;
    scene.cells.noise.telegraph_amplitude = 0.25;
    const auto weights = random_int8(3 * 40, -3, 3, 2);
    EXPECT_EQ(read(scene, "auto", weights, 3, 40).codes, read(scene, "reference", weights, 3, 40).codes);
}

// A comparison that always passes would pass here too.
TEST(Noise, IsToldFromNoiseThatIsTenPercentLarger) {
    Scene scene = scenes().front();
    const int out = 3, in = 40;
    const auto weights = random_int8(out * in, -3, 3, 2);
    const auto right = read(scene, "auto", weights, out, in);
    scene.cells.noise.level_variances[1] *= 1.21;
    const auto wrong = read(scene, "auto", weights, out, in);
    EXPECT_GT(compare(right.codes, wrong.codes).deviation(), kOneIn10000);
}

TEST(Noise, ComesOutTheSameForEveryTargetAndEveryCutOfTheTokens) {
    const int out = 70, in = 45, tokens = 9;
    const auto weights = random_int8(out * in, -3, 3, 2), x = random_int8(tokens * in, -128, 127, 4);
    for (const Scene& scene : scenes()) {
        const CrossbarMatrix matrix(weights, out, in, 2, design_of(scene, "auto"));
        const auto sums = [&](int first, int count) {
            std::vector<std::int64_t> result(std::size_t(count * out));
            const std::vector<std::int8_t> some(x.begin() + first * in, x.begin() + (first + count) * in);
            (void)matrix.accumulate(some, count, result, ReadKey{.request = 3, .first_token = static_cast<std::uint32_t>(first)});
            return result;
        };
        const auto whole = sums(0, tokens);
        test::on_every_target([&] { EXPECT_EQ(sums(0, tokens), whole) << scene.name; });
        auto parts = sums(0, 5);
        const auto rest = sums(5, 4);
        parts.insert(parts.end(), rest.begin(), rest.end());
        EXPECT_EQ(parts, whole) << scene.name;
    }
}

// Three ones of variance 0.04 behind a unit step: codes are the normal distribution's probabilities between halves.
TEST(CodeDistribution, HasTheProbabilitiesOfTheNormalDistribution) {
    Scene scene = scenes().front();
    scene.cells.noise.level_variances = {0.0, 0.04};
    const auto distribution = CodeDistribution::make(design_of(scene, "auto"), 32, 0);
    ASSERT_NE(distribution, nullptr);
    const auto& columns = distribution->columns(10);
    const double sigma = std::sqrt(3 * 0.04);
    const std::size_t outcomes = std::size_t(distribution->outcomes());
    for (std::size_t i = 0; i + 1 < outcomes; ++i) {
        const double boundary = distribution->code(static_cast<std::int32_t>(i) + 1) - 0.5;
        if (distribution->clips(static_cast<std::int32_t>(i)) || distribution->clips(static_cast<std::int32_t>(i) + 1)) continue;
        const double below = 0.5 * std::erfc(-(boundary - 3.0) / sigma / std::numbers::sqrt2);
        EXPECT_NEAR(columns.thresholds[3 * (outcomes - 1) + i] * 0x1.0p-32, below, 1e-9) << i;
    }
}

TEST(CodeDistribution, IsSharedByMatricesOfOneDesign) {
    const auto design = design_of(scenes().front(), "auto");
    const auto first = CodeDistribution::make(design, 32, 0);
    EXPECT_EQ(CodeDistribution::make(design, 32, 0), first);
    EXPECT_NE(CodeDistribution::make(design, 32, 1), first);
    EXPECT_NE(CodeDistribution::make(design_of(scenes().front(), "auto"), 32, 0), first);
}

}  // namespace
}  // namespace berth::crossbar

// SPDX-License-Identifier: Apache-2.0
#include "models/inference/crossbar_engine.hpp"

#include "models/core/parallel.hpp"
#include "tests/unit/crossbar/random_matrix.hpp"
#include "tests/unit/crossbar/some_cells.hpp"

#include <gtest/gtest.h>

namespace berth::inference {
namespace {

using test::random_int8;

constexpr int kOut = 40, kIn = 150, kTokens = 4;

std::shared_ptr<const Int8Matrix> matrix(std::uint32_t seed) {
    return std::make_shared<const Int8Matrix>(
        Int8Matrix{.out = kOut, .in = kIn, .values = random_int8(kOut * kIn, -120, 120, seed), .scales = std::vector<float>(kOut, 1.0f)});
}

std::shared_ptr<const MatrixDelta> delta(std::vector<std::int32_t> channels, std::uint32_t seed) {
    auto codes = random_int8(channels.size() * kIn, -3, 3, seed);
    return std::make_shared<const MatrixDelta>(
        MatrixDelta{.magnitude_bits = 2, .channels = std::move(channels), .codes = std::move(codes)});
}

/// A matrix alone, one with a delta on some channels, one with a delta that keeps none.
Network network() {
    Network made;
    const std::vector<float> bias(kOut);
    made.linears = {{.matrix = matrix(1), .delta = nullptr, .bias = bias},
                    {.matrix = matrix(2), .delta = delta({0, 7, 8, 39}, 3), .bias = bias},
                    {.matrix = matrix(4), .delta = delta({}, 5), .bias = bias}};
    return made;
}

crossbar::CrossbarParams params(const char* path) {
    return {.rows = 64, .cols = 64, .cell_bits = 1, .encoding = "differential", .path = path};
}

periphery::AdcParams adc(int bits, double step = 1.0) { return {.kind = "uniform", .bits = bits, .step = step}; }

crossbar::CrossbarDesign design(const char* path, int dac_bits, const periphery::AdcParams& converter) {
    const auto shape = params(path);
    return {.crossbar = shape,
            .dac = {.bits = dac_bits},
            .adc = periphery::make_adc(converter),
            .cells = crossbar::ideal_cells(shape.cell_bits),
            .sense = {}};
}

std::vector<std::int32_t> product(const CrossbarEngine& engine, std::size_t index, std::uint32_t seed = 9) {
    std::vector<std::int32_t> y(kTokens * kOut);
    engine.multiply(index, random_int8(kTokens * kIn, -127, 127, seed), kTokens, 0, y);
    return y;
}

TEST(CrossbarEngine, EqualsTheExactEngineWhereConvertersAreLossless) {
    const Network net = network();
    const ExactEngine exact(net);
    const CrossbarEngine fast(net, design("auto", 1, adc(7)), {}, 1), slow(net, design("reference", 1, adc(7)), {}, 1);
    EXPECT_EQ(fast.path_taken(), "int8_gemm");
    EXPECT_EQ(slow.path_taken(), "reference");
    for (std::size_t index = 0; index < net.linears.size(); ++index) {
        std::vector<std::int32_t> expected(kTokens * kOut);
        exact.multiply(index, random_int8(kTokens * kIn, -127, 127, 9), kTokens, 0, expected);
        EXPECT_EQ(product(fast, index), expected);
        EXPECT_EQ(product(slow, index), expected);
    }
    EXPECT_EQ(fast.activity(), slow.activity());
    EXPECT_EQ(fast.activity().clipped, 0u);
}

TEST(CrossbarEngine, TakesBothFactorsThroughArrays) {
    constexpr int rank = 5;
    Network net = network();
    const auto factor = [](int out, int in, std::uint32_t seed) {
        return Int8Matrix{.out = out,
                          .in = in,
                          .values = random_int8(std::size_t(out) * std::size_t(in), -3, 3, seed),
                          .scales = std::vector<float>(std::size_t(out), 1.0f),
                          .magnitude_bits = 2};
    };
    net.linears[0].low_rank = std::make_shared<const LowRankDelta>(LowRankDelta{factor(rank, kIn, 21), factor(kOut, rank, 22)});
    const ExactEngine exact(net);
    for (const char* path : {"auto", "reference"}) {
        const CrossbarEngine engine(net, design(path, 1, adc(7)), {}, 1);
        const auto same = [&](Factor which, int in, int out) {
            const auto x = random_int8(std::size_t(kTokens) * std::size_t(in), -127, 127, 23);
            std::vector<std::int32_t> expected(std::size_t(kTokens) * std::size_t(out)), got(expected.size());
            exact.multiply_factor(0, which, x, kTokens, 0, expected);
            engine.multiply_factor(0, which, x, kTokens, 0, got);
            EXPECT_EQ(got, expected) << path;
        };
        same(Factor::down, kIn, rank);
        // Three row blocks of 64 lines, two polarities, one block of columns, eight input slices a token.
        EXPECT_EQ(engine.activity().array_reads, 3u * 2 * 8 * kTokens);
        same(Factor::up, rank, kOut);
        // One row block; 40 channels of two slices stand in two blocks of 64 columns.
        EXPECT_EQ(engine.activity().array_reads, (3u * 2 + 2 * 2) * 8 * kTokens);
    }
}

TEST(CrossbarEngine, JoinsADeltasCodesOnTheChannelsItKeeps) {
    const Network net = network();
    const CrossbarEngine engine(net, design("auto", 1, adc(3, 2.0)), {}, 1);
    ASSERT_EQ(engine.path_taken().find("int8_gemm"), std::string::npos);
    const auto& linear = net.linears[1];
    const auto converter = std::shared_ptr(periphery::make_adc(adc(3, 2.0)));
    const crossbar::CrossbarMatrix base(linear.matrix->values, kOut, kIn, 7, params("auto"), {.bits = 1}, converter);
    const crossbar::CrossbarMatrix added(linear.delta->codes, 4, kIn, 2, params("auto"), {.bits = 1}, converter);
    const auto x = random_int8(kTokens * kIn, -127, 127, 9);
    std::vector<std::int32_t> expected(kTokens * kOut), extra(kTokens * 4);
    crossbar::Activity done = base.multiply(x, kTokens, expected);
    done += added.multiply(x, kTokens, extra);
    for (std::size_t token = 0; token < kTokens; ++token)
        for (std::size_t kept = 0; kept < 4; ++kept)
            expected[token * kOut + std::size_t(linear.delta->channels[kept])] += extra[token * 4 + kept];
    EXPECT_EQ(product(engine, 1), expected);
    EXPECT_EQ(engine.activity(), done);
    EXPECT_GT(done.clipped, 0u);
}

TEST(CrossbarEngine, DrawsByRequestAndByWhoOwnsTheCells) {
    const Network net = network();
    auto noisy = design("auto", 1, adc(6));
    noisy.cells = std::make_shared<const test::SomeCells>(
        test::CellSettings{.levels = test::whole_levels(1), .noise = {.level_variances = {0.0, 0.05}}});
    const auto read = [&](const PlaneOwners& owners, std::uint64_t request, std::size_t index) {
        const CrossbarEngine engine(net, noisy, owners, 1);
        EXPECT_EQ(engine.path_taken(), "noisy");
        std::vector<std::int32_t> y(kTokens * kOut);
        engine.multiply(index, random_int8(kTokens * kIn, -127, 127, 9), kTokens, request, y);
        return y;
    };
    const PlaneOwners base{.matrices = 0, .deltas = 1};
    EXPECT_EQ(read(base, 5, 0), read({.matrices = 0, .deltas = 2}, 5, 0));  // the base's cells, whosever delta
    EXPECT_NE(read(base, 5, 0), read({.matrices = 1, .deltas = 1}, 5, 0));
    EXPECT_NE(read(base, 5, 0), read(base, 6, 0));
    EXPECT_NE(read(base, 5, 1), read({.matrices = 0, .deltas = 2}, 5, 1));                  // a layer with a delta
    EXPECT_NE(read(base, 5, 0), read({.deltas = 1, .apart = {true, false, false}}, 5, 0));  // a matrix that the base lacks
    EXPECT_NE(read({.deltas = 1, .apart = {true, false, false}}, 5, 0), read({.deltas = 2, .apart = {true, false, false}}, 5, 0));
}

TEST(CrossbarEngine, CountsTheSameForAnyNumberOfThreads) {
    const Network net = network();
    const auto activity = [&](int threads) {
        const CrossbarEngine engine(net, design("auto", 2, adc(4)), {}, threads);
        Threads pool(threads);
        pool.for_each(24, [&](std::size_t i) { (void)product(engine, i % 3, static_cast<std::uint32_t>(i)); });
        return engine.activity();
    };
    const auto alone = activity(1);
    EXPECT_GT(alone.clipped, 0u);
    EXPECT_EQ(activity(4), alone);
    EXPECT_EQ(activity(3), alone);
}

}  // namespace
}  // namespace berth::inference

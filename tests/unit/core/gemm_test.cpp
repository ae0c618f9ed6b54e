// SPDX-License-Identifier: Apache-2.0
#include "models/core/gemm.hpp"

#include "models/core/parallel.hpp"
#include "models/core/philox.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <vector>

namespace berth {
namespace {

std::vector<std::int32_t> product(const std::vector<std::int8_t>& x, const std::vector<std::int8_t>& w, int tokens, int in, int out) {
    std::vector<std::int32_t> y;
    for (int token = 0; token < tokens; ++token)
        for (int channel = 0; channel < out; ++channel) {
            std::int32_t sum = 0;
            for (int i = 0; i < in; ++i) sum += x[std::size_t(token * in + i)] * w[std::size_t(channel * in + i)];
            y.push_back(sum);
        }
    return y;
}

/// Values from -127 to 127 that are a pure function of the seed.
std::vector<std::int8_t> integers(std::size_t count, std::uint32_t seed) {
    std::vector<std::int8_t> values(count);
    for (std::uint32_t i = 0; i < count; ++i)
        values[i] = static_cast<std::int8_t>(static_cast<int>(philox({i, 0, 0, 0}, {seed, 0})[0] % 255) - 127);
    return values;
}

void expect_every_path_exact(const std::vector<std::int8_t>& x, const std::vector<std::int8_t>& w, int tokens, int in, int out) {
    const auto expected = product(x, w, tokens, in, out);
    std::vector<std::int32_t> y(expected.size(), -1), prepared(expected.size(), -1), pairs(expected.size(), -1), few(expected.size(), -1);
    gemm(x, w, y, tokens, in, out);
    PreparedWeights(w, in, out).multiply(x, prepared, tokens);
    BytePairs(w, in, out).multiply(x, pairs, tokens);
    multiply_few(x, w, few, tokens, in, out);
    EXPECT_EQ(y, expected);
    EXPECT_EQ(prepared, expected);
    EXPECT_EQ(pairs, expected);
    EXPECT_EQ(few, expected);
}

RC_GTEST_PROP(IntegerProduct, EqualsThePlainTripleLoop, ()) {
    // Whole and broken tiles, panels and blocks of what multiplies pairs, and more tokens than it takes at once.
    const int tokens = *rc::gen::weightedOneOf<int>({{6, rc::gen::inRange(1, 18)}, {1, rc::gen::inRange(125, 135)}});
    const int in = *rc::gen::oneOf(rc::gen::inRange(1, 70), rc::gen::inRange(1000, 1100), rc::gen::inRange(2040, 2060));
    const int out = *rc::gen::inRange(1, 40);
    const auto seed = *rc::gen::arbitrary<std::uint32_t>();
    expect_every_path_exact(integers(std::size_t(tokens * in), seed), integers(std::size_t(out * in), ~seed), tokens, in, out);
    RC_ASSERT(!testing::Test::HasFailure());
}

TEST(IntegerProduct, IsExactWhereEverySumIsLargest) {
    // 4096 * 127 * 127 = 66064384 needs 26 bits; a float would hold 24, a pair that saturates at 16 bits 15.
    constexpr int in = 4096;
    for (const int left : {-128, -127, 127})
        for (const int right : {-127, 127}) {
            const std::vector<std::int8_t> x(3 * in, static_cast<std::int8_t>(left)), w(5 * in, static_cast<std::int8_t>(right));
            std::vector<std::int32_t> y(15), pairs(15), few(15);
            gemm(x, w, y, 3, in, 5);
            BytePairs(w, in, 5).multiply(x, pairs, 3);
            multiply_few(x, w, few, 3, in, 5);
            EXPECT_EQ(y, std::vector<std::int32_t>(15, in * left * right));
            EXPECT_EQ(pairs, y);
            EXPECT_EQ(few, y);
        }
}

TEST(IntegerProduct, KeepsTheLastUnitOfALongSum) {
    // One product of 1 beside 1023 of 127 * 127: the sum is odd and close to 2^24, where floats round.
    std::vector<std::int8_t> x(1024, 127), w(1024, 127);
    x[511] = w[511] = 1;
    expect_every_path_exact(x, w, 1, 1024, 1);
}

TEST(IntegerProduct, OfNoTokensIsEmpty) {
    const std::vector<std::int8_t> w{1, 2, 3, 4};
    std::vector<std::int32_t> y;
    gemm(std::vector<std::int8_t>{}, w, y, 0, 2, 2);
    EXPECT_TRUE(y.empty());
    BytePairs(w, 2, 2).multiply(std::vector<std::int8_t>{}, y, 0);
}

TEST(FloatProduct, EqualsTheLoopWithinRounding) {
    constexpr int tokens = 7, in = 301, out = 13;
    std::vector<float> x(tokens * in), w(out * in), y(tokens * out);
    const auto fill = [](std::vector<float>& values, std::uint32_t seed) {
        for (std::uint32_t i = 0; i < values.size(); ++i)
            values[i] = static_cast<float>(unit_interval(philox({i, 0, 0, 0}, {seed, 0})[0]) - 0.5);
    };
    fill(x, 1);
    fill(w, 2);
    gemm(x, w, y, tokens, in, out);
    for (int token = 0; token < tokens; ++token)
        for (int channel = 0; channel < out; ++channel) {
            double sum = 0.0, size = 0.0;
            for (int i = 0; i < in; ++i) {
                const double term = double(x[std::size_t(token * in + i)]) * double(w[std::size_t(channel * in + i)]);
                sum += term;
                size += std::abs(term);
            }
            // A sum of n terms in float errs by at most n * 2^-24 of the sum of their sizes.
            EXPECT_NEAR(y[std::size_t(token * out + channel)], sum, in * 0x1.0p-24 * size);
        }
}

TEST(FloatProduct, IsTheSameFromEveryThread) {
    constexpr int tokens = 16, in = 256, out = 64;
    std::vector<float> x(tokens * in), w(out * in);
    for (std::uint32_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(unit_interval(philox({i, 0, 0, 0}, {3, 0})[0]));
    for (std::uint32_t i = 0; i < w.size(); ++i) w[i] = static_cast<float>(unit_interval(philox({i, 0, 0, 0}, {4, 0})[0]) - 0.5);
    std::vector<float> alone(tokens * out);
    gemm(x, w, alone, tokens, in, out);
    std::vector<std::vector<float>> results(8, std::vector<float>(tokens * out));
    Threads threads(2);
    threads.for_each(results.size(), [&](std::size_t i) { gemm(x, w, results[i], tokens, in, out); });
    for (const auto& result : results) EXPECT_EQ(result, alone);
}

}  // namespace
}  // namespace berth

// SPDX-License-Identifier: Apache-2.0
#include "models/vector/attention_product.hpp"

#include "tests/unit/every_target.hpp"

#include <gtest/gtest.h>

#include <random>

namespace berth::vector {
namespace {

std::vector<std::int8_t> random_bytes(std::size_t count, std::uint32_t seed) {
    std::mt19937 random(seed);
    std::vector<std::int8_t> bytes(count);
    for (std::int8_t& byte : bytes) byte = static_cast<std::int8_t>(static_cast<int>(random() % 255) - 127);
    return bytes;
}

TEST(AttentionProduct, ScoresAreExactOnEveryTarget) {
    for (const std::size_t tokens : {1u, 5u, 16u, 43u}) {
        const std::size_t width = 24, stride = 50;
        const auto q = random_bytes(tokens * stride, 1), k = random_bytes(tokens * stride, 2);
        test::on_every_target([&] {
            std::vector<std::int32_t> y(tokens * tokens);
            AttentionProduct().scores({q.data(), tokens, width, stride}, {k.data(), tokens, width, stride}, y);
            for (std::size_t i = 0; i < tokens; ++i) {
                for (std::size_t j = 0; j < tokens; ++j) {
                    std::int32_t sum = 0;
                    for (std::size_t c = 0; c < width; ++c) sum += q[i * stride + c] * k[j * stride + c];
                    EXPECT_EQ(y[i * tokens + j], sum);
                }
            }
        });
    }
}

TEST(AttentionProduct, ScoresOfTheLargestBytesAreExactInWideHeads) {
    const std::size_t width = 2500;
    const std::vector<std::int8_t> q(width, 127), k(width, -127);
    std::vector<std::int32_t> y(1);
    AttentionProduct().scores({q.data(), 1, width, width}, {k.data(), 1, width, width}, y);
    EXPECT_EQ(y[0], -2500 * 127 * 127);
}

TEST(AttentionProduct, ContextIsExactOnEveryTarget) {
    const std::size_t tokens = 1300, width = 20;
    const auto v = random_bytes(tokens * width, 3);
    std::vector<std::int32_t> weights(2 * tokens, 50);
    weights[7] = 3;
    test::on_every_target([&] {
        std::vector<std::int32_t> y(2 * width);
        AttentionProduct().context(weights, {v.data(), tokens, width, width}, y);
        for (std::size_t i = 0; i < 2; ++i) {
            for (std::size_t c = 0; c < width; ++c) {
                std::int32_t sum = 0;
                for (std::size_t j = 0; j < tokens; ++j) sum += weights[i * tokens + j] * v[j * width + c];
                EXPECT_EQ(y[i * width + c], sum);
            }
        }
    });
}

}  // namespace
}  // namespace berth::vector

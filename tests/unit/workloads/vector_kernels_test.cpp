// SPDX-License-Identifier: Apache-2.0
#include "workloads/vector_kernels.hpp"

#include <gtest/gtest.h>
#include <hwy/highway.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>

namespace berth::workloads {
namespace {

/// Every case runs once on each kind of vectors that this machine has.
class VectorKernels : public testing::TestWithParam<std::int64_t> {
protected:
    void SetUp() override { hwy::SetSupportedTargetsForTest(GetParam()); }
    void TearDown() override {
        hwy::SetSupportedTargetsForTest(0);
        hwy::GetChosenTarget().DeInit();
    }
};

INSTANTIATE_TEST_SUITE_P(Targets, VectorKernels, testing::ValuesIn(hwy::SupportedAndGeneratedTargets()),
                         [](const auto& test) { return std::string(hwy::TargetName(test.param)); });

std::vector<float> random_row(std::size_t count, int spread = 1000) {
    const auto whole = *rc::gen::container<std::vector<int>>(count, rc::gen::inRange(-spread, spread));
    std::vector<float> row;
    for (const int value : whole) row.push_back(static_cast<float>(value) / 250.0f);
    return row;
}

double exact_gelu(double x) { return 0.5 * x * std::erfc(-x / std::sqrt(2.0)); }
double exact_tanh_gelu(double x) { return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * x * x * x))); }

TEST_P(VectorKernels, GeluKeepsItsErrorBoundOverTheWholeRange) {
    std::vector<float> x;
    for (int i = -20000; i <= 20000; ++i) x.push_back(static_cast<float>(i) / 1000.0f);
    std::vector<float> erf = x, tanh = x;
    const std::vector<float> none(x.size(), 0.0f);
    add_bias_and_gelu(erf, none, Gelu::erf);
    add_bias_and_gelu(tanh, none, Gelu::tanh);
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double size = std::abs(x[i]), rounding = 2e-7 * size;
        EXPECT_NEAR(erf[i], exact_gelu(x[i]), 7.5e-8 * size + rounding + 1e-12) << x[i];
        EXPECT_NEAR(tanh[i], exact_tanh_gelu(x[i]), 4e-7 * size + 1e-12) << x[i];
    }
}

TEST_P(VectorKernels, GeluOfHugeValuesIsTheValueOrNothing) {
    std::vector<float> x{1e30f, -1e30f, 100.0f, -100.0f, 0.0f};
    add_bias_and_gelu(x, std::vector<float>(5, 0.0f), Gelu::erf);
    EXPECT_EQ(x[0], 1e30f);
    EXPECT_EQ(x[2], 100.0f);
    EXPECT_NEAR(x[3], 0.0, 1e-30);
    EXPECT_EQ(x[4], 0.0f);
    EXPECT_LE(std::abs(x[1]), 1e-7f * 1e30f);
}

TEST_P(VectorKernels, BiasIsAddedToEveryRowOfAnyWidth) {
    EXPECT_TRUE(rc::check([] {
        const auto width = *rc::gen::inRange<std::size_t>(1, 40), rows = *rc::gen::inRange<std::size_t>(1, 4);
        const auto x = random_row(rows * width), bias = random_row(width);
        auto sum = x, tanh = x, relu = x;
        add_bias(sum, bias);
        add_bias_and_tanh(tanh, bias);
        add_bias_and_relu(relu, bias);
        for (std::size_t i = 0; i < x.size(); ++i) {
            RC_ASSERT(sum[i] == x[i] + bias[i % width]);
            RC_ASSERT(relu[i] == std::max(0.0f, sum[i]));
            RC_ASSERT(std::abs(tanh[i] - std::tanh(double(sum[i]))) < 1e-6);
        }
    }));
}

TEST_P(VectorKernels, NormalisedRowsHaveMeanAndVarianceOfBetaAndGamma) {
    EXPECT_TRUE(rc::check([] {
        const auto width = *rc::gen::inRange<std::size_t>(2, 40);
        const auto before = random_row(width), residual = random_row(width), bias = random_row(width), gamma = random_row(width),
                   beta = random_row(width);
        auto x = before;
        add_and_normalise_rows(x, residual, bias, gamma, beta, 1e-3f);
        std::vector<double> sum;
        for (std::size_t i = 0; i < width; ++i) sum.push_back(double(before[i]) + residual[i] + bias[i]);
        double mean = 0, variance = 0;
        for (const double value : sum) mean += value / double(width);
        for (const double value : sum) variance += (value - mean) * (value - mean) / double(width);
        for (std::size_t i = 0; i < width; ++i) {
            const double expected = (sum[i] - mean) / std::sqrt(variance + 1e-3) * gamma[i] + beta[i];
            RC_ASSERT(std::abs(x[i] - expected) < 1e-3 * (1 + std::abs(expected)));
        }
    }));
}

TEST_P(VectorKernels, AttentionIsTheSoftmaxWeightedMeanOfValues) {
    EXPECT_TRUE(rc::check([] {
        const auto tokens = *rc::gen::inRange<std::size_t>(1, 40), width = *rc::gen::inRange<std::size_t>(1, 40);
        const auto stride = width + *rc::gen::inRange<std::size_t>(0, 5), queries = *rc::gen::inRange<std::size_t>(1, tokens + 1);
        const auto q = random_row(tokens * stride), k = random_row(tokens * stride), v = random_row(tokens * stride);
        constexpr float untouched = 99.0f;
        std::vector<float> context(tokens * stride, untouched), scratch;
        attend({q.data(), k.data(), v.data(), context.data(), int(tokens), int(queries), int(width), int(stride)}, scratch);
        for (std::size_t i = 0; i < tokens; ++i) {
            std::vector<double> weights;
            double total = 0;
            for (std::size_t j = 0; j < tokens; ++j) {
                double dot = 0;
                for (std::size_t c = 0; c < width; ++c) dot += double(q[i * stride + c]) * k[j * stride + c];
                weights.push_back(dot / std::sqrt(double(width)));
            }
            const double top = *std::max_element(weights.begin(), weights.end());
            for (double& weight : weights) total += weight = std::exp(weight - top);
            for (std::size_t c = 0; c < stride; ++c) {
                double expected = 0;
                for (std::size_t j = 0; j < tokens; ++j) expected += weights[j] / total * v[j * stride + c];
                if (c >= width || i >= queries)
                    RC_ASSERT(context[i * stride + c] == untouched);
                else
                    RC_ASSERT(std::abs(context[i * stride + c] - expected) < 1e-3);
            }
        }
    }));
}

}  // namespace
}  // namespace berth::workloads

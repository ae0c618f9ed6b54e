// SPDX-License-Identifier: Apache-2.0
#include "compressor/adapter_delta.hpp"

#include "compressor/low_rank.hpp"
#include "compressor/quantise.hpp"
#include "tests/unit/compressor/random_rows.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace berth::compressor {
namespace {

workloads::LowRankFactors random_factors(std::uint32_t stream, int out, int in, int rank) {
    test::Numbers numbers(stream);
    const auto count = [](int one, int other) { return static_cast<std::size_t>(one) * static_cast<std::size_t>(other); };
    return {out, in, rank, 0.5F, numbers.reals(count(rank, in)), numbers.reals(count(out, rank))};
}

Rows product_of(const workloads::LowRankFactors& factors) {
    Rows sum = Rows::Zero(factors.out, factors.in);
    factors.add_to(values_of(sum));
    return sum;
}

std::shared_ptr<const inference::Int8Matrix> rounded(const Rows& weights, int magnitude_bits = 7) {
    return quantise(values_of(weights), static_cast<int>(weights.rows()), static_cast<int>(weights.cols()), magnitude_bits);
}

TEST(AdapterDelta, KnowsWhatAStoredMatrixIsARoundingOf) {
    test::Numbers numbers(1);
    const Rows weights = test::random_rows(numbers, 9, 14);
    inference::Int8Matrix stored = *rounded(weights);
    EXPECT_TRUE(is_rounding_of(weights, stored));
    EXPECT_FALSE(is_rounding_of(weights, *rounded(weights, 6))) << "of fewer bits, whose errors a delta is to make up for";
    inference::Int8Matrix moved = stored;
    moved.values[17] = static_cast<std::int8_t>(moved.values[17] > 0 ? moved.values[17] - 1 : moved.values[17] + 1);
    EXPECT_FALSE(is_rounding_of(weights, moved));
    // Beyond the largest code a weight is as near as it can be.
    Rows beyond = weights;
    stored.values[5] = weights(0, 5) > 0.0F ? std::int8_t{127} : std::int8_t{-127};
    beyond(0, 5) = 150.0F * stored.scales[0] * (weights(0, 5) > 0.0F ? 1.0F : -1.0F);
    EXPECT_TRUE(is_rounding_of(beyond, stored));
    beyond(0, 5) = -beyond(0, 5);
    EXPECT_FALSE(is_rounding_of(beyond, stored));
}

TEST(AdapterDelta, IsAloneWhereTheBaseIsAsItWas) {
    test::Numbers numbers(2);
    const Rows base = test::random_rows(numbers, 12, 10);
    const workloads::LowRankFactors factors = random_factors(3, 12, 10, 2);
    const auto stored = rounded(base);
    const Rows merged = base + product_of(factors);
    EXPECT_TRUE(is_adapter_alone(merged, &factors, *stored));
    EXPECT_TRUE(is_adapter_alone(base, nullptr, *stored));
    EXPECT_FALSE(is_adapter_alone(merged, nullptr, *stored));
    EXPECT_FALSE(is_adapter_alone(base, &factors, *stored));
    Rows trained = merged;
    trained(3, 3) += 2.0F * stored->scales[3];
    EXPECT_FALSE(is_adapter_alone(trained, &factors, *stored)) << "something else was trained too";
}

/// What quantising the factors loses is what quantising those of the product's decomposition loses, whatever the sizes of an adapter's
/// vectors, and its rank is the adapter's.
TEST(AdapterDelta, LosesNoMoreThanFactorsOfTheMergedMatrix) {
    for (std::uint32_t stream = 0; stream < 6; ++stream) {
        workloads::LowRankFactors factors = random_factors(20 + stream, 24, 40, 3);
        // The first vector large below and small above: the product alone counts.
        for (int i = 0; i < factors.in; ++i) factors.down[static_cast<std::size_t>(i)] *= 1000.0F;
        for (int o = 0; o < factors.out; ++o) factors.up[static_cast<std::size_t>(o * factors.rank)] /= 1000.0F;
        test::Numbers numbers(40 + stream);
        const SiteCalibration site = test::random_site(numbers, 24, 40);
        const Rows delta = product_of(factors);
        for (const int bits : {2, 4, 7}) {
            const auto own = quantise_factors(factors, site, bits, 3);
            ASSERT_NE(own, nullptr);
            EXPECT_EQ(own->down->out, 3);
            EXPECT_EQ(own->up->in, 3);
            EXPECT_EQ(own->down->magnitude_bits, bits);
            const auto extracted = factorise(delta, site, spectrum_of(delta, site, 3), 3, bits, 3);
            EXPECT_LT(calibrated_loss(delta - real_values(*own), site), 1.1 * calibrated_loss(delta - real_values(extracted), site) + 1e-6)
                << bits;
        }
        EXPECT_LT((real_values(*quantise_factors(factors, site, 7, 3)) - delta).norm(), 0.02F * delta.norm());
    }
}

TEST(AdapterDelta, OfAFreshAdapterIsNothing) {
    workloads::LowRankFactors factors = random_factors(9, 8, 8, 2);
    std::fill(factors.up.begin(), factors.up.end(), 0.0F);
    test::Numbers numbers(10);
    EXPECT_EQ(quantise_factors(factors, test::random_site(numbers, 8, 8), 3, 3), nullptr);
}

TEST(BalancedDown, IsTheFirstFactorOfTheProductsSpectrum) {
    test::Numbers numbers(12);
    const Eigen::MatrixXf up = test::random_rows(numbers, 20, 4), down = test::random_rows(numbers, 4, 15);
    const SiteCalibration site = test::random_site(numbers, 20, 15);
    const Eigen::MatrixXf balanced = balanced_down(up, down, site);
    const Spectrum spectrum = spectrum_of(up * down, site, 4);
    for (Eigen::Index row = 0; row < 4; ++row) {
        const float same = (balanced.row(row) - spectrum.down.row(row)).norm(),
                    turned = (balanced.row(row) + spectrum.down.row(row)).norm();
        EXPECT_LT(std::min(same, turned), 1e-2F * spectrum.down.row(row).norm());
    }
}

}  // namespace
}  // namespace berth::compressor

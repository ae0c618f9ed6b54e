// SPDX-License-Identifier: Apache-2.0
#include "compressor/low_rank.hpp"

#include "compressor/allocation.hpp"
#include "compressor/error_feedback.hpp"
#include "tests/unit/compressor/random_rows.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace berth::compressor {
namespace {

double input_loss(const Rows& error, const Eigen::MatrixXf& inputs) { return (error * inputs).cwiseProduct(error).sum(); }

TEST(ErrorFeedback, RoundsToTheNearestWhereInputsAreIndependent) {
    test::Numbers numbers(1);
    const Rows weights = test::random_rows(numbers, 5, 70);
    const auto matrix = quantise_with_feedback(weights, 3, Eigen::MatrixXf::Identity(70, 70));
    ASSERT_EQ(matrix.magnitude_bits, 3);
    for (Eigen::Index row = 0; row < 5; ++row)
        for (Eigen::Index i = 0; i < 70; ++i) {
            const float scale = matrix.scales[static_cast<std::size_t>(row)];
            const float expected = std::clamp(std::round(weights(row, i) / scale), -7.0F, 7.0F);
            EXPECT_EQ(static_cast<float>(matrix.values[static_cast<std::size_t>(row * 70 + i)]), expected);
        }
}

TEST(ErrorFeedback, LosesLessThanRoundingInTheNormOfTheInputs) {
    test::Numbers numbers(2);
    for (int trial = 0; trial < 8; ++trial) {
        const Rows weights = test::random_rows(numbers, 12, 96);
        const Eigen::MatrixXf inputs = damped(test::random_moments(numbers, 96, 40), 0.01F);
        for (const int bits : {1, 2, 4}) {
            const auto with = quantise_with_feedback(weights, bits, inputs);
            const Vector scales = Eigen::Map<const Vector>(with.scales.data(), 12);
            const float most = static_cast<float>((1 << bits) - 1);
            const Rows rounded =
                scales.asDiagonal() * Rows((scales.cwiseInverse().asDiagonal() * weights).array().round().min(most).max(-most));
            EXPECT_LT(input_loss(weights - real_values(with), inputs), 0.8 * input_loss(weights - rounded, inputs));
        }
    }
}

TEST(ErrorFeedback, KeepsRowsOfZerosAndRefusesMomentsThatAreNot) {
    const Rows zeros = Rows::Zero(2, 4);
    EXPECT_EQ(real_values(quantise_with_feedback(zeros, 1, Eigen::MatrixXf::Identity(4, 4))), zeros);
    EXPECT_THROW((void)quantise_with_feedback(zeros, 1, -Eigen::MatrixXf::Identity(4, 4)), std::invalid_argument);
}

TEST(Spectrum, LeavesTheSquaresOfTheValuesLeftOut) {
    test::Numbers numbers(3);
    for (const auto& [out, in] : {std::pair{10, 24}, std::pair{24, 10}}) {
        const Rows delta = test::random_rows(numbers, out, in);
        SiteCalibration site = test::random_site(numbers, out, in);
        const Spectrum spectrum = spectrum_of(delta, site, 10);
        for (const int rank : {1, 4, 9}) {
            // The norm of the spectrum is that of the damped moments.
            SiteCalibration norm{site.mean, damped(site.inputs, 0.01F), damped(site.outputs, 0.05F)};
            const Rows left = delta - Rows(spectrum.up.leftCols(rank) * spectrum.down.topRows(rank));
            const double expected = spectrum.values.tail(10 - rank).cast<double>().squaredNorm();
            EXPECT_NEAR(calibrated_loss(left, norm), expected, 1e-3 * expected + 1e-5);
        }
    }
}

TEST(LowRank, FactorsOfManyBitsGiveBackAMatrixOfTheirRank) {
    test::Numbers numbers(4);
    const Rows delta = test::random_rows(numbers, 20, 3) * test::random_rows(numbers, 3, 30);
    const SiteCalibration site = test::random_site(numbers, 20, 30);
    const auto factors = factorise(delta, site, spectrum_of(delta, site, 3), 3, 7, 3);
    EXPECT_EQ(factors.down->out, 3);
    EXPECT_EQ(factors.up->in, 3);
    EXPECT_LT((real_values(factors) - delta).norm(), 0.02F * delta.norm());
}

TEST(LowRank, FewerBitsLoseMoreAndStillGain) {
    test::Numbers numbers(6);
    const Rows delta = test::random_rows(numbers, 48, 64);
    const SiteCalibration site = test::random_site(numbers, 48, 64);
    const Spectrum spectrum = spectrum_of(delta, site, 24);
    double before = calibrated_loss(delta, site);
    for (const int bits : {1, 2, 6}) {
        const double loss = calibrated_loss(delta - real_values(factorise(delta, site, spectrum, 24, bits, 3)), site);
        EXPECT_LT(loss, before);
        before = loss;
    }
}

}  // namespace
}  // namespace berth::compressor

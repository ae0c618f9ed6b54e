// SPDX-License-Identifier: Apache-2.0
#include "compressor/dictionary.hpp"

#include "compressor/low_rank.hpp"
#include "tests/unit/compressor/random_rows.hpp"

#include <gtest/gtest.h>
#include <Eigen/QR>

#include <algorithm>

namespace berth::compressor {
namespace {

constexpr int kOut = 24, kIn = 36;
constexpr CommonFactor kBoth[] = {CommonFactor::up, CommonFactor::down};

double loss(const Dictionary& dictionary, std::span<const DeltaOfTask> tasks, CommonFactor which) {
    double sum = 0.0;
    for (std::size_t t = 0; t < tasks.size(); ++t)
        sum += calibrated_loss(tasks[t].delta - real_values(dictionary.delta(t, which)), tasks[t].site);
    return sum;
}

/// What low-rank factors of each task's own lose, at the best split of `ranks` vectors between the tasks.
double loss_of_own(std::span<const DeltaOfTask> tasks, int ranks) {
    std::vector<double> kept;
    double all = 0.0;
    for (const DeltaOfTask& task : tasks)
        for (const float value : spectrum_values(task.delta, task.site)) {
            kept.push_back(double{value} * value);
            all += kept.back();
        }
    std::sort(kept.rbegin(), kept.rend());
    for (int i = 0; i < ranks; ++i) all -= kept[static_cast<std::size_t>(i)];
    return all;
}

TEST(Dictionary, OfOneTaskIsItsLowRankDelta) {
    test::Numbers numbers(1);
    const Rows delta = test::random_rows(numbers, kOut, kIn);
    const SiteCalibration site = test::random_site(numbers, kOut, kIn);
    const std::vector<DeltaOfTask> tasks{{delta, site}};
    const double own = calibrated_loss(delta - real_values(factorise(delta, site, spectrum_of(delta, site, 6), 6, 5, 3)), site);
    for (const CommonFactor which : kBoth) {
        const Dictionary dictionary = make_dictionary(tasks, which, 6, 5, 3);
        EXPECT_EQ(dictionary.delta(0, which).down->out, 6);
        EXPECT_NEAR(loss(dictionary, tasks, which), own, 0.03 * own);
    }
}

TEST(Dictionary, OfTheSameDeltaTwiceIsOneLowRankDeltaForBothAtNoExtraLoss) {
    test::Numbers numbers(2);
    const Rows delta = test::random_rows(numbers, kOut, kIn);
    const SiteCalibration site = test::random_site(numbers, kOut, kIn);
    const std::vector<DeltaOfTask> one{{delta, site}}, two{{delta, site}, {delta, site}};
    for (const CommonFactor which : kBoth)
        for (const int bits : {2, 7}) {
            const Dictionary dictionary = make_dictionary(two, which, 5, bits, 3);
            EXPECT_EQ(dictionary.own[0], dictionary.own[1]) << "one object";
            EXPECT_NEAR(loss(dictionary, two, which), 2.0 * loss(make_dictionary(one, which, 5, bits, 3), one, which),
                        0.01 * loss(dictionary, two, which));
        }
}

TEST(Dictionary, HoldsDeltasThatLieInOneSpace) {
    test::Numbers numbers(3);
    for (const CommonFactor which : kBoth) {
        const Rows basis = which == CommonFactor::up ? test::random_rows(numbers, kOut, 4) : test::random_rows(numbers, 4, kIn);
        std::vector<Rows> deltas;
        std::vector<SiteCalibration> sites;
        for (int t = 0; t < 3; ++t) {
            deltas.push_back(which == CommonFactor::up ? Rows(basis * test::random_rows(numbers, 4, kIn))
                                                       : Rows(test::random_rows(numbers, kOut, 4) * basis));
            sites.push_back(test::random_site(numbers, kOut, kIn));
        }
        std::vector<DeltaOfTask> tasks;
        for (std::size_t t = 0; t < 3; ++t) tasks.push_back({deltas[t], sites[t]});
        const Dictionary dictionary = make_dictionary(tasks, which, 4, 7, 3);
        for (std::size_t t = 0; t < 3; ++t)
            EXPECT_LT((real_values(dictionary.delta(t, which)) - deltas[t]).norm(), 0.03F * deltas[t].norm());
    }
}

/// Where no task's vectors are of use to another, a basis of R vectors keeps no more than R vectors of the tasks' own, and its cells are
/// more: the basis's side once, and every task's other side R times where theirs come to R times in all.
TEST(Dictionary, GainsNothingOnOrthogonalDeltas) {
    for (std::uint32_t stream = 0; stream < 8; ++stream) {
        test::Numbers numbers(10 + stream);
        constexpr int rank = 4, count = 3;
        const Rows square_out = test::random_rows(numbers, kOut, kOut), square_in = test::random_rows(numbers, kIn, kIn);
        const Eigen::MatrixXf left = Eigen::HouseholderQR<Eigen::MatrixXf>(square_out).householderQ();
        const Eigen::MatrixXf right = Eigen::HouseholderQR<Eigen::MatrixXf>(square_in).householderQ();
        SiteCalibration plain{Vector::Zero(kIn), Rows::Identity(kIn, kIn), Rows::Identity(kOut, kOut) / static_cast<float>(kOut)};
        std::vector<Rows> deltas;
        for (int t = 0; t < count; ++t) {
            const Eigen::MatrixXf sizes = (test::random_rows(numbers, rank, 1).array().abs() + 0.1F).matrix().asDiagonal();
            deltas.push_back(left.middleCols(t * rank, rank) * sizes * right.middleCols(t * rank, rank).transpose());
        }
        std::vector<DeltaOfTask> tasks;
        for (const Rows& delta : deltas) tasks.push_back({delta, plain});
        for (const CommonFactor which : kBoth)
            for (const int vectors : {2, 5, 9}) {
                const double own = loss_of_own(tasks, vectors);
                EXPECT_GE(loss(make_dictionary(tasks, which, vectors, 7, 3), tasks, which), 0.9 * own) << vectors;
            }
    }
}

TEST(Dictionary, TakesFurtherTasksOnTheBasisThatIsThere) {
    test::Numbers numbers(5);
    const Rows basis = test::random_rows(numbers, kOut, 4);
    const Rows first = basis * test::random_rows(numbers, 4, kIn), second = basis * test::random_rows(numbers, 4, kIn),
               other = test::random_rows(numbers, kOut, kIn);
    const SiteCalibration site = test::random_site(numbers, kOut, kIn);
    const std::vector<DeltaOfTask> there{{first, site}}, more{{second, site}, {other, site}};
    const auto common = make_dictionary(there, CommonFactor::up, 4, 7, 3).common;
    const Dictionary extended = extend_dictionary(more, CommonFactor::up, common, 7);
    EXPECT_EQ(extended.common, common);
    EXPECT_LT((real_values(extended.delta(0, CommonFactor::up)) - second).norm(), 0.05F * second.norm());
    EXPECT_GT((real_values(extended.delta(1, CommonFactor::up)) - other).norm(), 0.5F * other.norm()) << "not in that space";
}

TEST(Dictionary, OfZerosIsZeros) {
    test::Numbers numbers(6);
    const Rows zeros = Rows::Zero(kOut, kIn);
    const SiteCalibration site = test::random_site(numbers, kOut, kIn);
    const std::vector<DeltaOfTask> tasks{{zeros, site}, {zeros, site}};
    for (const CommonFactor which : kBoth) EXPECT_EQ(real_values(make_dictionary(tasks, which, 3, 3, 2).delta(1, which)), zeros);
}

}  // namespace
}  // namespace berth::compressor

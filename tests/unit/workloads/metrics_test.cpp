// SPDX-License-Identifier: Apache-2.0
#include "workloads/metrics.hpp"

#include "models/core/error.hpp"
#include "tests/unit/core/refusal.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <limits>

namespace berth::workloads {
namespace {

using Values = std::vector<double>;

/// Three true positives, one false positive, two false negatives, two true negatives.
const Values kPredicted{1, 1, 1, 1, 0, 0, 0, 0}, kLabels{1, 1, 1, 0, 1, 1, 0, 0};

TEST(Metrics, AgreeWithTheirClosedForms) {
    EXPECT_DOUBLE_EQ(score("accuracy", kPredicted, kLabels), 5.0 / 8);
    EXPECT_DOUBLE_EQ(score("f1", kPredicted, kLabels), 6.0 / 9);
    EXPECT_DOUBLE_EQ(score("mcc", kPredicted, kLabels), (3.0 * 2 - 1 * 2) / std::sqrt(4.0 * 5 * 3 * 4));
}

TEST(Metrics, MatthewsOfThreeClasses) {
    // 4 of 6 right; predicted 2, 3, 1 and true 2, 2, 2: (24 - 12) / sqrt((36 - 14) (36 - 12)).
    EXPECT_DOUBLE_EQ(score("mcc", Values{0, 1, 1, 1, 2, 0}, Values{0, 0, 1, 1, 2, 2}), 12 / std::sqrt(22.0 * 24));
}

TEST(Metrics, CorrelationsByHand) {
    EXPECT_DOUBLE_EQ(score("pearson", Values{1, 2, 3}, Values{2, 4, 9}), 7 / std::sqrt(2.0 * 26));
    EXPECT_DOUBLE_EQ(score("spearman", Values{1, 2, 3}, Values{2, 4, 9000}), 1.0);
    // Ranks 1, 2.5, 2.5, 4 and 1, 3, 2, 4.
    EXPECT_DOUBLE_EQ(score("spearman", Values{1, 2, 2, 3}, Values{1, 3, 2, 4}), 4.5 / std::sqrt(4.5 * 5));
}

TEST(Metrics, AreZeroWhereUndefined) {
    for (const std::string& metric : metric_names()) EXPECT_EQ(score(metric, Values{}, Values{}), 0.0) << metric;
    EXPECT_EQ(score("f1", Values{0, 0}, Values{0, 0}), 0.0);
    EXPECT_EQ(score("mcc", Values{1, 1}, Values{0, 1}), 0.0);
    EXPECT_EQ(score("pearson", Values{1, 1}, Values{0, 1}), 0.0);
    EXPECT_EQ(score("spearman", Values{std::numeric_limits<double>::quiet_NaN(), 1}, Values{0, 1}), 0.0);
    EXPECT_THROW((void)score("bleu", Values{1}, Values{1}), std::invalid_argument);
    EXPECT_THROW((void)score("f1", Values{1}, Values{1, 0}), std::invalid_argument);
}

TEST(Metrics, StayInTheirRangeAndAreOneForPerfection) {
    EXPECT_TRUE(rc::check([] {
        const auto count = *rc::gen::inRange<std::size_t>(2, 30);
        const auto classes = rc::gen::container<std::vector<int>>(count, rc::gen::inRange(0, 4));
        const std::vector<int> left = *classes, right = *classes;
        const Values predictions(left.begin(), left.end()), labels(right.begin(), right.end());
        const bool varied = std::any_of(left.begin(), left.end(), [&](int value) { return value != left.front(); });
        for (const std::string& metric : metric_names()) {
            const double value = score(metric, predictions, labels);
            RC_ASSERT(value >= -1.0 && value <= 1.0);
            const bool defined = varied && (metric != "f1" || std::count(left.begin(), left.end(), 1) > 0);
            if (defined) RC_ASSERT(std::abs(score(metric, predictions, predictions) - 1.0) < 1e-12);
        }
    }));
}

TEST(Metrics, SpearmanSeesOnlyTheOrder) {
    EXPECT_TRUE(rc::check([] {
        const auto count = *rc::gen::inRange<std::size_t>(2, 30);
        const auto whole = rc::gen::container<std::vector<int>>(count, rc::gen::inRange(-50, 50));
        const std::vector<int> left = *whole, right = *whole;
        const Values x(left.begin(), left.end()), y(right.begin(), right.end());
        Values bent;
        for (const double value : x) bent.push_back(std::exp(value / 10));
        RC_ASSERT(std::abs(score("spearman", x, y) - score("spearman", bent, y)) < 1e-12);
    }));
}

TEST(Metrics, PredictTakesTheFirstLargestLogitOrTheScore) {
    EXPECT_EQ(predict(std::vector<float>{0.5f, 2.0f, 2.0f}, false), 1.0);
    EXPECT_EQ(predict(std::vector<float>{0.5f}, true), 0.5);
}

TEST(Metrics, AreChosenByOptionThenTaskThenKind) {
    BertConfig config;
    EXPECT_EQ(choose_metric("pearson", config, "--metric"), "pearson");
    EXPECT_EQ(choose_metric("", config, "--metric"), "accuracy");
    config.regression = true;
    EXPECT_EQ(choose_metric("", config, "--metric"), "spearman");
    for (const auto& [task, metric] : {std::pair{"cola", "mcc"}, {"mrpc", "f1"}, {"qqp", "f1"}, {"stsb", "spearman"}}) {
        config.finetuning_task = task;
        EXPECT_EQ(choose_metric("", config, "--metric"), metric);
    }
    EXPECT_EQ(test::refusal([&] { (void)choose_metric("bleu", config, "--metric"); }).find("--metric: is bleu"), 0U);
}

}  // namespace
}  // namespace berth::workloads

// SPDX-License-Identifier: Apache-2.0
#include "compressor/delta.hpp"
#include "compressor/quantise.hpp"
#include "compressor/task_deltas.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <numeric>

namespace berth::compressor {
namespace {

std::vector<float> reals(int count) {
    std::vector<float> values;
    for (int i = 0; i < count; ++i) values.push_back(static_cast<float>(*rc::gen::inRange(-100000, 100001)) * 1e-5F);
    return values;
}

/// `weights` moved a little, as fine-tuning does.
std::vector<float> moved(std::vector<float> weights, int steps) {
    for (float& weight : weights) weight += static_cast<float>(*rc::gen::inRange(-steps, steps + 1)) * 1e-3F;
    return weights;
}

DeltaMatrix delta_of(int out, int in, std::vector<std::int16_t> values) { return {out, in, std::move(values)}; }

TEST(QuantiseAt, RoundsToNearestEvenAndClips) {
    const std::vector<float> values{0.5F, 1.5F, 2.5F, -0.5F, 500.0F, -500.0F}, scales{1.0F, 2.0F};
    EXPECT_EQ(quantise_at(values, scales), (std::vector<std::int8_t>{0, 2, 2, 0, 127, -127}));
}

RC_GTEST_PROP(Delta, OnItsBaseGivesTheFineTunedIntegersExactly, ()) {
    const int out = *rc::gen::inRange(1, 6), in = *rc::gen::inRange(1, 9);
    const auto base_weights = reals(out * in), fine_tuned = moved(base_weights, 100);
    const auto base = inference::quantise_rows(base_weights, out, in);
    const DeltaMatrix delta = subtract(fine_tuned, base);
    const auto expected = quantise_at(fine_tuned, base.scales);
    RC_PRE(magnitudes_of(delta).largest() <= 127);
    std::vector<std::int32_t> channels(static_cast<std::size_t>(out));
    std::iota(channels.begin(), channels.end(), 0);
    const inference::Linear linear{std::make_shared<const inference::Int8Matrix>(base),
                                   std::make_shared<const inference::MatrixDelta>(encode(delta, kMostMagnitudeBits, channels)),
                                   {}};
    RC_ASSERT(linear.effective().values == expected);
}

RC_GTEST_PROP(Delta, OfDeletedChannelsLeavesTheBase, ()) {
    const int out = *rc::gen::inRange(2, 8), in = *rc::gen::inRange(1, 9);
    const auto base_weights = reals(out * in);
    const auto base = std::make_shared<const inference::Int8Matrix>(inference::quantise_rows(base_weights, out, in));
    const DeltaMatrix delta = subtract(moved(base_weights, 50), *base);
    const auto kept = *rc::gen::container<std::vector<bool>>(static_cast<std::size_t>(out), rc::gen::arbitrary<bool>());
    std::vector<std::int32_t> channels;
    for (int channel = 0; channel < out; ++channel)
        if (kept[static_cast<std::size_t>(channel)]) channels.push_back(channel);
    const inference::Linear linear{base, std::make_shared<const inference::MatrixDelta>(encode(delta, 1, channels)), {}};
    const auto effective = linear.effective();
    for (std::size_t i = 0; i < effective.values.size(); ++i) {
        const int step = effective.values[i] - base->values[i];
        const bool deleted = !kept[i / static_cast<std::size_t>(in)];
        const int ternary = (delta.values[i] > 0) - (delta.values[i] < 0);
        RC_ASSERT(step == (deleted ? 0 : ternary));
    }
}

RC_GTEST_PROP(Magnitudes, CosineNeverFallsWithPrecision, ()) {
    const auto values = *rc::gen::container<std::vector<std::int16_t>>(rc::gen::inRange<std::int16_t>(-254, 255));
    Magnitudes magnitudes;
    magnitudes.add(values);
    double before = 0.0;
    for (int limit = 1; limit <= Magnitudes::kLargest; ++limit) {
        const double cosine = magnitudes.clipped_cosine(limit);
        RC_ASSERT(cosine >= before - 1e-12);
        RC_ASSERT(cosine <= 1.0 + 1e-12);
        before = cosine;
    }
}

TEST(Magnitudes, DescribeADeltaInClosedForm) {
    const Magnitudes magnitudes = magnitudes_of(delta_of(2, 3, {0, 1, -1, 0, 3, -3}));
    EXPECT_EQ(magnitudes.total(), 6u);
    EXPECT_DOUBLE_EQ(magnitudes.nonzero_share(), 4.0 / 6.0);
    EXPECT_DOUBLE_EQ(magnitudes.mean_magnitude(), 2.0);
    EXPECT_EQ(magnitudes.largest(), 3);
    EXPECT_DOUBLE_EQ(magnitudes.clipped_cosine(1), 8.0 / std::sqrt(20.0 * 4.0));
    EXPECT_DOUBLE_EQ(magnitudes.clipped_cosine(3), 1.0);
}

TEST(FirstStage, TakesTheLowestStepThatKeepsTheCosine) {
    EXPECT_EQ(precision_steps(1), (std::vector<int>{1, 2, 3, 4, 5, 6, 7}));
    EXPECT_EQ(precision_steps(2), (std::vector<int>{2, 4, 6, 7}));
    EXPECT_EQ(precision_steps(4), (std::vector<int>{4, 7}));
    const auto ternary = magnitudes_of(delta_of(1, 4, {1, -1, 0, 1}));
    EXPECT_EQ(lowest_precision(ternary, 1), 1);
    EXPECT_EQ(lowest_precision(ternary, 4), 4);
    // Clipped to 1, {1, 1, 3, 3} keeps 8 / sqrt(80) = 0.894; to 3, all of it.
    EXPECT_EQ(lowest_precision(magnitudes_of(delta_of(1, 4, {1, -1, 3, -3})), 1), 2);
    // Clipped to 3, {254, 1} keeps 763 / (254.002 * sqrt(10)) = 0.9499; to 7, 1779 / (254.002 * sqrt(50)) = 0.9905.
    EXPECT_EQ(lowest_precision(magnitudes_of(delta_of(1, 2, {254, 1})), 1), 3);
    EXPECT_EQ(lowest_precision(magnitudes_of(delta_of(1, 3, {0, 0, 0})), 1), 0);
    std::vector<std::int16_t> spread(64, 1);
    spread[0] = 254;
    EXPECT_EQ(lowest_precision(magnitudes_of(delta_of(1, 64, spread)), 1), 5) << "31 * 254 + 63 over 254.124 * sqrt(31^2 + 63)";
}

TEST(SecondStage, RanksChannelsByTheirNormInRealUnits) {
    const DeltaMatrix delta = delta_of(3, 2, {3, 4, 0, 0, 1, 0});
    const std::vector<float> scales{0.5F, 1.0F, 4.0F};
    EXPECT_EQ(channel_importance(delta, scales), (std::vector<double>{2.5, 0.0, 4.0}));
}

TEST(SecondStage, DeletesTheLeastImportantChannelsOfTheWholeTask) {
    const auto base = [](std::vector<float> scales) {
        return std::make_shared<const inference::Int8Matrix>(inference::Int8Matrix{2, 2, {10, 10, 10, 10}, std::move(scales)});
    };
    const SharedMatrices matrices{base({1.0F, 1.0F}), base({1.0F, 10.0F})};
    TaskDeltas task;
    task.deltas = {delta_of(2, 2, {5, 0, 0, 2}), delta_of(2, 2, {1, 0, 1, 0})};
    task.similarities.resize(2);
    task.similarities[0].precision = 3;
    task.similarities[1].precision = 1;
    // Norms: 5, 2 | 1, 10. A quarter deleted takes the 1; three quarters leave the 10 alone.
    auto codes = apply_stages(task, matrices, {7, 0.25});
    ASSERT_TRUE(codes[0] && codes[1]);
    EXPECT_EQ(codes[0]->channels, (std::vector<std::int32_t>{0, 1}));
    EXPECT_EQ(codes[0]->codes, (std::vector<std::int8_t>{5, 0, 0, 2}));
    EXPECT_EQ(codes[0]->magnitude_bits, 3);
    EXPECT_EQ(codes[1]->channels, (std::vector<std::int32_t>{1}));
    codes = apply_stages(task, matrices, {1, 0.75});
    EXPECT_EQ(codes[0], nullptr);
    EXPECT_EQ(codes[1]->channels, (std::vector<std::int32_t>{1}));
    codes = apply_stages(task, matrices, {2, 0.0});
    EXPECT_EQ(codes[0]->codes, (std::vector<std::int8_t>{3, 0, 0, 2})) << "max_precision cuts what the first stage asks for";
}

TEST(SecondStage, KeepsNoChannelWhoseDeltaIsZero) {
    const SharedMatrices matrices{std::make_shared<const inference::Int8Matrix>(inference::Int8Matrix{2, 1, {1, 1}, {1.0F, 1.0F}})};
    TaskDeltas task;
    task.deltas = {delta_of(2, 1, {0, 1})};
    task.similarities.resize(1);
    task.similarities[0].precision = 1;
    EXPECT_EQ(apply_stages(task, matrices, {1, 0.0})[0]->channels, (std::vector<std::int32_t>{1}));
}

}  // namespace
}  // namespace berth::compressor

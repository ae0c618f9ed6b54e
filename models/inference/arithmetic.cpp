// SPDX-License-Identifier: Apache-2.0
#include "models/inference/arithmetic.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace berth::inference {
namespace {

/// Steps of the values relative to their largest, in 15 bits: a probability of 16 bits times one fits 31.
constexpr int kStepBits = 15;

std::size_t count_of(std::size_t size, std::size_t stride) { return (size + stride - 1) / stride; }

}  // namespace

IntegerArithmetic::Columns IntegerArithmetic::columns(const std::vector<float>& scales, const std::vector<float>& bias) {
    Columns columns;
    columns.resize(scales.size());
    for (std::size_t i = 0; i < scales.size(); ++i) columns.set(i, vector::multiplier(scales[i]), vector::to_fixed(bias[i]));
    return columns;
}

void IntegerArithmetic::linear(std::span<const std::int32_t> accumulators, Quantised<Largest> x, const Columns& columns,
                               std::span<Value> y) {
    vector::requantise(accumulators, vector::step(x.largest, x.most), columns, y);
}

void IntegerArithmetic::embed(std::span<const std::int8_t> row, float scale, std::span<Value> y) {
    const vector::Multiplier m = vector::multiplier(double{scale} * vector::kOne);
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = vector::saturating_add(y[i], vector::requantise(row[i], m));
}

void IntegerArithmetic::score_columns(std::span<const Largest> keys, std::size_t stride, std::size_t width, Columns& columns) {
    const vector::Multiplier share = vector::multiplier(1.0 / (vector::kOne * std::sqrt(static_cast<double>(width))));
    columns.resize(count_of(keys.size(), stride));
    for (std::size_t key = 0; key < columns.size(); ++key) columns.set(key, vector::compose(vector::step(keys[key * stride]), share), 0);
}

void IntegerArithmetic::value_steps(std::span<const Largest> values, std::size_t stride, ValueSteps& steps) {
    steps.weights.resize(count_of(values.size(), stride));
    Largest most = 1;
    for (std::size_t i = 0; i < values.size(); i += stride) most = std::max(most, values[i]);
    const vector::Multiplier share = vector::multiplier(static_cast<double>(1 << kStepBits) / most);
    // A magnitude has at most 31 bits, so it passes as a positive value.
    for (std::size_t i = 0; i < steps.weights.size(); ++i)
        steps.weights[i] = static_cast<std::uint32_t>(vector::requantise(static_cast<Value>(values[i * stride]), share));
    steps.unit = vector::multiplier(most / (static_cast<double>(vector::kLargestByte) * vector::kOne));
}

void IntegerArithmetic::fold(const ValueSteps& steps, std::span<const Value> probabilities, std::span<std::int32_t> weights) {
    constexpr std::uint32_t half = 1u << (kStepBits - 1);
    for (std::size_t i = 0; i < weights.size(); ++i)
        weights[i] = static_cast<std::int32_t>((static_cast<std::uint32_t>(probabilities[i]) * steps.weights[i] + half) >> kStepBits);
}

void IntegerArithmetic::context(std::span<const std::int32_t> accumulators, const ValueSteps& steps, std::span<Value> y) {
    vector::requantise(accumulators, steps.unit, y);
}

double IntegerArithmetic::real_step(Largest largest) { return vector::to_double(vector::step(largest)) / vector::kOne; }

void FloatArithmetic::linear(std::span<const std::int32_t> accumulators, Quantised<Largest> x, const Columns& columns, std::span<Value> y) {
    const float step = vector::step(x.largest, x.most);
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<float>(accumulators[i]) * (columns.scales[i] * step) + columns.bias[i];
}

void FloatArithmetic::embed(std::span<const std::int8_t> row, float scale, std::span<Value> y) {
    for (std::size_t i = 0; i < y.size(); ++i) y[i] += static_cast<float>(row[i]) * scale;
}

void FloatArithmetic::add(std::span<Value> x, std::span<const Value> y) {
    for (std::size_t i = 0; i < x.size(); ++i) x[i] += y[i];
}

void FloatArithmetic::score_columns(std::span<const Largest> keys, std::size_t stride, std::size_t width, Columns& columns) {
    const float root = std::sqrt(static_cast<float>(width));
    columns.scales.resize(count_of(keys.size(), stride));
    columns.bias.assign(columns.scales.size(), 0.0f);
    for (std::size_t key = 0; key < columns.scales.size(); ++key) columns.scales[key] = vector::step(keys[key * stride]) / root;
}

void FloatArithmetic::value_steps(std::span<const Largest> values, std::size_t stride, ValueSteps& steps) {
    steps.weights.resize(count_of(values.size(), stride));
    Largest most = std::numeric_limits<float>::min();
    for (std::size_t i = 0; i < values.size(); i += stride) most = std::max(most, values[i]);
    for (std::size_t i = 0; i < steps.weights.size(); ++i) steps.weights[i] = vector::kOne * (values[i * stride] / most);
    steps.unit = most / (static_cast<float>(vector::kLargestByte) * vector::kOne);
}

void FloatArithmetic::fold(const ValueSteps& steps, std::span<const Value> probabilities, std::span<std::int32_t> weights) {
    for (std::size_t i = 0; i < weights.size(); ++i)
        weights[i] = static_cast<std::int32_t>(std::nearbyint(probabilities[i] * steps.weights[i]));
}

void FloatArithmetic::context(std::span<const std::int32_t> accumulators, const ValueSteps& steps, std::span<Value> y) {
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<float>(accumulators[i]) * steps.unit;
}

}  // namespace berth::inference

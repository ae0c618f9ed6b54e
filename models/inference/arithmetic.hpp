// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/inference/network.hpp"
#include "models/vector/layer_norm.hpp"
#include "models/vector/quantise_vector.hpp"
#include "models/vector/requantise.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace berth::inference {

/// What decides the step of a vector of whole numbers: its largest magnitude, and the whole number that this became.
template <class Largest>
struct Quantised {
    Largest largest;
    std::int32_t most = vector::kLargestByte;
};

// The two arithmetics between the int8 products. Both keep vectors of Value, make them int8 with a step of Largest / 127, or
// as many bits narrower as the engine takes,
// and share the overloads of softmax, gelu, layer_norm, tanh and quantise of models/vector.

/// As the digital unit computes: int32 with 16 fraction bits.
struct IntegerArithmetic {
    using Value = std::int32_t;
    using Largest = std::uint32_t;
    using Norm = vector::IntegerNorm;
    using Columns = vector::Columns;

    /// Scale and bias of each output channel.
    [[nodiscard]] static Columns columns(const std::vector<float>& scales, const std::vector<float>& bias);
    /// y = accumulators * step of x * columns: a linear layer's output.
    static void linear(std::span<const std::int32_t> accumulators, Quantised<Largest> x, const Columns& columns, std::span<Value> y);
    /// Adds an embedding to y.
    static void embed(std::span<const std::int8_t> row, float scale, std::span<Value> y);
    static void add(std::span<Value> x, std::span<const Value> y) { vector::add(x, y); }

    /// What scores are multiplied by: the keys' steps over the square root of the head's width. keys: `stride` apart.
    static void score_columns(std::span<const Largest> keys, std::size_t stride, std::size_t width, Columns& columns);
    /// Each value vector's step relative to the largest of them, and what one unit of the context stands for.
    struct ValueSteps {
        std::vector<std::uint32_t> weights;
        vector::Multiplier unit;
    };
    static void value_steps(std::span<const Largest> values, std::size_t stride, ValueSteps& steps);
    /// Folds the steps of the values into a row of probabilities; weights have 16 fraction bits.
    static void fold(const ValueSteps& steps, std::span<const Value> probabilities, std::span<std::int32_t> weights);
    static void context(std::span<const std::int32_t> accumulators, const ValueSteps& steps, std::span<Value> y);

    [[nodiscard]] static double real_step(Largest largest);
};

/// The same steps in fp32 and exact functions, to separate the error of the integer kernels from that of int8.
struct FloatArithmetic {
    using Value = float;
    using Largest = float;
    using Norm = vector::FloatNorm;
    struct Columns {
        std::vector<float> scales, bias;
    };

    [[nodiscard]] static Columns columns(const std::vector<float>& scales, const std::vector<float>& bias) { return {scales, bias}; }
    static void linear(std::span<const std::int32_t> accumulators, Quantised<Largest> x, const Columns& columns, std::span<Value> y);
    static void embed(std::span<const std::int8_t> row, float scale, std::span<Value> y);
    static void add(std::span<Value> x, std::span<const Value> y);

    static void score_columns(std::span<const Largest> keys, std::size_t stride, std::size_t width, Columns& columns);
    struct ValueSteps {
        std::vector<float> weights;
        float unit = 0.0f;
    };
    static void value_steps(std::span<const Largest> values, std::size_t stride, ValueSteps& steps);
    static void fold(const ValueSteps& steps, std::span<const Value> probabilities, std::span<std::int32_t> weights);
    static void context(std::span<const std::int32_t> accumulators, const ValueSteps& steps, std::span<Value> y);

    [[nodiscard]] static double real_step(Largest largest) { return vector::step(largest); }
};

}  // namespace berth::inference

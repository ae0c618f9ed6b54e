// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace berth::inference {

inline constexpr int kMatrixMagnitudeBits = 7;  ///< of an int8 matrix's values: they lie within 2^7 - 1

/// The largest value of so many magnitude bits.
[[nodiscard]] constexpr int largest_magnitude(int magnitude_bits) { return (1 << magnitude_bits) - 1; }

/// Integer matrix, row-major [out, in], |value| <= 2^magnitude_bits - 1; the real weight is value * scale[row].
struct Int8Matrix {
    int out = 0, in = 0;
    std::vector<std::int8_t> values;
    std::vector<float> scales;                  ///< one a row (output channel, or embedding)
    int magnitude_bits = kMatrixMagnitudeBits;  ///< 7 for int8; fewer take fewer cells

    bool operator==(const Int8Matrix&) const = default;
};

/// What a task adds to the base's integers in the base's scales: W_task = W_base + delta, on the kept output channels;
/// the other channels use the base alone.
struct MatrixDelta {
    int magnitude_bits = 0;              ///< |code| <= 2^magnitude_bits - 1; 1 is ternary
    std::vector<std::int32_t> channels;  ///< kept output channels, ascending
    std::vector<std::int8_t> codes;      ///< [channels.size(), in], row-major
};

/// What a task adds to the base as two small matrices in series: W_task = W_base + up * down, in real weights. The vector
/// between them is made int8 by the digital unit, with a scale of its own for every token (docs/numerics.md).
struct LowRankDelta {
    std::shared_ptr<const Int8Matrix> down;  ///< [rank, in]
    std::shared_ptr<const Int8Matrix> up;    ///< [out, rank]; where several tasks have one factor at a layer, it is the same object

    LowRankDelta() = default;
    LowRankDelta(std::shared_ptr<const Int8Matrix> down_factor, std::shared_ptr<const Int8Matrix> up_factor)
        : down(std::move(down_factor)), up(std::move(up_factor)) {}
    /// Factors that no other task has.
    LowRankDelta(Int8Matrix down_factor, Int8Matrix up_factor)
        : down(std::make_shared<const Int8Matrix>(std::move(down_factor))), up(std::make_shared<const Int8Matrix>(std::move(up_factor))) {}
};

/// A linear layer as the crossbars hold it: a matrix of its own or the shared base's, and the task's delta where there is one.
struct Linear {
    std::shared_ptr<const Int8Matrix> matrix;
    std::shared_ptr<const MatrixDelta> delta;                ///< may be null
    std::vector<float> bias;                                 ///< [out], real values
    std::shared_ptr<const LowRankDelta> low_rank = nullptr;  ///< may be null; beside `delta` or without it

    /// matrix + delta, value by value; the scales are the matrix's.
    [[nodiscard]] Int8Matrix effective() const;
};

struct Norm {
    std::vector<float> gamma, beta;
};

/// What follows the dense layer before the classifier: tanh in BERT and RoBERTa, ReLU in DistilBERT.
enum class HeadActivation { tanh, relu };

struct Shape {
    int hidden = 0, layers = 0, heads = 0, intermediate = 0, vocabulary = 0, positions = 0;
    int segments = 0;  ///< 0 where there is no table of segments; tokens then all have segment 0
    double norm_epsilon = 0.0;
    HeadActivation head_activation = HeadActivation::tanh;

    /// Segments that a token may name.
    [[nodiscard]] int segment_ids() const { return segments > 0 ? segments : 1; }
    /// Tables of which a token takes a row each: words, positions and, where there are any, segments.
    [[nodiscard]] int embedding_tables() const { return segments > 0 ? 3 : 2; }

    bool operator==(const Shape&) const = default;
};

/// Word, position and segment tables, a scale a row, kept in the embedding memory. The last may have no rows.
struct Embeddings {
    Int8Matrix words, positions, segments;

    bool operator==(const Embeddings&) const = default;
};

inline constexpr int kMatricesPerLayer = 6;

/// Index of a layer's matrix in Network::linears: the order is query, key, value, attention_output, intermediate, output.
[[nodiscard]] constexpr std::size_t matrix_index(int layer, int matrix) {
    return static_cast<std::size_t>(layer) * kMatricesPerLayer + static_cast<std::size_t>(matrix);
}
/// "layer.3.query", ..., and "pooler" for the last index: the dense layer before the classifier, whatever the architecture
/// calls it.
[[nodiscard]] std::string matrix_name(const Shape& shape, std::size_t index);

struct MatrixSize {
    int out = 0, in = 0;
};
/// Of the matrix of this index.
[[nodiscard]] MatrixSize matrix_size(const Shape& shape, std::size_t index);

/// The first of the matrices that take the same vector as this one: query, key and value share theirs.
[[nodiscard]] std::string stage_name(const Shape& shape, std::size_t index);

/// One task's network in integers: what the functional executor and the platform both run.
struct Network {
    Shape shape;
    int labels = 0;
    bool regression = false;
    std::shared_ptr<const Embeddings> embeddings;
    Norm embedding_norm;
    std::vector<Linear> linears;  ///< layers * 6 and then the pooler; see matrix_index
    std::vector<Norm> attention_norms, output_norms;
    Int8Matrix classifier;  ///< [labels, hidden], computed by the digital unit
    std::vector<float> classifier_bias;
};

/// Symmetric int8 by output channel: scale = max|row| / 127, value = nearest (ties to even), a row of zeros has scale 1.
/// values: row-major [out, in].
/// @param magnitude_bits 1 to 7; with fewer than 7 the scale is max|row| / (2^magnitude_bits - 1).
[[nodiscard]] Int8Matrix quantise_rows(const std::vector<float>& values, int out, int in, int magnitude_bits = kMatrixMagnitudeBits);

}  // namespace berth::inference

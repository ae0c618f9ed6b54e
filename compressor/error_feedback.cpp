// SPDX-License-Identifier: Apache-2.0
#include "compressor/error_feedback.hpp"

#include "compressor/weight_scale.hpp"

#include <Eigen/Cholesky>

#include <algorithm>
#include <stdexcept>

namespace berth::compressor {
namespace {

constexpr int kCandidates = 60;
constexpr float kStep = 1.0F / 75;
/// Columns whose errors are gathered before those behind them take them up in one product.
constexpr Eigen::Index kBlock = 64;

float largest_code(int magnitude_bits) { return static_cast<float>(inference::largest_magnitude(magnitude_bits)); }

/// Upper triangular U with inputs^-1 = U^T U: row j says how column j's error spreads over the columns behind it.
Eigen::MatrixXf spread_of(const Eigen::MatrixXf& inputs) {
    const Eigen::LLT<Eigen::MatrixXf> factor(inputs);
    if (factor.info() != Eigen::Success) throw std::invalid_argument("second moments are not positive definite");
    const Eigen::LLT<Eigen::MatrixXf> inverse(factor.solve(Eigen::MatrixXf::Identity(inputs.rows(), inputs.cols())));
    if (inverse.info() != Eigen::Success) throw std::invalid_argument("second moments are too near to singular");
    return inverse.matrixU();
}

}  // namespace

Eigen::MatrixXf damped(const Eigen::Ref<const Eigen::MatrixXf>& moments, float share) {
    Eigen::MatrixXf result = moments;
    const float mean = moments.trace() / static_cast<float>(moments.rows());
    result.diagonal().array() += mean > 0.0F ? share * mean : 1.0F;
    return result;
}

Vector calibrated_scales(const Rows& weights, int magnitude_bits, const Vector& moments) {
    const float most = largest_code(magnitude_bits);
    Vector scales(weights.rows());
    for (Eigen::Index row = 0; row < weights.rows(); ++row) {
        const Eigen::ArrayXf values = weights.row(row).transpose().array();
        const float largest = values.abs().maxCoeff();
        const auto error = [&](float scale) {
            const Eigen::ArrayXf codes = (values / scale).round().min(most).max(-most);
            return ((codes * scale - values).square() * moments.array()).sum();
        };
        scales(row) = largest > 0.0F ? best_scale(largest, most, kCandidates, kStep, error) : 1.0F;
    }
    return scales;
}

inference::Int8Matrix quantise_with_feedback(const Rows& weights, int magnitude_bits, const Eigen::MatrixXf& inputs) {
    return round_with_feedback(weights, calibrated_scales(weights, magnitude_bits, inputs.diagonal()), magnitude_bits, inputs);
}

inference::Int8Matrix round_with_feedback(const Rows& weights, const Vector& scales, int magnitude_bits, const Eigen::MatrixXf& inputs) {
    const Eigen::Index in = weights.cols(), out = weights.rows();
    const float most = largest_code(magnitude_bits);
    const Eigen::MatrixXf spread = spread_of(inputs);
    Eigen::MatrixXf left = weights, codes(out, in), errors(out, kBlock);
    for (Eigen::Index begin = 0; begin < in; begin += kBlock) {
        const Eigen::Index count = std::min(kBlock, in - begin), end = begin + count;
        for (Eigen::Index column = begin; column < end; ++column) {
            codes.col(column) = (left.col(column).array() / scales.array()).round().min(most).max(-most);
            errors.col(column - begin) = (left.col(column) - codes.col(column).cwiseProduct(scales)) / spread(column, column);
            for (Eigen::Index behind = column + 1; behind < end; ++behind)
                left.col(behind) -= errors.col(column - begin) * spread(column, behind);
        }
        if (end < in) left.rightCols(in - end).noalias() -= errors.leftCols(count) * spread.block(begin, end, count, in - end);
    }
    inference::Int8Matrix matrix{static_cast<int>(out), static_cast<int>(in), std::vector<std::int8_t>(std::size_t(out * in)),
                                 std::vector<float>(scales.begin(), scales.end()), magnitude_bits};
    Eigen::Map<Eigen::Matrix<std::int8_t, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(matrix.values.data(), out, in) =
        codes.cast<std::int8_t>();
    return matrix;
}

Rows real_values(const inference::Int8Matrix& matrix) {
    using Codes = Eigen::Matrix<std::int8_t, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const Eigen::Map<const Codes> codes(matrix.values.data(), matrix.out, matrix.in);
    const Eigen::Map<const Vector> scales(matrix.scales.data(), matrix.out);
    return scales.asDiagonal() * codes.cast<float>();
}

}  // namespace berth::compressor

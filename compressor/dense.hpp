// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/gemm.hpp"

#include <Eigen/Core>

#include <cstddef>
#include <span>

namespace berth::compressor {

/// Activations and weights as checkpoints lay them out: row-major, a token or an output channel a row.
using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::VectorXf;

[[nodiscard]] inline std::span<const float> values_of(const Rows& rows) { return {rows.data(), static_cast<std::size_t>(rows.size())}; }
[[nodiscard]] inline std::span<float> values_of(Rows& rows) { return {rows.data(), static_cast<std::size_t>(rows.size())}; }
[[nodiscard]] inline std::span<const float> values_of(const Vector& vector) {
    return {vector.data(), static_cast<std::size_t>(vector.size())};
}
[[nodiscard]] inline std::span<float> values_of(Vector& vector) { return {vector.data(), static_cast<std::size_t>(vector.size())}; }

/// x [tokens, in] * w [out, in]^T.
[[nodiscard]] inline Rows product(const Rows& x, const Rows& w) {
    Rows y(x.rows(), w.rows());
    gemm(values_of(x), values_of(w), values_of(y), static_cast<int>(x.rows()), static_cast<int>(x.cols()), static_cast<int>(w.rows()));
    return y;
}

}  // namespace berth::compressor

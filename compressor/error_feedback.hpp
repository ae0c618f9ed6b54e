// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/dense.hpp"
#include "models/inference/network.hpp"

namespace berth::compressor {

/// Of the mean diagonal, as GPTQ adds it (Frantar et al. 2022, arXiv:2210.17323).
inline constexpr float kUsualDamping = 0.01F;

/// A second-moment matrix with a share of its mean diagonal added, so that it can be inverted however few sentences it comes from.
[[nodiscard]] Eigen::MatrixXf damped(const Eigen::Ref<const Eigen::MatrixXf>& moments, float share = kUsualDamping);

/// A scale a row at which the row loses least of sum_i moment_i (w_i - code_i scale)^2: of max|row| / (2^magnitude_bits - 1) and scales
/// below it, the best. Never below the smallest normal float; 1 for a row of zeros. @param moments [in], not negative.
[[nodiscard]] Vector calibrated_scales(const Rows& weights, int magnitude_bits, const Vector& moments);

/// Codes of few bits whose rounding errors make up for one another where the inputs allow it: column after column is rounded, and
/// the columns that follow take its error up, as GPTQ does (Frantar et al. 2022, DOI 10.48550/arXiv.2210.17323).
/// @param weights [out, in]. @param inputs positive definite second moments of the inputs, [in, in].
[[nodiscard]] inference::Int8Matrix quantise_with_feedback(const Rows& weights, int magnitude_bits, const Eigen::MatrixXf& inputs);

/// The same at given scales, one a row.
[[nodiscard]] inference::Int8Matrix round_with_feedback(const Rows& weights, const Vector& scales, int magnitude_bits,
                                                        const Eigen::MatrixXf& inputs);

/// value * scale of every element.
[[nodiscard]] Rows real_values(const inference::Int8Matrix& matrix);

}  // namespace berth::compressor

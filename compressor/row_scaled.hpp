// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/draft.hpp"

namespace berth::compressor {

/// Codes the deltas of one matrix as 0 or one magnitude a row, with its sign. Image deltas are in the base's scales, so a row's
/// magnitude is a whole number of the base's steps: the mean over the elements that are kept, rounded, and at most
/// 2^max_precision - 1. Rows where that is zero are left out. Weights stay within +-127 of the base's steps.
/// @param keep share of each row's elements that are not zero, largest magnitude first: 1 keeps every sign.
void code_by_magnitude(CodedDeltas& coded, std::size_t index, const inference::Int8Matrix& base, double keep, int max_precision);

/// The same, with elements chosen column after column so that their errors make up for one another in `inputs`; the magnitude of a
/// row is the nearest whole number of steps to the scale at which it loses least, at least one.
/// @param delta [out, in] in real weights. @param inputs positive definite second moments, [in, in].
void code_with_feedback(CodedDeltas& coded, std::size_t index, const inference::Int8Matrix& base, const Rows& delta,
                        const Eigen::MatrixXf& inputs, int max_precision);

}  // namespace berth::compressor

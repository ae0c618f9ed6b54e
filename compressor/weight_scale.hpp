// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

namespace berth::compressor {

/// The scale at which a row of weights loses least in int8: of max|row| / 127 and the scales down to about half of it, in
/// steps of 1/80, the one with the least sum of squared errors (clipping included). A row of zeros has scale 1.
/// Rows with an outlier gain by it; on others the largest scale is the best. Never below the smallest normal float.
[[nodiscard]] float least_error_scale(std::span<const float> row);

/// The same for every row of a row-major [out, in] matrix.
[[nodiscard]] std::vector<float> least_error_scales(std::span<const float> values, int out);

}  // namespace berth::compressor

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <limits>
#include <span>
#include <vector>

namespace berth::compressor {

/// Of largest / most_code and the scales below it, `candidates` in all in steps of `step` of the first, the one with the least
/// error(scale); of equals the largest. Never below the smallest normal float. @param largest magnitude of the row, above 0.
template <class Error>
[[nodiscard]] float best_scale(float largest, float most_code, int candidates, float step, const Error& error) {
    float best = std::max(largest / most_code, std::numeric_limits<float>::min());
    float best_error = error(best);
    for (int candidate = 1; candidate < candidates; ++candidate) {
        const float scale = largest * (1.0F - step * static_cast<float>(candidate)) / most_code;
        if (const float own = error(scale); own < best_error) {
            best_error = own;
            best = scale;
        }
    }
    return std::max(best, std::numeric_limits<float>::min());
}

/// The scale at which a row of weights loses least in int8: of max|row| / 127 and the scales down to about half of it, in
/// steps of 1/80, the one with the least sum of squared errors (clipping included). A row of zeros has scale 1.
/// Rows with an outlier gain by it; on others the largest scale is the best. Never below the smallest normal float.
[[nodiscard]] float least_error_scale(std::span<const float> row);

/// The same for every row of a row-major [out, in] matrix.
[[nodiscard]] std::vector<float> least_error_scales(std::span<const float> values, int out);

}  // namespace berth::compressor

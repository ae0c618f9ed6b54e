// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>

namespace berth::compressor {

/// Cosine of two vectors from their product and their squares: two that are nothing are alike, one that is nothing is like no other.
[[nodiscard]] inline double cosine_of(double product, double one, double other) {
    if (one == 0.0 && other == 0.0) return 1.0;
    return one == 0.0 || other == 0.0 ? 0.0 : std::clamp(product / std::sqrt(one * other), -1.0, 1.0);
}

}  // namespace berth::compressor

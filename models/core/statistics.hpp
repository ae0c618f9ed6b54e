// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace berth {

[[nodiscard]] double mean(std::span<const double> values);

/// The value below which `percent` of the values lie, by linear interpolation between order statistics
/// (Hyndman and Fan, 1996, definition 7). Empty input gives 0.
[[nodiscard]] double percentile(std::span<const double> values, double percent);

}  // namespace berth

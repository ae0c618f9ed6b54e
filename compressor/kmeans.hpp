// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace berth::compressor {

/// Lloyd's K-means with farthest-point seeds, so nothing is drawn at random: the first seed is the point nearest to the
/// origin, each next one the point farthest from its nearest seed. Fewer clusters come out where points coincide.
/// @return for every point its cluster, numbered by the norm of the centroids, smallest first.
[[nodiscard]] std::vector<int> cluster(const std::vector<std::vector<double>>& points, int clusters);

}  // namespace berth::compressor

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/calibrated_norm.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace berth::compressor {

/// What a task loses with another delta in place of its own, as a share of what it loses without any: 0 for its own, 1 for none, about 2
/// for one that is as large and orthogonal to it. 1 where its own is worth nothing and the other is not the same. Both [out, in].
[[nodiscard]] double loss_with(const Rows& other, const DeltaOfTask& task);

/// Tasks whose deltas stand in for each other: clusters, each with its tasks ascending, by their first tasks. In a cluster every task loses
/// at most `threshold` (see loss_with) with any other's delta: complete linkage, the nearest two clusters joined first. Tasks that can
/// share with none are clusters of one.
[[nodiscard]] std::vector<std::vector<std::size_t>> similar_deltas(std::span<const DeltaOfTask> tasks, double threshold);

}  // namespace berth::compressor

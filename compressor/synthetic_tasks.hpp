// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/weight_image.hpp"
#include "models/core/parallel.hpp"

#include <cstdint>

namespace berth::compressor {

/// Synthetic tasks that an image can be given at once.
inline constexpr int kMostSyntheticTasks = 1024;

/// Whether nobody fine-tuned the task: add_synthetic_tasks made it.
[[nodiscard]] bool is_synthetic(const TaskImage& task);

/// Puts `count` synthetic tasks behind the image's, to show how area, energy, size and load time grow with tasks that nobody has yet: what
/// they compute means nothing. Each is a mixture of the tasks that are not synthetic: head, norms and ranks are those of one drawn
/// for it; a delta's channels, vectors of factors, rows of matrices and elements of biases come each from one drawn anew. One in eight of a
/// delta's codes, in a channel or a vector, is replaced by another of the same channel or vector, so that bits, zeros and entropy stay
/// those of real deltas. What tasks have in common (embedding tables, common factors) the synthetic ones have in common with them. The n-th
/// synthetic task of an image depends on its real tasks, n and the seed alone.
/// @throws InputError where the image has no real task.
void add_synthetic_tasks(WeightImage& image, int count, std::uint64_t seed, Threads& threads);

}  // namespace berth::compressor

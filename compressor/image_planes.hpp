// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/weight_image.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace berth::compressor {

/// What a plane is to its linear layer: the matrix, a delta on kept channels of it, or a factor of a low-rank delta.
enum class PlaneKind { matrix, delta, down, up };

/// A plane that wants cells, with its codes.
struct ImagePlane {
    PlaneKind kind = PlaneKind::matrix;
    std::vector<std::size_t> tasks;      ///< whose it is, ascending: a task's own, or several tasks'; none: the base's
    std::size_t linear = 0;              ///< index of inference::Network::linears
    std::span<const std::int8_t> codes;  ///< [out, in], row-major; the image's own
    int out = 0, in = 0, magnitude_bits = 0;

    /// Whether it is the task's, alone or with others.
    [[nodiscard]] bool is_of(std::size_t task) const { return std::find(tasks.begin(), tasks.end(), task) != tasks.end(); }
};

/// Every plane of the image: the base once, then each task's matrices, deltas and factors, layer by layer, where a factor that tasks have
/// in common (one object, at one layer) stands among the first one's. planes_of names the same ones in the same order.
[[nodiscard]] std::vector<ImagePlane> image_planes(const WeightImage& image);

/// What a task has at a matrix beside the base's, in the same order: a matrix of its own, a delta, factors, those too that stand among an
/// earlier task's in image_planes.
[[nodiscard]] std::vector<ImagePlane> planes_at(const WeightImage& image, std::size_t task, std::size_t linear);

/// The factor that a task has at a layer; null where it has none. @param kind down or up.
[[nodiscard]] const inference::Int8Matrix* factor_of(const TaskImage& task, std::size_t linear, PlaneKind kind);

/// The tasks, ascending, whose factor there is the same object as this task's: itself alone, or those it has it in common with.
[[nodiscard]] std::vector<std::size_t> sharers_of_factor(const WeightImage& image, std::size_t task, std::size_t linear, PlaneKind kind);

}  // namespace berth::compressor

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/weight_image.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace berth::compressor {

/// What a plane is to its linear layer: the matrix, a delta on kept channels of it, or a factor of a low-rank delta.
enum class PlaneKind { matrix, delta, down, up };

/// A plane that wants cells, with its codes.
struct ImagePlane {
    PlaneKind kind = PlaneKind::matrix;
    std::optional<std::size_t> task;     ///< whose it is; none: the base's, for all tasks that share it
    std::size_t linear = 0;              ///< index of inference::Network::linears
    std::span<const std::int8_t> codes;  ///< [out, in], row-major; the image's own
    int out = 0, in = 0, magnitude_bits = 0;
};

/// Every plane of the image: the base once, then each task's matrices, deltas and factors, layer by layer. planes_of names the
/// same ones in the same order.
[[nodiscard]] std::vector<ImagePlane> image_planes(const WeightImage& image);

}  // namespace berth::compressor

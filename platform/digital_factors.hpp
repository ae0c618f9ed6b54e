// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/weight_image.hpp"
#include "models/mapping/placement.hpp"

#include <cstddef>
#include <vector>

namespace berth::platform {

/// By linear layer of a task: whether its low-rank factors are in the tiles' memory, and in no array.
/// @param placement of the image's planes, in the order of image_planes.
[[nodiscard]] std::vector<bool> digital_factors(const compressor::WeightImage& image, const mapping::Placement& placement,
                                                std::size_t task);

}  // namespace berth::platform

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/weight_image.hpp"
#include "platform/config.hpp"

#include <cstddef>
#include <vector>

namespace berth::platform {

/// By linear layer of a task: whether its low-rank factors are in the tiles' memory, and in no array.
[[nodiscard]] std::vector<bool> digital_factors(const PlatformConfig& config, const compressor::WeightImage& image, std::size_t task);

}  // namespace berth::platform

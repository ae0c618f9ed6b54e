// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/weight_image.hpp"
#include "models/inference/crossbar_engine.hpp"

#include <cstddef>

namespace berth::platform {

/// Whose cells a task's planes are: the shared base's where the image has one, and its own.
[[nodiscard]] inline inference::PlaneOwners plane_owners(const compressor::WeightImage& image, std::size_t task) {
    const auto own = static_cast<std::uint32_t>(1 + task);
    return {.matrices = image.base.empty() ? own : 0, .deltas = own};
}

}  // namespace berth::platform

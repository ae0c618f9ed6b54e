// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/weight_image.hpp"
#include "models/inference/crossbar_engine.hpp"

#include <cstddef>

namespace berth::platform {

/// Whose cells a task's planes are: the base's, for the matrices that it shares with other tasks, and its own.
[[nodiscard]] inline inference::PlaneOwners plane_owners(const compressor::WeightImage& image, std::size_t task) {
    const compressor::TaskImage& of = image.tasks.at(task);
    inference::PlaneOwners owners{.matrices = 0, .deltas = static_cast<std::uint32_t>(1 + task)};
    for (std::size_t index = 0; index < of.network.linears.size(); ++index) owners.apart.push_back(!image.shares(of, index));
    return owners;
}

}  // namespace berth::platform

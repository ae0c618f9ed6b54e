// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/image_planes.hpp"
#include "models/inference/crossbar_engine.hpp"

#include <cstddef>

namespace berth::platform {

/// Whose cells a task's planes are: the base's, for the matrices that it shares with other tasks, its own, and for a factor that it has in
/// common with others those of the first of them.
[[nodiscard]] inline inference::PlaneOwners plane_owners(const compressor::WeightImage& image, std::size_t task) {
    const compressor::TaskImage& of = image.tasks.at(task);
    inference::PlaneOwners owners{.matrices = 0, .deltas = static_cast<std::uint32_t>(1 + task)};
    const auto first_owner = [&](std::size_t index, compressor::PlaneKind kind) {
        const auto sharers = compressor::sharers_of_factor(image, task, index, kind);
        return sharers.empty() ? owners.deltas : static_cast<std::uint32_t>(1 + sharers.front());
    };
    for (std::size_t index = 0; index < of.network.linears.size(); ++index) {
        owners.apart.push_back(!image.shares(of, index));
        owners.downs.push_back(first_owner(index, compressor::PlaneKind::down));
        owners.ups.push_back(first_owner(index, compressor::PlaneKind::up));
    }
    return owners;
}

}  // namespace berth::platform

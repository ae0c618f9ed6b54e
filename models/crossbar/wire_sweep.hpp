// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/wire_layers.hpp"

#include <span>
#include <vector>

namespace berth::crossbar {

/// An array's network after some sweeps, for each wordline driven alone at 1 V.
struct SweptWires {
    std::vector<float> effective;  ///< current of each column, siemens, [rows, cols]
    std::vector<float>
        change;  ///< what the last sweep still changed: sum over the driven wordlines of |change| of each wordline node, [rows, cols]
};

/// Block relaxation: a sweep solves all bitlines for the wordlines' potentials, then all wordlines for the bitlines', and goes
/// `relaxation[k]` of the way; one more sweep at the end goes all of it. Starts with the bitlines at ground.
///
/// The driven wordlines are the lanes of a vector; a lane's arithmetic does not depend on the vector's width.
[[nodiscard]] SweptWires sweep_wires(const WireLayers& layers, std::span<const float> relaxation);

}  // namespace berth::crossbar

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/wire_network.hpp"

#include <span>
#include <vector>

namespace berth::crossbar {

/// Largest error of solve_wires_fast: for every column and all drive voltages between 0 and V, its current is off by at most this
/// part of full scale, which is the largest column current of the array with ideal wires and all wordlines at V.
constexpr double kFastWiresTolerance = 1e-3;

/// The effective conductances of solve_wires for whole networks of arrays: within kFastWiresTolerance of full scale, or exact.
/// Depends on its arguments alone: any thread may call it, and the bytes are the same.
///
/// @param conductance of the cells with their access devices, in siemens, row-major [rows, cols], none negative.
/// @return effective conductance in siemens, row-major [rows, cols].
[[nodiscard]] std::vector<double> solve_wires_fast(std::span<const double> conductance, int rows, int cols, const WireParams& wires);

}  // namespace berth::crossbar

// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/wire_fast.hpp"

namespace berth::crossbar {

std::vector<double> solve_wires_fast(std::span<const double> conductance, int rows, int cols, const WireParams& wires) {
    return solve_wires(conductance, rows, cols, wires);
}

}  // namespace berth::crossbar

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/wire_network.hpp"

#include <span>
#include <vector>

namespace berth::crossbar {

/// Largest error of solve_wires_fast: for every column and all drive voltages between 0 and V, its current is off by at most this
/// part of full scale, which is the largest column current of the array with ideal wires and all wordlines at V.
constexpr double kFastWiresTolerance = 1e-3;

/// Effective conductances with what is known of their error.
struct ApproximateWires {
    std::vector<double> effective;  ///< siemens, row-major [rows, cols]
    double error_bound;             ///< part of full scale that no column current errs by more than; 0 where solved exactly
    int sweeps;                     ///< block relaxation sweeps; 0 where solved exactly
};

/// Block relaxation between wordlines and bitlines, accelerated by Chebyshev's polynomials, until its error is proven to be within
/// `tolerance`; where that takes too many sweeps, solve_wires.
///
/// With T = A^-1 G B^-1 G (A, B: wordlines and bitlines with the other layer at ground; G: cells) the potentials of the wordline nodes
/// are (I - T)^-1 A^-1 d. T has no negative entry. So z, what one more sweep would change, bounds the error entry by entry:
/// |error| <= (I - T)^-1 |z|, and a column's error under any drive is at most its current from (I - T)^-1 sum |z| over the driven
/// wordlines: one right-hand side more. Rounding in single precision is allowed for with (rows + cols) * 2^-23.
///
/// @param conductance of the cells with their access devices, in siemens, row-major [rows, cols], none negative.
[[nodiscard]] ApproximateWires approximate_wires(std::span<const double> conductance, int rows, int cols, const WireParams& wires,
                                                 double tolerance = kFastWiresTolerance);

/// The effective conductances of solve_wires for whole networks of arrays: within kFastWiresTolerance of full scale, or exact.
/// Depends on its arguments alone: any thread may call it.
///
/// @param conductance of the cells with their access devices, in siemens, row-major [rows, cols], none negative.
/// @return effective conductance in siemens, row-major [rows, cols].
[[nodiscard]] std::vector<double> solve_wires_fast(std::span<const double> conductance, int rows, int cols, const WireParams& wires);

}  // namespace berth::crossbar

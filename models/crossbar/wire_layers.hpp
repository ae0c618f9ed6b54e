// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/wire_network.hpp"

#include <span>
#include <vector>

namespace berth::crossbar {

/// Parallel chains of resistors (the bitlines of an array, or its wordlines), each node also tied to ground, eliminated node by node
/// (Thomas) from one end. Every quantity is positive and nothing is subtracted, so single precision loses nothing however small
/// a segment's resistance is beside a cell's.
struct ChainElimination {
    int nodes = 0;        ///< of a chain
    int chains = 0;       ///< beside each other
    bool forward = true;  ///< eliminated from node 0 on; false: from the last node on

    std::vector<float>
        coupling;  ///< [nodes + 1, chains]: link / pivot of the node eliminated first, between nodes k - 1 and k; 0 at both ends
    std::vector<float> inverse;  ///< [nodes, chains]: 1 / pivot, ohm

    /// @param ground conductance of every node to ground, siemens, [nodes, chains].
    /// @param link conductance between neighbours, siemens.
    ChainElimination(std::span<const double> ground, int nodes, int chains, double link, bool forward);

    /// Currents into the nodes become the potentials they cause; [nodes, chains].
    void solve(std::span<float> field) const;
};

/// The two layers of an array's network (wordlines and bitlines), each factored as if the nodes of the other were at ground.
struct WireLayers {
    int rows, cols;
    std::vector<float> cells;        ///< siemens, [rows, cols]
    ChainElimination bitlines_down;  ///< nodes: rows, from row 0 on
    ChainElimination bitlines_up;    ///< the same from the last row on
    ChainElimination wordlines;      ///< nodes: columns; chains: rows
    double drive;                    ///< conductance between a driver and its end of a wordline, siemens
    bool double_sided_drive;
    std::vector<float> driven;  ///< [rows, cols]: potential of a wordline's nodes when its driver is at 1 V and all bitlines at ground
    std::vector<float> sensed;  ///< [rows, cols]: current into the sense amplifier of the column when this wordline node alone is at 1 V

    WireLayers(std::span<const double> conductance, int rows, int cols, const WireParams& wires);

    /// T: from the potentials of the wordline nodes to those that they cause there through the bitlines; [rows, cols]. No entry of T is
    /// negative, and its spectral radius is below 1.
    [[nodiscard]] std::vector<float> returned(std::span<const float> potential) const;

    /// Currents into the sense amplifiers from potentials of the wordline nodes; [cols].
    [[nodiscard]] std::vector<double> currents(std::span<const float> potential) const;
};

/// [rows, cols] to [cols, rows].
[[nodiscard]] std::vector<float> transposed(std::span<const float> matrix, int rows, int cols);

}  // namespace berth::crossbar

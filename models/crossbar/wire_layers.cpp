// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/wire_layers.hpp"

#include <algorithm>

namespace berth::crossbar {
namespace {

/// What the cells tie to ground, and at each end of a chain what lies beyond; [nodes, chains].
std::vector<double> grounded(std::span<const double> cells, int chains, double first, double last) {
    std::vector<double> ground(cells.begin(), cells.end());
    for (std::size_t i = 0; i < std::size_t(chains); ++i) {
        ground[i] += first;
        ground[ground.size() - std::size_t(chains) + i] += last;
    }
    return ground;
}

std::vector<double> turned(std::span<const double> cells, int rows, int cols) {
    std::vector<double> result(cells.size());
    for (std::size_t i = 0; i < std::size_t(rows); ++i)
        for (std::size_t j = 0; j < std::size_t(cols); ++j) result[j * std::size_t(rows) + i] = cells[i * std::size_t(cols) + j];
    return result;
}

ChainElimination bitlines(std::span<const double> cells, int rows, int cols, const WireParams& wires, bool forward) {
    const double sense = 1.0 / (wires.bitline_segment + wires.sense);
    const auto ground = grounded(cells, cols, wires.sense_at_top ? sense : 0.0, wires.sense_at_top ? 0.0 : sense);
    return {ground, rows, cols, 1.0 / wires.bitline_segment, forward};
}

double drive_of(const WireParams& wires) { return 1.0 / (wires.wordline_segment + wires.driver); }

ChainElimination wordlines_of(std::span<const double> cells, int rows, int cols, const WireParams& wires) {
    const auto ground = grounded(turned(cells, rows, cols), rows, drive_of(wires), wires.double_sided_drive ? drive_of(wires) : 0.0);
    return {ground, cols, rows, 1.0 / wires.wordline_segment, true};
}

}  // namespace

std::vector<float> transposed(std::span<const float> matrix, int rows, int cols) {
    constexpr std::size_t tile = 16;
    const auto height = std::size_t(rows), width = std::size_t(cols);
    std::vector<float> result(matrix.size());
    for (std::size_t top = 0; top < height; top += tile)
        for (std::size_t j = 0; j < width; ++j)
            for (std::size_t i = top; i < std::min(top + tile, height); ++i) result[j * height + i] = matrix[i * width + j];
    return result;
}

ChainElimination::ChainElimination(std::span<const double> ground, int node_count, int chain_count, double link, bool from_first)
    : nodes(node_count),
      chains(chain_count),
      forward(from_first),
      coupling(ground.size() + std::size_t(chain_count)),
      inverse(ground.size()) {
    // What is seen from a node towards those before it: its own ground, and theirs through the link.
    std::vector<double> seen(static_cast<std::size_t>(chains));
    for (int step = 0; step < nodes; ++step) {
        const std::size_t node = std::size_t(forward ? step : nodes - 1 - step), lanes = seen.size();
        const double onward = step + 1 < nodes ? link : 0.0;
        float* const to_next = coupling.data() + (forward ? node + 1 : node) * lanes;
        for (std::size_t i = 0; i < lanes; ++i) {
            seen[i] = ground[node * lanes + i] + link * seen[i] / (link + seen[i]);
            const double pivot = 1.0 / (seen[i] + onward);
            inverse[node * lanes + i] = float(pivot);
            to_next[i] = float(onward * pivot);
        }
    }
}

void ChainElimination::solve(std::span<float> field) const {
    const auto lanes = std::size_t(chains);
    const auto add_neighbour = [&](std::size_t node, std::size_t from, std::size_t link) {
        float* const to = field.data() + node * lanes;
        const float *const before = field.data() + from * lanes, *const factor = coupling.data() + link * lanes;
        for (std::size_t i = 0; i < lanes; ++i) to[i] += factor[i] * before[i];
    };
    const auto scale = [&](std::size_t node) {
        for (std::size_t i = node * lanes; i < (node + 1) * lanes; ++i) field[i] *= inverse[i];
    };
    const auto last = std::size_t(nodes - 1);
    if (forward) {
        for (std::size_t node = 1; node <= last; ++node) add_neighbour(node, node - 1, node);
        scale(last);
        for (std::size_t node = last; node-- > 0;) {
            scale(node);
            add_neighbour(node, node + 1, node + 1);
        }
    } else {
        for (std::size_t node = last; node-- > 0;) add_neighbour(node, node + 1, node + 1);
        scale(0);
        for (std::size_t node = 1; node <= last; ++node) {
            scale(node);
            add_neighbour(node, node - 1, node);
        }
    }
}

WireLayers::WireLayers(std::span<const double> conductance, int row_count, int col_count, const WireParams& wires)
    : rows(row_count),
      cols(col_count),
      cells(conductance.begin(), conductance.end()),
      bitlines_down(bitlines(conductance, rows, cols, wires, true)),
      bitlines_up(bitlines(conductance, rows, cols, wires, false)),
      wordlines(wordlines_of(conductance, rows, cols, wires)),
      drive(drive_of(wires)),
      double_sided_drive(wires.double_sided_drive) {
    std::vector<float> driven_ends(conductance.size());
    std::fill_n(driven_ends.begin(), rows, float(drive));
    if (double_sided_drive)
        for (std::size_t i = driven_ends.size() - std::size_t(rows); i < driven_ends.size(); ++i) driven_ends[i] += float(drive);
    wordlines.solve(driven_ends);
    driven = transposed(driven_ends, cols, rows);

    // By reciprocity: the potentials along a bitline when its sense amplifier is the source.
    sensed.assign(conductance.size(), 0.0F);
    const double sense = 1.0 / (wires.bitline_segment + wires.sense);
    std::fill_n(wires.sense_at_top ? sensed.begin() : sensed.end() - cols, cols, float(sense));
    bitlines_down.solve(sensed);
    for (std::size_t i = 0; i < sensed.size(); ++i) sensed[i] *= cells[i];
}

std::vector<float> WireLayers::returned(std::span<const float> potential) const {
    std::vector<float> field(potential.begin(), potential.end());
    for (std::size_t i = 0; i < field.size(); ++i) field[i] *= cells[i];
    bitlines_down.solve(field);
    for (std::size_t i = 0; i < field.size(); ++i) field[i] *= cells[i];
    std::vector<float> across = transposed(field, rows, cols);
    wordlines.solve(across);
    return transposed(across, cols, rows);
}

std::vector<double> WireLayers::currents(std::span<const float> potential) const {
    std::vector<double> sums(static_cast<std::size_t>(cols));
    for (std::size_t i = 0; i < potential.size(); i += sums.size())
        for (std::size_t j = 0; j < sums.size(); ++j) sums[j] += double(sensed[i + j]) * double(potential[i + j]);
    return sums;
}

}  // namespace berth::crossbar

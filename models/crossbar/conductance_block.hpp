// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/array_layout.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace berth::crossbar {

/// What programming one array took and left.
struct ArrayProgramming {
    std::uint64_t cells = 0;
    std::uint64_t rows = 0;         ///< with cells
    std::uint64_t pulses = 0;       ///< of all its cells together
    std::uint64_t row_pulses = 0;   ///< if a row's cells are written at once: of each row, those of its slowest cell, added up
    std::uint32_t most_pulses = 0;  ///< of any cell: the array's wear
    std::uint64_t missed = 0;       ///< cells that were still out of tolerance when pulses ran out
    std::uint64_t worn = 0;         ///< cells stuck because they had more pulses than they endure
    std::uint64_t stuck = 0;        ///< cells stuck from the beginning

    ArrayProgramming& operator+=(const ArrayProgramming& other) {
        cells += other.cells;
        rows += other.rows;
        pulses += other.pulses;
        row_pulses += other.row_pulses;
        most_pulses = std::max(most_pulses, other.most_pulses);
        missed += other.missed;
        worn += other.worn;
        stuck += other.stuck;
        return *this;
    }
};

/// What the cells of one block of rows conduct once they are programmed, with everything that programming fixes: level errors, stuck
/// cells, relaxation, wires. In unit currents: the current, at unit input, by which neighbouring ideal
/// levels differ; an ideal cell that holds the number n has n. What an offset correction takes away is taken away, so a value
/// may lie below zero.
///
/// Columns are those of ArrayLayout (polarity, slice, channel), and behind them the unit columns of every array, in the order
/// (polarity, column group, unit): see unit_column.
struct ConductanceBlock {
    int rows = 0;
    std::size_t columns = 0;  ///< weights' columns and unit columns

    std::vector<float> cells;  ///< [rows, columns]
    std::vector<float>
        variances;  ///< [rows, columns], of one read of a cell at unit input, in unit currents squared; empty without read noise

    /// [polarities, column groups]; empty where nothing that programming does was modelled.
    std::vector<ArrayProgramming> arrays;

    [[nodiscard]] static std::size_t unit_column(const ArrayLayout& layout, int polarity, int group, int unit) {
        return layout.columns() +
               (std::size_t(polarity) * std::size_t(layout.column_groups) + std::size_t(group)) * std::size_t(layout.unit_columns) +
               std::size_t(unit);
    }
    [[nodiscard]] static std::size_t column_count(const ArrayLayout& layout) { return unit_column(layout, layout.polarities, 0, 0); }
};

}  // namespace berth::crossbar

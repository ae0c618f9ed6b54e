// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace berth::crossbar {

/// What a cell's draw decides.
enum class CellDraw : std::uint32_t { programming = 1, endurance, worn_state, retention, fault_region, fault_cell };

/// The random numbers of one array's cells: functions of the design's seed, the matrix's component, block, array, row and column,
/// and of what they decide, whatever order they are asked for in. Philox (models/core/philox.hpp), 32 bits a number.
class CellDraws {
public:
    /// @param array number of the array within its block.
    CellDraws(std::uint64_t seed, std::uint64_t component, int block, int array);

    /// Standard normal numbers of columns 0, 1, ... of a row: Box and Muller's transform of uniform numbers of 24 bits, so none lies
    /// farther than 5.9 from zero.
    /// @param round counts draws for the same end, from 0 to 65535.
    void normals(CellDraw what, int round, int row, std::span<float> columns) const;

    /// Uniform numbers in (0, 1), multiples of 2^-24 plus 2^-25.
    void uniforms(CellDraw what, int round, int row, std::span<float> columns) const;

private:
    [[nodiscard]] std::array<std::uint32_t, 4> counter(CellDraw what, int round, int row) const;

    std::array<std::uint32_t, 2> key_;
    std::uint32_t block_, array_;
};

}  // namespace berth::crossbar

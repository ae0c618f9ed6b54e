// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/programmed_block.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace berth::crossbar {

/// Population counts of 1-bit inputs and cells as products of byte matrices, on processors whose matrix unit multiplies those (Intel
/// AMX): 16 reads by 64 rows by 16 columns in one instruction.
class TileCounter {
public:
    /// Tokens from which spreading cells over bytes pays.
    static constexpr int kLeastTokens = 16;

    /// Whether this processor has the unit and the system lets the process use it.
    [[nodiscard]] static bool available();

    /// Takes the bits of some tokens' inputs, [tokens, 8, row_bytes], each the low byte of its word.
    void take_inputs(const std::vector<std::uint32_t>& bits, int tokens, int row_bytes);

    /// What those inputs count in a strip's columns, at most 255: [tokens, 8, 64], good until the next call.
    /// @param lines [row_bytes]
    [[nodiscard]] const std::uint8_t* count(const CellLine* lines);

private:
    struct alignas(64) Line {
        std::uint8_t bytes[64];
    };

    std::size_t reads_ = 0, depth_ = 0, row_bytes_ = 0;  ///< reads made up to whole pairs of tiles; tiles of 64 rows
    std::vector<Line> inputs_;                           ///< [reads / 16, depth, 16]
    std::vector<Line> cells_;                            ///< [depth, 4, 16]
    std::vector<Line> sums_;                             ///< [2, 2, 4, 16], of 32-bit numbers
    std::vector<Line> counts_;                           ///< [reads]
};

}  // namespace berth::crossbar

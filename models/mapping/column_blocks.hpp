// SPDX-License-Identifier: Apache-2.0
// Where the columns of a plane stand in the arrays of a chip.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace berth::mapping {

/// Columns of a plane that stand side by side in arrays: from `site` on one array for each row block, and `polarity_sites` further those of
/// the other polarity.
struct ColumnBlock {
    std::int64_t site = 0, polarity_sites = 0;
    std::int64_t column = 0;  ///< of the arrays', the first one, unit columns not counted
    std::int64_t first = 0;   ///< of the plane's: slice by slice, and in each output by output
    std::int64_t columns = 0;

    bool operator==(const ColumnBlock&) const = default;
};

/// All columns of a plane, told by where its strip stands: a chip holds many thousands of blocks, and few ask for them.
struct ColumnBlocks {
    std::int64_t site = 0;         ///< where the strip's first block begins
    std::int64_t block_sites = 0;  ///< from one block of the strip to the next
    std::int64_t polarity_sites = 0;
    std::int64_t usable = 0;                                       ///< columns of an array that a block of the strip fills
    std::int64_t before = 0;                                       ///< columns of the strip that other planes have before this one's first
    std::int64_t columns = 0;                                      ///< of the plane, in one row block and polarity
    std::shared_ptr<const std::vector<std::int64_t>> starts = {};  ///< for each block of the strip the column of its arrays it begins at

    /// @return every column once, in the plane's order.
    [[nodiscard]] std::vector<ColumnBlock> list() const;
};

}  // namespace berth::mapping

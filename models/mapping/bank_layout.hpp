// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace berth::mapping {

/// A column block of a strip: so many rows and columns of every array it stands in.
struct StripBlock {
    std::size_t strip = 0;   ///< of the group
    std::int64_t place = 0;  ///< which converters read it: the block's number within its strip
    std::int64_t bank = 0;   ///< which of the arrays behind those converters
    std::int64_t row = 0, column = 0;
    std::int64_t rows = 0, columns = 0;
    std::int64_t row_blocks = 0;  ///< arrays below one another; where there are several, each is taken for its whole height
};

/// How the strips of a group share arrays. Strips are read one after the other, so in an array that they share only the rows of the
/// one in use are driven and only its columns are converted: strips of few inputs stand below one another, narrow ones side by side,
/// wherever the next one fits. Strips come in the order in which they are added, so that what is added later moves nothing.
class BankLayout {
public:
    /// @param columns of an array that hold weights.
    BankLayout(std::int64_t rows, std::int64_t columns) : rows_(rows), columns_(columns) {}

    /// @param inputs at least 1. @param columns that the strip takes; 0 adds nothing.
    void add(std::size_t strip, std::int64_t inputs, std::int64_t columns);

    [[nodiscard]] const std::vector<StripBlock>& blocks() const { return blocks_; }
    [[nodiscard]] std::int64_t places() const { return static_cast<std::int64_t>(stacks_.size()); }
    /// Row blocks of the tallest strip: arrays that a place reads at once.
    [[nodiscard]] std::int64_t tallest() const { return tallest_; }
    /// Arrays of one polarity.
    [[nodiscard]] std::int64_t arrays() const;
    /// Most banks behind the converters of one place.
    [[nodiscard]] std::int64_t deepest() const;

private:
    struct Shelf {
        std::int64_t row = 0, rows = 0, columns = 0;  ///< columns in use
    };
    struct Stack {
        std::int64_t row_blocks = 0;
        std::vector<Shelf> shelves;
    };

    void put(StripBlock block);
    /// Gives the block its row and column where the stack has room.
    bool fits(Stack& stack, StripBlock& block) const;

    std::int64_t rows_, columns_, tallest_ = 0;
    std::vector<std::vector<Stack>> stacks_;  ///< by place and bank
    std::vector<StripBlock> blocks_;
};

}  // namespace berth::mapping

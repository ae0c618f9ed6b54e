// SPDX-License-Identifier: Apache-2.0
#include "models/mapping/bank_layout.hpp"

#include "models/core/ceil_div.hpp"

#include <algorithm>

namespace berth::mapping {

using std::int64_t;

void BankLayout::add(std::size_t strip, int64_t inputs, int64_t columns) {
    const int64_t row_blocks = ceil_div(inputs, rows_);
    for (int64_t place = 0; columns > 0; ++place, columns -= columns_)
        put({.strip = strip,
             .place = place,
             .rows = row_blocks > 1 ? rows_ : inputs,
             .columns = std::min(columns, columns_),
             .row_blocks = row_blocks});
}

void BankLayout::put(StripBlock block) {
    tallest_ = std::max(tallest_, block.row_blocks);
    if (block.place == places()) stacks_.emplace_back();
    auto& banks = stacks_[static_cast<std::size_t>(block.place)];
    auto bank = std::find_if(banks.begin(), banks.end(), [&](Stack& stack) { return fits(stack, block); });
    if (bank == banks.end()) {
        banks.push_back({block.row_blocks, {}});
        bank = std::prev(banks.end());
        (void)fits(*bank, block);
    }
    block.bank = std::distance(banks.begin(), bank);
    blocks_.push_back(block);
}

bool BankLayout::fits(Stack& stack, StripBlock& block) const {
    if (stack.row_blocks != block.row_blocks) return false;
    const auto take = [&block](Shelf& shelf) {
        block.row = shelf.row;
        block.column = shelf.columns;
        shelf.columns += block.columns;
        return true;
    };
    for (Shelf& shelf : stack.shelves)
        if (shelf.rows >= block.rows && shelf.columns + block.columns <= columns_) return take(shelf);
    const int64_t row = stack.shelves.empty() ? 0 : stack.shelves.back().row + stack.shelves.back().rows;
    return row + block.rows <= rows_ && take(stack.shelves.emplace_back(Shelf{row, block.rows, 0}));
}

int64_t BankLayout::arrays() const {
    int64_t sum = 0;
    for (const auto& banks : stacks_)
        for (const Stack& stack : banks) sum += stack.row_blocks;
    return sum;
}

int64_t BankLayout::deepest() const {
    int64_t most = 0;
    for (const auto& banks : stacks_) most = std::max(most, static_cast<int64_t>(banks.size()));
    return most;
}

}  // namespace berth::mapping

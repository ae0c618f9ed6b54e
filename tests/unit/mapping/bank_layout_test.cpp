// SPDX-License-Identifier: Apache-2.0
#include "models/mapping/bank_layout.hpp"

#include "models/core/ceil_div.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <vector>

namespace berth::mapping {
namespace {

using std::int64_t;

struct StripSize {
    int64_t inputs, columns;
};

std::vector<StripSize> any_strips(int64_t rows, int64_t columns) {
    std::vector<StripSize> strips;
    const int count = *rc::gen::inRange(0, 20);
    for (int i = 0; i < count; ++i) {
        const auto widest = static_cast<int>(3 * columns);
        const auto tallest = static_cast<int>(*rc::gen::element(rows / 4, rows, 3 * rows));
        strips.push_back({*rc::gen::inRange(1, tallest + 1), *rc::gen::inRange(0, widest)});
    }
    return strips;
}

bool overlap(int64_t first, int64_t length, int64_t other, int64_t other_length) {
    return first < other + other_length && other < first + length;
}

TEST(BankLayout, GivesEveryCellOfEveryStripOnePlace) {
    ASSERT_TRUE(rc::check("blocks cover their strips and never one another", [] {
        const int64_t rows = *rc::gen::element(16, 100, 128), columns = *rc::gen::element(16, 100, 127);
        const std::vector<StripSize> strips = any_strips(rows, columns);
        BankLayout layout(rows, columns);
        for (std::size_t strip = 0; strip < strips.size(); ++strip) layout.add(strip, strips[strip].inputs, strips[strip].columns);

        std::map<std::size_t, int64_t> covered;
        std::set<std::pair<std::size_t, int64_t>> places;
        std::map<std::pair<int64_t, int64_t>, int64_t> arrays;
        const auto& blocks = layout.blocks();
        for (std::size_t i = 0; i < blocks.size(); ++i) {
            const StripBlock& block = blocks[i];
            covered[block.strip] += block.columns;
            RC_ASSERT(places.insert({block.strip, block.place}).second);  // a strip is read at once: each block by its own converters
            RC_ASSERT(block.row_blocks == ceil_div(strips[block.strip].inputs, rows));
            RC_ASSERT(block.rows == (block.row_blocks > 1 ? rows : strips[block.strip].inputs));
            RC_ASSERT(block.row >= 0 && block.row + block.rows <= rows);
            RC_ASSERT(block.column >= 0 && block.column + block.columns <= columns);
            RC_ASSERT(block.place < layout.places() && block.bank < layout.deepest());
            const auto known = arrays.try_emplace({block.place, block.bank}, block.row_blocks);
            RC_ASSERT(known.first->second == block.row_blocks);
            for (std::size_t other = 0; other < i; ++other)
                RC_ASSERT(blocks[other].place != block.place || blocks[other].bank != block.bank ||
                          !overlap(blocks[other].row, blocks[other].rows, block.row, block.rows) ||
                          !overlap(blocks[other].column, blocks[other].columns, block.column, block.columns));
        }
        for (std::size_t strip = 0; strip < strips.size(); ++strip) RC_ASSERT(covered[strip] == strips[strip].columns);
        int64_t sum = 0, sites = 0;
        for (const auto& [where, row_blocks] : arrays) sum += row_blocks;
        RC_ASSERT(sum == layout.arrays());
        sites = layout.places() * layout.tallest();
        RC_ASSERT(layout.arrays() <= static_cast<int64_t>(strips.size()) * sites);
    }));
}

TEST(BankLayout, MovesNothingWhenAStripIsAdded) {
    ASSERT_TRUE(rc::check("a layout is a prefix of a longer one", [] {
        const std::vector<StripSize> strips = any_strips(64, 64);
        BankLayout all(64, 64), fewer(64, 64);
        for (std::size_t strip = 0; strip < strips.size(); ++strip) {
            all.add(strip, strips[strip].inputs, strips[strip].columns);
            if (strip + 1 < strips.size()) fewer.add(strip, strips[strip].inputs, strips[strip].columns);
        }
        for (std::size_t i = 0; i < fewer.blocks().size(); ++i) {
            const StripBlock &one = fewer.blocks()[i], &same = all.blocks()[i];
            RC_ASSERT(std::tie(one.strip, one.place, one.bank, one.row, one.column) ==
                      std::tie(same.strip, same.place, same.bank, same.row, same.column));
        }
    }));
}

TEST(BankLayout, FillsArraysAsTheClosedFormSays) {
    ASSERT_TRUE(rc::check("equal strips", [] {
        const int64_t rows = 128, columns = 128;
        const int tasks = *rc::gen::inRange(1, 65), rank = *rc::gen::inRange(1, 129);
        // Second factors, whose columns fill whole arrays: as many tasks below one another as rows allow.
        const int64_t width = 128 * *rc::gen::inRange(1, 7);
        BankLayout up(rows, columns);
        for (int task = 0; task < tasks; ++task) up.add(static_cast<std::size_t>(task), rank, width);
        RC_ASSERT(up.places() == width / columns);
        RC_ASSERT(up.arrays() == width / columns * ceil_div(tasks, rows / rank));
        // First factors, which take all rows of three row blocks: as many tasks side by side as columns allow.
        BankLayout down(rows, columns);
        for (int task = 0; task < tasks; ++task) down.add(static_cast<std::size_t>(task), 384, rank);
        RC_ASSERT(down.places() == 1 && down.tallest() == 3);
        RC_ASSERT(down.arrays() == 3 * ceil_div(tasks, columns / rank));
    }));
}

}  // namespace
}  // namespace berth::mapping

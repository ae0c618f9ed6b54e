// SPDX-License-Identifier: Apache-2.0
#include "models/mapping/column_blocks.hpp"

#include <algorithm>

namespace berth::mapping {

std::vector<ColumnBlock> ColumnBlocks::list() const {
    std::vector<ColumnBlock> blocks;
    for (std::int64_t done = 0; done < columns; done += blocks.back().columns) {
        const std::int64_t block = (before + done) / usable, within = (before + done) % usable;
        blocks.push_back({.site = site + block * block_sites,
                          .polarity_sites = polarity_sites,
                          .column = (*starts)[static_cast<std::size_t>(block)] + within,
                          .first = done,
                          .columns = std::min(columns - done, usable - within)});
    }
    return blocks;
}

}  // namespace berth::mapping

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace berth::compressor {

/// Places 0, ..., of `most` things at equal distances among `all` of them, ascending; every place where there are no more.
[[nodiscard]] inline std::vector<std::size_t> evenly_spaced(std::size_t all, std::size_t most) {
    std::vector<std::size_t> places(std::min(all, most));
    for (std::size_t i = 0; i < places.size(); ++i) places[i] = i * all / places.size();
    return places;
}

}  // namespace berth::compressor

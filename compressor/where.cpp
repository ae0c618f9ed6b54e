// SPDX-License-Identifier: Apache-2.0
#include "compressor/where.hpp"

namespace berth::compressor {

bool matches(std::string_view pattern, std::string_view name) {
    const std::size_t star = pattern.find('*');
    if (star == std::string_view::npos) return pattern == name;
    if (!name.starts_with(pattern.substr(0, star))) return false;
    pattern.remove_prefix(star + 1);
    name.remove_prefix(star);
    // What stands between two stars is found at its first place; what stands behind the last one ends the name.
    for (std::size_t next = pattern.find('*'); next != std::string_view::npos; next = pattern.find('*')) {
        const std::size_t at = name.find(pattern.substr(0, next));
        if (at == std::string_view::npos) return false;
        name.remove_prefix(at + next);
        pattern.remove_prefix(next + 1);
    }
    return name.ends_with(pattern);
}

}  // namespace berth::compressor

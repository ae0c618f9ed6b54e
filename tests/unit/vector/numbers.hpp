// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace berth::test {

/// Random numbers of every size: a random number of random bits, now and then an end of the range.
inline std::vector<std::int32_t> numbers_of_every_size(std::size_t count, std::uint32_t seed) {
    std::mt19937 random(seed);
    std::vector<std::int32_t> numbers(count);
    for (std::int32_t& number : numbers) {
        const auto bits = static_cast<std::int32_t>(random());
        number = random() % 64 == 0 ? (bits < 0 ? -0x7fffffff : 0x7fffffff) : bits >> (random() % 32);
    }
    return numbers;
}

}  // namespace berth::test

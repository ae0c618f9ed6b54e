// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace berth {

/// Counter-based random numbers: Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
/// A pure function of key and counter, so results depend on neither order nor threads.
/// Known answer: philox({0,0,0,0}, {0,0}) = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}.
[[nodiscard]] constexpr std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t low = std::uint64_t{0xD2511F53u} * counter[0];
        const std::uint64_t high = std::uint64_t{0xCD9E8D57u} * counter[2];
        counter = {static_cast<std::uint32_t>(high >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(high),
                   static_cast<std::uint32_t>(low >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(low)};
        key[0] += 0x9E3779B9u;
        key[1] += 0xBB67AE85u;
    }
    return counter;
}

/// A uniform number in [0, 1) from one 32-bit word.
[[nodiscard]] constexpr double unit_interval(std::uint32_t word) { return static_cast<double>(word) * 0x1.0p-32; }

}  // namespace berth

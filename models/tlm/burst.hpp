// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

namespace berth::tlm {

inline constexpr std::uint64_t kPageBytes = 4096;  ///< no burst crosses a boundary of these

/// Bytes of the first burst of a transfer: as many as stay within the transfer, the page, and the burst's own alignment, so
/// that an unaligned begin costs one short burst and all that follow are aligned. burst_bytes > 0, remaining > 0.
[[nodiscard]] constexpr std::uint64_t first_burst(std::uint64_t address, std::uint64_t remaining, std::uint64_t burst_bytes) {
    return std::min({remaining, kPageBytes - address % kPageBytes, burst_bytes - address % burst_bytes});
}

}  // namespace berth::tlm

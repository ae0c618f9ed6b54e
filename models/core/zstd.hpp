// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace berth {

/// What makes bytes smaller: words that come again, as in text, or that some values are more frequent than others, as in codes. Repeats
/// that chance brings about cost codes more than they save.
enum class Redundancy { repeats, frequencies };

/// One Zstandard frame (RFC 8878) that holds the bytes; the same bytes give the same frame.
[[nodiscard]] std::vector<std::byte> zstd_frame(std::span<const std::byte> bytes, Redundancy redundancy);

/// Fills `bytes` with what the frame holds. Never writes beyond it, whatever the frame says.
/// @return whether it is one good frame that holds exactly so many bytes.
[[nodiscard]] bool zstd_content(std::span<const std::byte> frame, std::span<std::byte> bytes);

}  // namespace berth

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace berth::compressor::layout {

static_assert(std::endian::native == std::endian::little, "the image's bytes are used as they lie in memory");

inline constexpr std::string_view kMagic = "BERTHIMG";
inline constexpr std::uint32_t kVersion = 1;
inline constexpr std::size_t kVersionAt = 8, kHeaderCrcAt = 12, kHeaderLengthAt = 16, kHeaderAt = 24;
inline constexpr std::size_t kAlignment = 64;
inline constexpr std::uint64_t kLargestHeader = std::uint64_t{48} << 20;

/// Types of a section's elements, as the header names them. "ternary" packs four codes of two bits a byte, first code in the
/// lowest bits: 0, 1, and 3 for -1.
inline constexpr std::string_view kInt8 = "int8", kInt32 = "int32", kFloat32 = "float32", kTernary = "ternary", kText = "text";

/// How the header names inference::HeadActivation.
inline constexpr std::array kHeadActivations{"tanh", "relu"};

/// The next section boundary at or behind `offset`.
[[nodiscard]] constexpr std::uint64_t aligned(std::uint64_t offset) { return (offset + kAlignment - 1) / kAlignment * kAlignment; }

[[nodiscard]] constexpr std::size_t ternary_bytes(std::size_t codes) { return (codes + 3) / 4; }

[[nodiscard]] inline std::vector<std::byte> pack_ternary(std::span<const std::int8_t> codes) {
    std::vector<std::byte> packed(ternary_bytes(codes.size()));
    for (std::size_t i = 0; i < codes.size(); ++i) packed[i / 4] |= static_cast<std::byte>((codes[i] & 3) << (2 * (i % 4)));
    return packed;
}

/// @return whether every pair of bits is a code and those behind the last code are zero. Shapes: codes.size() as packed.
[[nodiscard]] inline bool unpack_ternary(std::span<const std::byte> packed, std::span<std::int8_t> codes) {
    constexpr std::int8_t invalid = 2;
    constexpr std::int8_t meaning[] = {0, 1, invalid, -1};
    bool good = true;
    for (std::size_t i = 0; i < 4 * packed.size(); ++i) {
        const std::int8_t code = meaning[(static_cast<unsigned>(packed[i / 4]) >> (2 * (i % 4))) & 3U];
        good = good && code != invalid && (i < codes.size() || code == 0);
        if (i < codes.size()) codes[i] = code;
    }
    return good;
}

}  // namespace berth::compressor::layout

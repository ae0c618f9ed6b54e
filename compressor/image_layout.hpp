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
inline constexpr std::uint32_t kVersion = 2;
inline constexpr std::size_t kVersionAt = 8, kHeaderCrcAt = 12, kHeaderLengthAt = 16, kHeaderAt = 24;
inline constexpr std::size_t kAlignment = 64;
inline constexpr std::uint64_t kLargestHeader = std::uint64_t{48} << 20;

/// Types of a section's elements, as the header names them. "ternary" packs four codes of two bits a byte, first code in the
/// lowest bits: 0, 1, and 3 for -1. "int3" to "int7" pack codes of so many bits in two's complement, one behind the other from
/// the lowest bit of the first byte; the most negative code does not occur, and unused bits are 0.
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

/// The type of a section of codes with so many magnitude bits: a sign takes one bit more.
[[nodiscard]] constexpr std::string_view packed_type(int magnitude_bits) {
    constexpr std::string_view types[] = {"", kTernary, "int3", "int4", "int5", "int6", "int7", kInt8};
    return types[magnitude_bits];
}

[[nodiscard]] constexpr std::size_t packed_bytes(std::size_t codes, int magnitude_bits) {
    return (codes * static_cast<std::size_t>(magnitude_bits + 1) + 7) / 8;
}

/// @param magnitude_bits 1 to 7; |code| <= 2^magnitude_bits - 1. One bit of magnitude gives what pack_ternary gives.
[[nodiscard]] inline std::vector<std::byte> pack(std::span<const std::int8_t> codes, int magnitude_bits) {
    const auto width = static_cast<std::size_t>(magnitude_bits + 1);
    const unsigned mask = (1U << width) - 1;
    std::vector<std::byte> packed(packed_bytes(codes.size(), magnitude_bits) + 1);
    for (std::size_t i = 0; i < codes.size(); ++i) {
        const std::size_t bit = i * width;
        const unsigned moved = (static_cast<unsigned>(codes[i]) & mask) << (bit % 8);
        packed[bit / 8] |= static_cast<std::byte>(moved & 0xFFU);
        packed[bit / 8 + 1] |= static_cast<std::byte>(moved >> 8U);
    }
    packed.pop_back();
    return packed;
}

/// @return whether every code is within its magnitude and the bits behind the last one are zero.
/// Shapes: packed.size() is packed_bytes(codes.size(), magnitude_bits).
[[nodiscard]] inline bool unpack(std::span<const std::byte> packed, std::span<std::int8_t> codes, int magnitude_bits) {
    const auto width = static_cast<std::size_t>(magnitude_bits + 1);
    const unsigned mask = (1U << width) - 1;
    const int sign = 1 << magnitude_bits;
    const auto byte = [&](std::size_t at) { return at < packed.size() ? static_cast<unsigned>(packed[at]) : 0U; };
    bool good = true;
    for (std::size_t i = 0; i < codes.size(); ++i) {
        const std::size_t bit = i * width;
        const auto raw = static_cast<int>(((byte(bit / 8) | byte(bit / 8 + 1) << 8U) >> (bit % 8)) & mask);
        good = good && raw != sign;
        codes[i] = static_cast<std::int8_t>(raw > sign ? raw - 2 * sign : raw);
    }
    const std::size_t used = codes.size() * width % 8;
    return good && (used == 0 || (byte(packed.size() - 1) >> used) == 0);
}

}  // namespace berth::compressor::layout

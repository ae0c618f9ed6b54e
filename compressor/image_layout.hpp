// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace berth::compressor::layout {

static_assert(std::endian::native == std::endian::little, "the image's bytes are used as they lie in memory");

inline constexpr std::string_view kMagic = "BERTHIMG";
inline constexpr std::uint32_t kVersion = 3;
inline constexpr std::size_t kVersionAt = 8, kHeaderCrcAt = 12, kHeaderLengthAt = 16, kHeaderAt = 24;
inline constexpr std::size_t kAlignment = 64;
inline constexpr std::uint64_t kLargestHeader = std::uint64_t{48} << 20;

/// Types of a section's elements, as the header names them. "ternary" packs four codes of two bits a byte, first code in the
/// lowest bits: 0, 1, and 3 for -1. "int3" to "int7" pack codes of so many bits in two's complement, one behind the other from
/// the lowest bit of the first byte; the most negative code does not occur, and unused bits are 0.
inline constexpr std::string_view kInt8 = "int8", kInt32 = "int32", kFloat32 = "float32", kTernary = "ternary", kText = "text";

/// How the header says that a section's bytes are a Zstandard frame of its content.
inline constexpr std::string_view kZstd = "zstd";

/// Sections may be referred to many times, ternary codes unpack to four times their size, and frames to more. What an image may
/// expand to is this many times its file, so no frame is written that holds more than this many elements a byte.
inline constexpr std::uint64_t kLargestExpansion = 16;

/// How the header names inference::HeadActivation.
inline constexpr std::array kHeadActivations{"tanh", "relu"};

/// The next section boundary at or behind `offset`.
[[nodiscard]] constexpr std::uint64_t aligned(std::uint64_t offset) { return (offset + kAlignment - 1) / kAlignment * kAlignment; }

/// The type of a section of codes with so many magnitude bits: a sign takes one bit more.
[[nodiscard]] constexpr std::string_view packed_type(int magnitude_bits) {
    constexpr std::string_view types[] = {"", kTernary, "int3", "int4", "int5", "int6", "int7", kInt8};
    return types[magnitude_bits];
}

/// Whether a frame holds codes of this width packed. Codes that lie across bytes would hide from an entropy coder that counts bytes, so
/// those have a byte each.
[[nodiscard]] constexpr bool packed_in_frames(int magnitude_bits) { return 8 % (magnitude_bits + 1) == 0; }

[[nodiscard]] constexpr std::size_t packed_bytes(std::size_t codes, int magnitude_bits) {
    return (codes * static_cast<std::size_t>(magnitude_bits + 1) + 7) / 8;
}

/// @param magnitude_bits 1 to 7; |code| <= 2^magnitude_bits - 1.
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

/// Up to eight codes of one width, which begin with a byte's lowest bit. @return whether every one is within its magnitude.
template <int kWidth>
[[nodiscard]] inline bool unpack_eight(const std::byte* packed, std::size_t bytes, std::int8_t* codes, int count) {
    constexpr unsigned mask = (1U << kWidth) - 1, sign = 1U << (kWidth - 1);
    std::uint64_t word = 0;
    std::memcpy(&word, packed, bytes);
    unsigned outside = 0;
    for (int i = 0; i < count; ++i) {
        const unsigned raw = static_cast<unsigned>(word >> (i * kWidth)) & mask;
        outside |= static_cast<unsigned>(raw == sign);
        codes[i] = static_cast<std::int8_t>(static_cast<int>(raw ^ sign) - static_cast<int>(sign));
    }
    return outside == 0;
}

template <int kWidth>
[[nodiscard]] inline bool unpack_width(std::span<const std::byte> packed, std::span<std::int8_t> codes) {
    constexpr std::size_t eight = 8;
    const std::size_t groups = codes.size() / eight, left = codes.size() % eight;
    bool good = true;
    for (std::size_t group = 0; group < groups; ++group)
        good &= unpack_eight<kWidth>(packed.data() + group * kWidth, kWidth, codes.data() + group * eight, eight);
    if (left == 0) return good;
    const std::size_t begin = groups * kWidth, used = left * kWidth % eight;
    good &= unpack_eight<kWidth>(packed.data() + begin, packed.size() - begin, codes.data() + groups * eight, static_cast<int>(left));
    return good && (used == 0 || (static_cast<unsigned>(packed.back()) >> used) == 0);
}

/// @return whether every code is within its magnitude and the bits behind the last one are zero.
/// Shapes: packed.size() is packed_bytes(codes.size(), magnitude_bits); magnitude_bits from 1 to 7.
[[nodiscard]] inline bool unpack(std::span<const std::byte> packed, std::span<std::int8_t> codes, int magnitude_bits) {
    using Unpack = bool (*)(std::span<const std::byte>, std::span<std::int8_t>);
    constexpr Unpack widths[] = {nullptr,          &unpack_width<2>, &unpack_width<3>, &unpack_width<4>,
                                 &unpack_width<5>, &unpack_width<6>, &unpack_width<7>, &unpack_width<8>};
    return widths[magnitude_bits](packed, codes);
}

}  // namespace berth::compressor::layout

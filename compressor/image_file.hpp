// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/weight_image.hpp"

#include <boost/json.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace berth::compressor {

/// The file: magic "BERTHIMG", u32 version, u32 CRC-32C of the header, u64 header length, JSON header, then sections at
/// 64-byte boundaries, each with offset, length and CRC-32C in the header; little-endian; zero padding; nothing behind the
/// last section. Same image, same bytes. docs/image.md is the full description.
[[nodiscard]] std::vector<std::byte> serialise(const WeightImage& image);

/// Writes the file atomically. @throws InputError naming the file.
void write_image(const WeightImage& image, const std::filesystem::path& file);

/// Checks every length, offset and CRC before use. `where` names the file, or the memory it came through, in messages.
/// @throws InputError naming `where` and the section or field that is wrong.
[[nodiscard]] WeightImage parse_image(std::span<const std::byte> bytes, const std::string& where);

/// The same without weights: matrices, deltas, factors and embedding tables have their sizes, bits and scales, and no values. Lengths,
/// offsets and CRCs are checked alike; whether values keep to their bits is not. Enough for what shapes decide (placement, time, energy,
/// area) in a third of the time. @throws InputError as parse_image.
[[nodiscard]] WeightImage parse_outline(std::span<const std::byte> bytes, const std::string& where);

/// The JSON header alone, its CRC checked: what `berth inspect --json` shows. @throws InputError as parse_image.
[[nodiscard]] boost::json::object parse_header(std::span<const std::byte> bytes, const std::string& where);

/// Bytes of the whole file, from its beginning. Zero while the header is not all there; nothing is believed that the header's CRC
/// does not cover. @throws InputError as parse_image.
[[nodiscard]] std::uint64_t announced_bytes(std::span<const std::byte> beginning, const std::string& where);

/// Map the file and parse it.
[[nodiscard]] WeightImage read_image(const std::filesystem::path& file);
[[nodiscard]] WeightImage read_outline(const std::filesystem::path& file);

}  // namespace berth::compressor

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace berth {

/// CRC-32C (Castagnoli, polynomial 0x1EDC6F41, reflected, RFC 3720 appendix B.4): crc32c("123456789") = 0xE3069283.
[[nodiscard]] std::uint32_t crc32c(std::span<const std::byte> bytes);

namespace detail {

/// The same without the processor's instruction, for processors that have none.
[[nodiscard]] std::uint32_t crc32c_by_table(std::span<const std::byte> bytes);

}  // namespace detail

/// SHA-256 as 64 lower-case hexadecimal digits.
[[nodiscard]] std::string sha256(std::span<const std::byte> bytes);

/// SHA-256 of a file's content. @throws InputError naming the file.
[[nodiscard]] std::string sha256_of_file(const std::filesystem::path& file);

}  // namespace berth

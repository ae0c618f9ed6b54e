// SPDX-License-Identifier: Apache-2.0
#include "models/core/digest.hpp"

#include "models/core/files.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <boost/crc.hpp>

#include <array>
#include <cstring>
#include <stdexcept>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace berth {

namespace {

#if defined(__x86_64__)
/// The processor's own CRC-32C, eight bytes at a time.
__attribute__((target("sse4.2"))) std::uint32_t crc32c_by_instruction(std::span<const std::byte> bytes) {
    std::uint64_t crc = 0xFFFFFFFF;
    std::size_t done = 0;
    for (; done + sizeof(std::uint64_t) <= bytes.size(); done += sizeof(std::uint64_t)) {
        std::uint64_t word;
        std::memcpy(&word, bytes.data() + done, sizeof word);
        crc = _mm_crc32_u64(crc, word);
    }
    auto rest = static_cast<std::uint32_t>(crc);
    for (; done < bytes.size(); ++done) rest = _mm_crc32_u8(rest, static_cast<unsigned char>(bytes[done]));
    return ~rest;
}
#endif

}  // namespace

std::uint32_t crc32c(std::span<const std::byte> bytes) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("sse4.2")) return crc32c_by_instruction(bytes);
#endif
    return detail::crc32c_by_table(bytes);
}

std::uint32_t detail::crc32c_by_table(std::span<const std::byte> bytes) {
    boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
    crc.process_bytes(bytes.data(), bytes.size());
    return crc.checksum();
}

std::string sha256(std::span<const std::byte> bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1)
        throw std::runtime_error("the cryptographic library has no SHA-256");
    std::string text;
    for (unsigned i = 0; i < length; ++i) text += fmt::format("{:02x}", digest[i]);
    return text;
}

std::string sha256_of_file(const std::filesystem::path& file) { return sha256(MappedFile(file).bytes()); }

}  // namespace berth

// SPDX-License-Identifier: Apache-2.0
#include "models/core/digest.hpp"

#include "models/core/files.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <boost/crc.hpp>

#include <array>
#include <stdexcept>

namespace berth {

std::uint32_t crc32c(std::span<const std::byte> bytes) {
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

// SPDX-License-Identifier: Apache-2.0
#include "models/core/digest.hpp"

#include "models/core/error.hpp"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "scratch.hpp"

namespace berth {
namespace {

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

TEST(Crc32c, GivesTheCheckValue) {
    EXPECT_EQ(crc32c(bytes("123456789")), 0xE3069283u);
    EXPECT_EQ(crc32c({}), 0u);
}

TEST(Crc32c, GivesTheExamplesOfTheStandard) {
    // RFC 3720, appendix B.4. The RFC lists the bytes as they go over the wire, least significant first.
    std::vector<std::byte> block(32, std::byte{0});
    EXPECT_EQ(crc32c(block), 0x8A9136AAu);
    std::fill(block.begin(), block.end(), std::byte{0xFF});
    EXPECT_EQ(crc32c(block), 0x62A8AB43u);
    for (std::size_t i = 0; i < block.size(); ++i) block[i] = static_cast<std::byte>(i);
    EXPECT_EQ(crc32c(block), 0x46DD794Eu);
    for (std::size_t i = 0; i < block.size(); ++i) block[i] = static_cast<std::byte>(31 - i);
    EXPECT_EQ(crc32c(block), 0x113FDB5Cu);
}

TEST(Crc32c, IsTheSameByInstructionAndByTableForEveryLengthAndPlace) {
    std::vector<std::byte> block(96);
    for (std::size_t i = 0; i < block.size(); ++i) block[i] = static_cast<std::byte>(i * i * 7 + 3);
    for (std::size_t begin = 0; begin < 9; ++begin)
        for (std::size_t length = 0; begin + length <= block.size(); ++length) {
            const auto part = std::span<const std::byte>(block).subspan(begin, length);
            EXPECT_EQ(crc32c(part), detail::crc32c_by_table(part)) << begin << " " << length;
        }
}

TEST(Crc32c, NoticesEveryFlippedBit) {
    std::vector<std::byte> block(24, std::byte{0x5A});
    const std::uint32_t whole = crc32c(block);
    for (std::size_t bit = 0; bit < 8 * block.size(); ++bit) {
        block[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
        EXPECT_NE(crc32c(block), whole) << "bit " << bit;
        block[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
    }
}

TEST(Sha256, GivesTheExamplesOfTheStandard) {
    // FIPS 180-4 examples published by NIST: one block, two blocks, the empty message, and a million times "a".
    EXPECT_EQ(sha256(bytes("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256(bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(sha256({}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sha256(bytes(std::string(1000000, 'a'))), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, OfAFileIsThatOfItsContent) {
    const test::Scratch scratch;
    EXPECT_EQ(sha256_of_file(scratch.file("abc", "abc")), sha256(bytes("abc")));
    EXPECT_EQ(sha256_of_file(scratch.file("empty", "")), sha256({}));
    EXPECT_THROW((void)sha256_of_file(scratch.path() / "nowhere"), InputError);
}

}  // namespace
}  // namespace berth

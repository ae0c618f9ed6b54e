// SPDX-License-Identifier: Apache-2.0
#include "models/buffer/secded.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <cstdint>
#include <set>

namespace berth::buffer {
namespace {

constexpr std::uint64_t kPatterns[] = {0, ~std::uint64_t{0}, 0x0123456789ABCDEF, 0xAAAAAAAAAAAAAAAA};

TEST(SecDed, CorrectsEverySingleError) {
    for (const std::uint64_t data : kPatterns)
        for (int bit = 0; bit < SecDed::kBits; ++bit) {
            SecDed::Word word = SecDed::encode(data);
            word.flip(bit);
            const auto decoded = SecDed::decode(word);
            EXPECT_EQ(decoded.verdict, SecDed::Verdict::corrected) << bit;
            EXPECT_EQ(decoded.data, data) << bit;
        }
}

TEST(SecDed, FindsEveryDoubleError) {
    int pairs = 0;
    for (const std::uint64_t data : kPatterns)
        for (int first = 0; first < SecDed::kBits; ++first)
            for (int second = 0; second < first; ++second, ++pairs) {
                SecDed::Word word = SecDed::encode(data);
                word.flip(first);
                word.flip(second);
                ASSERT_EQ(SecDed::decode(word).verdict, SecDed::Verdict::uncorrectable) << first << " " << second;
            }
    EXPECT_EQ(pairs, 4 * 72 * 71 / 2);
}

TEST(SecDed, HasHsiaosColumns) {
    std::set<std::uint8_t> columns(SecDed::columns().begin(), SecDed::columns().end());
    EXPECT_EQ(columns.size(), 64u);
    std::array<int, SecDed::kCheckBits> ones{};
    for (const std::uint8_t column : columns) {
        EXPECT_EQ(std::popcount(column) % 2, 1);
        EXPECT_GT(std::popcount(column), 1);
        for (int check = 0; check < SecDed::kCheckBits; ++check) ones[static_cast<std::size_t>(check)] += (column >> check) & 1;
    }
    for (const int count : ones) EXPECT_EQ(count, 26) << "every check bit is as deep a tree as any other";
}

RC_GTEST_PROP(SecDed, LeavesGoodWordsAlone, ()) {
    const auto data = *rc::gen::arbitrary<std::uint64_t>();
    const auto decoded = SecDed::decode(SecDed::encode(data));
    RC_ASSERT(decoded.verdict == SecDed::Verdict::clean);
    RC_ASSERT(decoded.data == data);
}

}  // namespace
}  // namespace berth::buffer

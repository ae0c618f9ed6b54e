// SPDX-License-Identifier: Apache-2.0
#include "models/core/zstd.hpp"

#include <gtest/gtest.h>

#include <string>

namespace berth {
namespace {

std::vector<std::byte> bytes_of(const std::string& text) {
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

class Zstd : public testing::TestWithParam<Redundancy> {};
INSTANTIATE_TEST_SUITE_P(Searches, Zstd, testing::Values(Redundancy::repeats, Redundancy::frequencies));

TEST_P(Zstd, GivesBackWhatItTook) {
    std::string text;
    for (const char* word : {"", "a", "to be or not to be "})
        for (int times = 0; times < 300; ++times) {
            const auto bytes = bytes_of(text), frame = zstd_frame(bytes, GetParam());
            std::vector<std::byte> back(bytes.size());
            ASSERT_TRUE(zstd_content(frame, back));
            EXPECT_EQ(back, bytes);
            text += word;
        }
    EXPECT_LT(zstd_frame(bytes_of(text), GetParam()).size(), text.size());
}

TEST_P(Zstd, RefusesWhatIsNoFrameOfThatSize) {
    const auto bytes = bytes_of(std::string(500, 'x') + "and so on"), frame = zstd_frame(bytes, GetParam());
    const auto refuses = [](std::span<const std::byte> of, std::size_t size) {
        std::vector<std::byte> into(size);
        return !zstd_content(of, into);
    };
    EXPECT_FALSE(refuses(frame, bytes.size()));
    EXPECT_TRUE(refuses(frame, bytes.size() - 1));
    EXPECT_TRUE(refuses(frame, bytes.size() + 1));
    EXPECT_TRUE(refuses({}, bytes.size()));
    for (std::size_t length = 0; length < frame.size(); ++length) EXPECT_TRUE(refuses(std::span(frame).first(length), bytes.size()));
    auto twice = frame;
    twice.insert(twice.end(), frame.begin(), frame.end());
    EXPECT_TRUE(refuses(twice, bytes.size() * 2)) << "two frames";
    EXPECT_TRUE(refuses(bytes, bytes.size())) << "no frame at all";
}

}  // namespace
}  // namespace berth

// SPDX-License-Identifier: Apache-2.0
#include "platform/accelerator/image_arrival.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace berth::platform {
namespace {

std::vector<std::byte> counted(std::size_t size) {
    std::vector<std::byte> bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 7 + i / 256);
    return bytes;
}

/// `bytes` as they come, part by part, where `known` was parsed before.
bool is_known(const std::vector<std::byte>& bytes, const std::vector<std::byte>& known, bool parsed = true) {
    ImageArrival arrival({known, parsed ? std::make_shared<const compressor::WeightImage>() : nullptr});
    for (std::size_t done = 0; done < bytes.size(); done += 64) {
        arrival.add(std::span(bytes).subspan(done, std::min<std::size_t>(64, bytes.size() - done)));
        if (done == 128) arrival.expect(bytes.size());
    }
    EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), arrival.bytes().begin(), arrival.bytes().end()));
    return arrival.known() != nullptr;
}

TEST(ImageArrival, KnowsTheImageThatWasParsedAndNoOther) {
    const auto image = counted(1000);
    EXPECT_TRUE(is_known(image, image));
    EXPECT_FALSE(is_known(image, image, false));
    EXPECT_FALSE(is_known(image, {}, false));
    EXPECT_FALSE(is_known(image, counted(999)));
    EXPECT_FALSE(is_known(counted(999), image));
    for (const std::size_t at : {std::size_t{0}, std::size_t{500}, std::size_t{999}}) {
        auto other = image;
        other[at] ^= std::byte{1};
        EXPECT_FALSE(is_known(other, image)) << at;
    }
}

}  // namespace
}  // namespace berth::platform

// SPDX-License-Identifier: Apache-2.0
#include "compressor/image_file.hpp"
#include "compressor/image_layout.hpp"
#include "tests/unit/compressor/image_bytes.hpp"
#include "tests/unit/compressor/small_image.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace berth::compressor {
namespace {

constexpr int kWide = 4096, kNarrow = 8;
constexpr const char* kSection = "base.layer.0.intermediate.values";

/// Half of its values zero, the others of any magnitude that the bits allow.
inference::Int8Matrix half_empty(int out, int in, int bits, std::uint32_t stream) {
    test::Numbers numbers(stream);
    inference::Int8Matrix matrix = test::small_matrix(numbers, out, in, (1 << bits) - 1);
    for (std::int8_t& value : matrix.values)
        if (numbers.real() < 0.0F) value = 0;
    matrix.magnitude_bits = bits;
    return matrix;
}

/// One task on a base whose widest matrices have values of so many bits.
WeightImage image_of(int bits) {
    WeightImage image = test::small_image();
    image.shape.intermediate = kWide;
    image.base[4] = std::make_shared<const inference::Int8Matrix>(half_empty(kWide, kNarrow, bits, 5));
    image.base[5] = std::make_shared<const inference::Int8Matrix>(half_empty(kNarrow, kWide, bits, 6));
    image.tasks.pop_back();
    test::Numbers numbers(9);
    image.tasks[0].network.linears[4] = {image.base[4], nullptr, numbers.reals(kWide)};
    image.tasks[0].network.linears[5].matrix = image.base[5];
    return image;
}

/// Bytes that the values' entropy asks for, counted value by value.
double entropy_bytes(const std::vector<std::int8_t>& values) {
    std::array<double, 256> counts{};
    for (const std::int8_t value : values) ++counts[static_cast<std::uint8_t>(value)];
    double bits = 0.0;
    for (const double count : counts)
        if (count > 0.0) bits -= count * std::log2(count / static_cast<double>(values.size()));
    return bits / 8.0;
}

boost::json::object section_of(const test::Bytes& bytes, std::string_view name) {
    const boost::json::object header = parse_header(bytes, "x.berth");
    for (const auto& section : header.at("sections").as_array())
        if (section.at("name").as_string() == name) return section.as_object();
    return {};
}

std::string with_entry(const test::Bytes& bytes, const char* key, const boost::json::value& value) {
    return test::image_refusal(test::with_header(bytes, [&](boost::json::object& header) {
        for (auto& section : header.at("sections").as_array())
            if (section.at("name").as_string() == kSection) section.as_object()[key] = value;
    }));
}

class ImageFrames : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Bits, ImageFrames, testing::Range(1, 8));

TEST_P(ImageFrames, HoldWhatWasWrittenInLittleMoreThanItsEntropy) {
    const WeightImage image = image_of(GetParam());
    const auto bytes = serialise(image);
    const WeightImage read = parse_image(bytes, "x.berth");
    EXPECT_EQ(read.base[4]->values, image.base[4]->values);
    EXPECT_EQ(read.base[5]->values, image.base[5]->values);
    EXPECT_EQ(serialise(read), bytes);
    const auto section = section_of(bytes, kSection);
    ASSERT_TRUE(section.contains("coding"));
    EXPECT_EQ(section.at("type").as_string(), layout::packed_type(GetParam()));
    const auto stored = section.at("length").to_number<double>(), least = entropy_bytes(image.base[4]->values);
    EXPECT_LT(stored, 1.03 * least + 128.0) << "a frame's tables take some bytes";
}

TEST_P(ImageFrames, AreRefusedWhenWhatTheyHoldIsNoCode) {
    const auto spoilt = test::with_section(serialise(image_of(GetParam())), kSection,
                                           [](std::span<std::byte> frame) { std::fill(frame.begin() + 4, frame.end(), std::byte{0x5A}); });
    EXPECT_NE(test::image_refusal(spoilt).find(std::string("x.berth: section ") + kSection + ": does not unpack; expected a frame of "),
              std::string::npos);
}

TEST(ImageFrame, IsNotBelievedInItsSize) {
    const auto bytes = serialise(image_of(2));
    EXPECT_NE(with_entry(bytes, "size", kWide * kNarrow + 1).find("has 32769 bytes; expected 32768"), std::string::npos);
    EXPECT_NE(with_entry(bytes, "size", std::uint64_t{1} << 60).find("bytes; expected 32768"), std::string::npos);
    EXPECT_NE(with_entry(bytes, "coding", "rot13").find("coding: is rot13; expected zstd"), std::string::npos);
}

TEST(ImageFrame, IsLeftOutWhereItSavesNothing) {
    const auto bytes = serialise(test::small_image());
    const boost::json::object header = parse_header(bytes, "x.berth");
    for (const auto& section : header.at("sections").as_array()) EXPECT_FALSE(section.as_object().contains("coding"));
}

/// A frame of nothing but zeros would hold more than a reader believes of an honest file.
TEST(ImageFrame, NeverHoldsMoreThanAReaderAllows) {
    WeightImage image = image_of(1);
    auto empty = *image.base[4];
    std::fill(empty.values.begin(), empty.values.end(), std::int8_t{0});
    image.base[4] = std::make_shared<const inference::Int8Matrix>(empty);
    image.tasks[0].network.linears[4].matrix = image.base[4];
    const auto bytes = serialise(image);
    EXPECT_FALSE(section_of(bytes, kSection).contains("coding"));
    EXPECT_EQ(test::image_refusal(bytes), "");
}

TEST(ImageFrames, AreLeftUnopenedByAnOutline) {
    for (const int bits : {1, 4, 7}) {
        const WeightImage image = image_of(bits);
        const test::Bytes bytes = serialise(image);
        ASSERT_TRUE(section_of(bytes, kSection).contains("coding")) << bits;
        const WeightImage outline = parse_outline(bytes, "x.berth");
        EXPECT_EQ(outline.base[4]->magnitude_bits, bits);
        EXPECT_TRUE(outline.base[4]->values.empty());
        EXPECT_EQ(outline.base[4]->scales, image.base[4]->scales);
        // A size that the shape does not ask for is refused without opening the frame.
        const test::Bytes other = test::with_header(bytes, [&](boost::json::object& header) {
            for (auto& section : header.at("sections").as_array())
                if (section.at("name").as_string() == kSection)
                    section.as_object()["size"] = section.at("size").to_number<std::int64_t>() + 1;
        });
        EXPECT_THROW((void)parse_outline(other, "x.berth"), InputError) << bits;
    }
}

}  // namespace
}  // namespace berth::compressor

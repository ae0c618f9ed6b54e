// SPDX-License-Identifier: Apache-2.0
#include "compressor/image_file.hpp"
#include "compressor/image_layout.hpp"
#include "models/core/digest.hpp"
#include "models/core/error.hpp"
#include "models/core/json.hpp"
#include "tests/unit/compressor/image_bytes.hpp"
#include "tests/unit/compressor/small_image.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <functional>

namespace berth::compressor {
namespace {

using Bytes = std::vector<std::byte>;

using test::at;
using test::with_header;
using test::with_section;

std::string refusal(std::span<const std::byte> bytes) { return test::image_refusal(bytes); }

TEST(WeightImage, ComesBackFromItsBytesAsItWas) {
    const WeightImage image = test::small_image();
    const Bytes bytes = serialise(image);
    const WeightImage read = parse_image(bytes, "x.berth");
    EXPECT_EQ(serialise(read), bytes);
    EXPECT_EQ(read.shape, image.shape);
    EXPECT_EQ(read.tokenizer.vocabulary, image.tokenizer.vocabulary);
    ASSERT_EQ(read.tasks.size(), 2u);
    for (std::size_t task = 0; task < 2; ++task)
        for (std::size_t index = 0; index < 7; ++index) {
            const auto &expected = image.tasks[task].network.linears[index], &got = read.tasks[task].network.linears[index];
            EXPECT_EQ(got.matrix->values, expected.matrix->values);
            EXPECT_EQ(got.matrix->scales, expected.matrix->scales);
            EXPECT_EQ(got.bias, expected.bias);
            EXPECT_EQ(got.matrix->magnitude_bits, expected.matrix->magnitude_bits);
            ASSERT_EQ(got.low_rank == nullptr, expected.low_rank == nullptr);
            if (got.low_rank) {
                EXPECT_EQ(got.low_rank->down->values, expected.low_rank->down->values);
                EXPECT_EQ(got.low_rank->down->scales, expected.low_rank->down->scales);
                EXPECT_EQ(got.low_rank->down->magnitude_bits, expected.low_rank->down->magnitude_bits);
                EXPECT_EQ(got.low_rank->up->values, expected.low_rank->up->values);
                EXPECT_EQ(got.low_rank->up->out, 8);
                EXPECT_EQ(got.low_rank->up->in, 3);
            }
            ASSERT_EQ(got.delta == nullptr, expected.delta == nullptr);
            if (!got.delta) continue;
            EXPECT_EQ(got.delta->channels, expected.delta->channels);
            EXPECT_EQ(got.delta->codes, expected.delta->codes);
            EXPECT_EQ(got.delta->magnitude_bits, expected.delta->magnitude_bits);
        }
}

TEST(WeightImage, SharesMatricesAndTablesThatTasksHaveInCommon) {
    const Bytes bytes = serialise(test::small_image());
    const WeightImage read = parse_image(bytes, "x.berth");
    EXPECT_EQ(read.tasks[0].network.embeddings, read.tasks[1].network.embeddings);
    EXPECT_EQ(read.tasks[0].network.linears[0].matrix, read.base[0]);
    EXPECT_EQ(read.tasks[1].network.linears[6].matrix, read.base[6]);
    WeightImage twice = test::small_image();
    twice.tasks.push_back(twice.tasks[1]);
    twice.tasks[2].name = "third";
    const auto sections = [](const WeightImage& image) { return parse_header(serialise(image), "x").at("sections").as_array().size(); };
    EXPECT_EQ(sections(twice), sections(test::small_image())) << "a task with nothing of its own added a section";
}

TEST(WeightImage, RefusesEveryFlippedBit) {
    Bytes bytes = serialise(test::small_image());
    for (std::size_t place = 0; place < bytes.size(); ++place) {
        const std::byte original = bytes[place];
        bytes[place] ^= static_cast<std::byte>(1U << (place % 8));
        EXPECT_NE(refusal(bytes).find("x.berth"), std::string::npos) << "byte " << place;
        bytes[place] = original;
    }
    EXPECT_EQ(refusal(bytes), "");
}

TEST(WeightImage, RefusesEveryTruncation) {
    const Bytes bytes = serialise(test::small_image());
    for (std::size_t length = 0; length < bytes.size(); ++length)
        EXPECT_NE(refusal(std::span(bytes).first(length)).find("x.berth"), std::string::npos) << length << " bytes";
}

TEST(WeightImage, NamesWhatIsWrongWithTheFrame) {
    const Bytes good = serialise(test::small_image());
    Bytes bytes = good;
    bytes.push_back(std::byte{0});
    EXPECT_EQ(refusal(bytes), "x.berth: has 1 bytes behind the last section; expected nothing there");
    bytes = good;
    bytes[0] = std::byte{'X'};
    EXPECT_EQ(refusal(bytes), "x.berth: does not begin with \"BERTHIMG\"; expected a weight image");
    bytes = good;
    bytes[8] = std::byte{9};
    EXPECT_EQ(refusal(bytes), "x.berth: has version 9; expected version 3");
    bytes = good;
    const std::uint64_t huge = std::uint64_t{1} << 60;
    std::memcpy(bytes.data() + 16, &huge, sizeof huge);
    EXPECT_NE(refusal(bytes).find("a header of 1152921504606846976 bytes"), std::string::npos);
}

TEST(WeightImage, NamesTheSectionThatWasFlipped) {
    Bytes bytes = serialise(test::small_image());
    bytes.back() ^= std::byte{1};
    EXPECT_EQ(refusal(bytes), "x.berth: section second.classifier.bias: does not match its CRC-32C; expected the bytes that were written");
}

TEST(WeightImage, RefusesSectionsThatLieWhereTheyCannot) {
    const Bytes good = serialise(test::small_image());
    const auto section = [&](std::size_t index, const char* key, boost::json::value value) {
        return refusal(with_header(good, [&](boost::json::object& header) { at(header["sections"].as_array()[index])[key] = value; }));
    };
    EXPECT_NE(section(1, "offset", 0).find("base.layer.0.query.scales: has offset 0"), std::string::npos) << "overlap";
    EXPECT_NE(section(0, "offset", 64).find("base.layer.0.query.values: has offset 64"), std::string::npos);
    EXPECT_NE(section(3, "length", std::uint64_t{1} << 62).find("reaches beyond the file"), std::string::npos);
    EXPECT_NE(section(3, "length", -1).find("x.berth:sections[3].length: is -1"), std::string::npos);
    EXPECT_NE(section(3, "crc32c", "zz").find("CRC-32C"), std::string::npos);
    EXPECT_NE(section(0, "type", "float32").find("of type float32"), std::string::npos);
}

TEST(WeightImage, RefusesHeadersThatContradictThemselves) {
    const Bytes good = serialise(test::small_image());
    const auto changed = [&](const std::function<void(boost::json::object&)>& change) { return refusal(with_header(good, change)); };
    const auto task = [](boost::json::object& header) -> boost::json::object& { return at(header["tasks"].as_array()[0]); };
    EXPECT_EQ(changed([](auto&) {}), "") << "the helper itself must not spoil the image";
    EXPECT_NE(changed([](auto& header) { header.erase("shape"); }).find("x.berth:shape: is missing"), std::string::npos);
    EXPECT_NE(changed([](auto& header) { at(header["shape"])["heads"] = 3; }).find("x.berth:shape.heads"), std::string::npos);
    EXPECT_NE(changed([](auto& header) { at(header["shape"])["hidden"] = 1 << 30; }).find("shape.hidden"), std::string::npos);
    EXPECT_NE(changed([](auto& header) { at(header["shape"])["intermediate"] = 1 << 20; }).find("x.berth"), std::string::npos);
    EXPECT_NE(changed([](auto& header) { at(header["shape"])["norm_epsilon"] = "1e-12x"; }).find("norm_epsilon"), std::string::npos);
    EXPECT_NE(changed([](auto& header) { header["tasks"] = boost::json::array(); }).find("tasks: is empty"), std::string::npos);
    EXPECT_NE(changed([&](auto& header) { task(header)["name"] = "second"; }).find("second again"), std::string::npos);
    EXPECT_NE(changed([&](auto& header) { task(header)["name"] = 7; }).find("tasks[0].name: is 7"), std::string::npos);
    EXPECT_NE(changed([&](auto& header) { task(header)["metric"] = "guess"; }).find("metric: is guess"), std::string::npos);
    EXPECT_NE(changed([&](auto& header) { task(header)["labels"] = 5; }).find("classifier"), std::string::npos);
    EXPECT_NE(changed([&](auto& header) { task(header)["regression"] = "no"; }).find("regression: is \"no\""), std::string::npos);
    EXPECT_NE(changed([&](auto& header) { task(header)["regression"] = true; }).find("labels"), std::string::npos);
    EXPECT_NE(changed([&](auto& header) { task(header)["classifier_bias"] = 1000; }).find("classifier_bias: is 1000"), std::string::npos);
    EXPECT_NE(changed([&](auto& header) { task(header)["linears"].as_array().pop_back(); }).find("has 6 elements; expected 7"),
              std::string::npos);
    EXPECT_NE(changed([&](auto& header) { task(header)["linears"].as_array()[3].as_object()["matrix"] = "bass"; }).find("is bass"),
              std::string::npos);
    EXPECT_NE(changed([](auto& header) { at(header["base"])["matrices"] = boost::json::array(); }).find("matrix: is the base's"),
              std::string::npos);
    EXPECT_NE(changed([](auto& header) { at(header["tokenizer"])["limit"] = 17; }).find("tokenizer.limit: is 17"), std::string::npos);
    EXPECT_NE(changed([](auto& header) { at(header["tokenizer"])["pieces"] = 6; }).find("section vocabulary: has 7 lines"),
              std::string::npos);
    EXPECT_NE(changed([](auto& header) { at(header["geometry"])["encoding"] = "unary"; }).find("geometry.encoding"), std::string::npos);
    EXPECT_NE(changed([](auto& header) { header["tasks"].as_array().pop_back(); }).find("is used by nothing"), std::string::npos);
    const auto low_rank = [&](auto& header) -> boost::json::object& {
        return at(task(header)["linears"].as_array()[3].as_object()["low_rank"]);
    };
    EXPECT_NE(changed([&](auto& header) { low_rank(header).erase("up"); }).find("linears[3].low_rank.up: is missing"), std::string::npos);
    EXPECT_NE(changed([&](auto& header) { at(low_rank(header)["down"])["out"] = 4; }).find("first.layer.0.attention_output.low_rank.down"),
              std::string::npos);
    EXPECT_NE(changed([&](auto& header) { at(low_rank(header)["down"])["out"] = 9; }).find("low_rank.down.out: is 9"), std::string::npos)
        << "a rank beyond the matrix's";
    EXPECT_NE(changed([&](auto& header) { at(low_rank(header)["down"])["out"] = 0; }).find("low_rank.down.out: is 0"), std::string::npos);
    EXPECT_NE(changed([&](auto& header) { at(low_rank(header)["up"])["in"] = 2; }).find("low_rank.up.in: is 2"), std::string::npos);
    EXPECT_NE(changed([&](auto& header) { at(low_rank(header)["up"])["magnitude_bits"] = 8; }).find("magnitude_bits: is 8"),
              std::string::npos);
    EXPECT_NE(changed([&](auto& header) { at(low_rank(header)["up"])["magnitude_bits"] = 3; }).find("has 6 bytes; expected 12"),
              std::string::npos);
    EXPECT_NE(
        changed([&](auto& header) { task(header)["linears"].as_array()[3].as_object().erase("low_rank"); }).find("low_rank: is missing"),
        std::string::npos);
    EXPECT_NE(changed([&](auto& header) {
                  task(header)["linears"].as_array()[1].as_object()["delta"].as_object()["magnitude_bits"] = 2;
              }).find("bytes; expected"),
              std::string::npos)
        << "codes beyond the magnitude";
}

TEST(WeightImage, RefusesContentThatIsOutOfRange) {
    const Bytes good = serialise(test::small_image());
    const auto changed = [&](const char* name, std::size_t place, std::vector<unsigned char> bytes) {
        return refusal(with_section(good, name, [&](std::span<std::byte> section) {
            ASSERT_LE(place + bytes.size(), section.size());
            std::memcpy(section.data() + place, bytes.data(), bytes.size());
        }));
    };
    EXPECT_NE(changed("base.layer.0.output.values", 3, {0x80}).find("section base.layer.0.output.values: holds a value out of range"),
              std::string::npos);
    EXPECT_NE(changed("base.layer.0.query.scales", 0, {0, 0, 0xC0, 0x7F}).find("section base.layer.0.query.scales: holds nan"),
              std::string::npos);
    EXPECT_NE(changed("base.layer.0.query.scales", 0, {0, 0, 0, 0}).find("section base.layer.0.query.scales: holds 0"), std::string::npos);
    EXPECT_NE(changed("first.classifier.bias", 4, {0, 0, 0x80, 0xFF}).find("holds -inf"), std::string::npos);
    EXPECT_NE(changed("first.layer.0.query.delta.channels", 4, {1}).find("holds channel 1; expected ascending"), std::string::npos);
    EXPECT_NE(changed("first.layer.0.query.delta.channels", 4, {8}).find("holds channel 8"), std::string::npos);
    EXPECT_NE(changed("first.layer.0.query.delta.codes", 0, {0x02}).find("holds bits that are no code"), std::string::npos);
    EXPECT_NE(changed("base.pooler.values", 0, {0x10}).find("section base.pooler.values: holds bits that are no code"), std::string::npos);
    EXPECT_NE(changed("first.layer.0.attention_output.low_rank.down.values", 8, {0x80}).find("holds bits that are no code"),
              std::string::npos);
    EXPECT_NE(changed("vocabulary", 6, {'Z', '[', 'U', 'N'}).find("lacks [UNK]"), std::string::npos);
    const auto overflow = refusal(with_section(
        good, "base.layer.0.key.values", [](std::span<std::byte> section) { std::fill(section.begin(), section.end(), std::byte{127}); }));
    EXPECT_NE(overflow.find("tasks[0].linears[1].delta: takes a weight of channel"), std::string::npos) << overflow;
}

TEST(WeightImage, PacksCodesOfEveryWidth) {
    test::Numbers numbers(4);
    for (int bits = 1; bits <= 7; ++bits)
        for (std::size_t count = 0; count < 26; ++count) {
            const int most = (1 << bits) - 1;
            std::vector<std::int8_t> codes;
            for (std::size_t i = 0; i < count; ++i) codes.push_back(i == 1 ? static_cast<std::int8_t>(-most) : numbers.integer(most));
            const auto packed = layout::pack(codes, bits);
            ASSERT_EQ(packed.size(), layout::packed_bytes(count, bits));
            std::vector<std::int8_t> back(count);
            EXPECT_TRUE(layout::unpack(packed, back, bits));
            EXPECT_EQ(back, codes);
        }
    // Four ternary codes a byte, the first in the lowest bits.
    EXPECT_EQ(layout::pack(std::vector<std::int8_t>{1, -1, 0, 1}, 1), (Bytes{std::byte{0b01001101}}));
    // 1, -1, 3 in three bits each: 001, 111, 011 from the lowest bit.
    EXPECT_EQ(layout::pack(std::vector<std::int8_t>{1, -1, 3}, 2), (Bytes{std::byte{0b11111001}, std::byte{0b0}}));
    std::vector<std::int8_t> codes(3);
    EXPECT_FALSE(layout::unpack(Bytes{std::byte{0b11111001}, std::byte{0b10}}, codes, 2)) << "a bit behind the last code";
    EXPECT_FALSE(layout::unpack(Bytes{std::byte{0b11111100}, std::byte{0}}, codes, 2)) << "the code -4";
}

TEST(WeightImage, RefusesAHeaderThatMultipliesItsFile) {
    constexpr int wide = 1 << 16;
    WeightImage image = test::small_image();
    image.shape.intermediate = wide;
    test::Numbers numbers(9);
    image.base[4] = std::make_shared<const inference::Int8Matrix>(test::small_matrix(numbers, wide, 8, 100));
    image.base[5] = std::make_shared<const inference::Int8Matrix>(test::small_matrix(numbers, 8, wide, 100));
    image.tasks.pop_back();
    image.tasks[0].network.linears[4] = {image.base[4], nullptr, numbers.reals(wide)};
    image.tasks[0].network.linears[5].matrix = image.base[5];
    const auto with_tasks = [&](int count) {
        return refusal(with_header(serialise(image), [&](boost::json::object& header) {
            boost::json::array& tasks = header["tasks"].as_array();
            while (static_cast<int>(tasks.size()) < count) {
                boost::json::value copy = tasks[0];
                copy.as_object()["name"] = "copy" + std::to_string(tasks.size());
                tasks.push_back(std::move(copy));
            }
        }));
    };
    EXPECT_EQ(with_tasks(8), "") << "tasks that share everything are an honest image";
    EXPECT_NE(with_tasks(600).find("makes the image many times as large as its file"), std::string::npos);
}

TEST(WeightImage, IsWrittenWholeAndReadBack) {
    const auto file = std::filesystem::temp_directory_path() / ("berth_image_test_" + std::to_string(::getpid()) + ".berth");
    const WeightImage image = test::small_image();
    write_image(image, file);
    EXPECT_EQ(serialise(read_image(file)), serialise(image));
    std::filesystem::remove(file);
    EXPECT_THROW((void)read_image(file), InputError);
    EXPECT_THROW(write_image(image, file / "below"), InputError);
}

TEST(WeightImage, OutlineHasTheSamePlanesWithoutTheirValues) {
    const Bytes bytes = serialise(test::small_image());
    const WeightImage whole = parse_image(bytes, "x.berth"), outline = parse_outline(bytes, "x.berth");
    const auto expected = planes_of(whole), planes = planes_of(outline);
    ASSERT_EQ(planes.size(), expected.size());
    for (std::size_t i = 0; i < planes.size(); ++i) {
        EXPECT_EQ(planes[i].matrix + planes[i].owner, expected[i].matrix + expected[i].owner);
        EXPECT_EQ(std::pair(planes[i].inputs, planes[i].outputs), std::pair(expected[i].inputs, expected[i].outputs));
        EXPECT_EQ(planes[i].magnitude_bits, expected[i].magnitude_bits);
    }
    EXPECT_TRUE(outline.base[0]->values.empty());
    EXPECT_TRUE(outline.tasks[0].network.embeddings->words.values.empty());
    EXPECT_EQ(outline.tasks[0].network.linears[0].delta->channels, whole.tasks[0].network.linears[0].delta->channels);
}

TEST(WeightImage, OutlineRefusesEveryFlippedBitToo) {
    Bytes bytes = serialise(test::small_image());
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] ^= std::byte{1};
        EXPECT_THROW((void)parse_outline(bytes, "x.berth"), InputError) << "byte " << i;
        bytes[i] ^= std::byte{1};
    }
}

TEST(WeightImage, RefusesAVocabularyThatCannotBeLines) {
    WeightImage image = test::small_image();
    image.tokenizer.vocabulary[4] = "a\nb";
    EXPECT_THROW((void)serialise(image), InputError);
}

TEST(WeightImage, NamesItsTasksWhenAnotherIsAsked) {
    const WeightImage image = test::small_image();
    EXPECT_EQ(image.task("second").name, "second");
    try {
        (void)image.task("third");
        FAIL();
    } catch (const InputError& error) {
        EXPECT_STREQ(error.what(), "task third: is not in the image; expected first or second");
    }
}

TEST(Planes, AreTheBaseOnceThenWhatEachTaskKeeps) {
    WeightImage image = test::small_image();
    image.tasks[1].network.linears[1].delta = std::make_shared<const inference::MatrixDelta>(inference::MatrixDelta{1, {}, {}});
    const auto planes = planes_of(image);
    ASSERT_EQ(planes.size(), 7u + 5u + 4u);
    EXPECT_EQ(planes[4].matrix, "layer.0.intermediate");
    EXPECT_EQ(planes[4].owner, "base");
    EXPECT_EQ(planes[4].inputs, 8);
    EXPECT_EQ(planes[4].outputs, 16);
    EXPECT_EQ(planes[4].magnitude_bits, 7);
    EXPECT_EQ(planes[7].matrix, "layer.0.query");
    EXPECT_EQ(planes[7].owner, "first");
    EXPECT_EQ(planes[7].outputs, 2);
    EXPECT_EQ(planes[7].magnitude_bits, 1);
    EXPECT_EQ(planes[8].outputs, 3);
    EXPECT_EQ(planes[8].magnitude_bits, 3);
    EXPECT_EQ(planes[9].matrix, "layer.0.value");
    EXPECT_EQ(planes[9].outputs, 8);
    EXPECT_EQ(planes[9].magnitude_bits, 7);
    EXPECT_EQ(planes[6].magnitude_bits, 4);
    EXPECT_EQ(planes[10].matrix, "layer.0.attention_output.down");
    EXPECT_EQ(planes[10].inputs, 8);
    EXPECT_EQ(planes[10].outputs, 3);
    EXPECT_EQ(planes[10].magnitude_bits, 2);
    EXPECT_EQ(planes[11].matrix, "layer.0.attention_output.up");
    EXPECT_EQ(planes[11].inputs, 3);
    EXPECT_EQ(planes[11].outputs, 8);
    EXPECT_EQ(planes[11].magnitude_bits, 1);
    for (const auto& plane : planes_of_copies(image)) EXPECT_EQ(plane.magnitude_bits, 7);
    EXPECT_EQ(planes[12].owner, "second");
    EXPECT_EQ(planes_of_copies(image).size(), 14u);
}

}  // namespace
}  // namespace berth::compressor

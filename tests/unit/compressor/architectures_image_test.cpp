// SPDX-License-Identifier: Apache-2.0
#include "compressor/image_file.hpp"
#include "models/core/json.hpp"
#include "tests/unit/compressor/image_bytes.hpp"
#include "tests/unit/compressor/small_distilled_image.hpp"

#include <gtest/gtest.h>

namespace berth::compressor {
namespace {

using test::with_header;

std::string refusal_of(const std::function<void(boost::json::object&)>& change) {
    return test::image_refusal(with_header(serialise(test::small_distilled_image()), change));
}

TEST(WeightImage, KeepsByteLevelTokenizersAndHeadsOfOtherArchitectures) {
    const WeightImage image = test::small_distilled_image();
    const WeightImage read = parse_image(serialise(image), "x.berth");
    EXPECT_EQ(read.tokenizer, image.tokenizer);
    EXPECT_EQ(read.shape, image.shape);
    ASSERT_EQ(read.base.size(), 6U);
    for (std::size_t task = 0; task < 2; ++task) {
        const auto &expected = image.tasks[task].network, &got = read.tasks[task].network;
        EXPECT_EQ(got.linears[6].matrix->values, expected.linears[6].matrix->values) << "the head's first layer is the task's own";
        EXPECT_EQ(got.linears[3].matrix, read.base[3]);
        EXPECT_TRUE(got.embeddings->segments.values.empty());
    }
    EXPECT_EQ(serialise(read), serialise(image));
    const auto planes = planes_of(read);
    EXPECT_EQ(
        std::count_if(planes.begin(), planes.end(), [](const auto& plane) { return plane.matrix == "pooler" && plane.owner == "base"; }),
        0);
    EXPECT_EQ(std::count_if(planes.begin(), planes.end(), [](const auto& plane) { return plane.matrix == "pooler"; }), 2);
}

TEST(WeightImage, WithoutTheKeysOfOtherArchitecturesIsABerts) {
    const auto bytes = with_header(serialise(test::small_image()), [](boost::json::object& header) {
        test::at(header["shape"]).erase("head_activation");
        test::at(header["tokenizer"]).erase("kind");
        test::at(header["tokenizer"]).erase("pair_segments");
    });
    const WeightImage read = parse_image(bytes, "x.berth");
    EXPECT_EQ(read.shape, test::small_image().shape);
    EXPECT_EQ(read.tokenizer, test::small_image().tokenizer);
}

TEST(WeightImage, NamesWhatIsWrongWithAnotherArchitecture) {
    const auto says = [](const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; };
    EXPECT_EQ(refusal_of([](auto&) {}), "");
    EXPECT_TRUE(says(refusal_of([](auto& header) { test::at(header["shape"])["head_activation"] = "gelu"; }),
                     "x.berth:shape.head_activation: is gelu; expected tanh or relu"));
    EXPECT_TRUE(says(refusal_of([](auto& header) { test::at(header["tokenizer"])["kind"] = "unigram"; }), "tokenizer.kind: is unigram"));
    EXPECT_TRUE(says(refusal_of([](auto& header) { test::at(header["tokenizer"])["kind"] = "wordpiece"; }), "lacks [CLS]"));
    EXPECT_TRUE(says(refusal_of([](auto& header) { test::at(header["tokenizer"]).erase("merges"); }), "tokenizer.merges: is missing"));
    EXPECT_TRUE(says(refusal_of([](auto& header) { test::at(header["tokenizer"])["merge_count"] = 3; }), "section merges: has 2 lines"));
    EXPECT_TRUE(says(refusal_of([](auto& header) { test::at(header["tokenizer"])["prefix_space"] = 1; }), "tokenizer.prefix_space"));
    EXPECT_TRUE(says(
        refusal_of([](auto& header) { test::at(test::at(header["tasks"].as_array()[0])["linears"].as_array()[6])["matrix"] = "base"; }),
        "linears[6].matrix: is the base's; expected a matrix, for the base has none here"));
    WeightImage merges = test::small_distilled_image();
    merges.tokenizer.merges[1] = "b c";
    EXPECT_TRUE(says(test::image_refusal(serialise(merges)), "tokenizer.merges: line 2 makes bc"));
    WeightImage letters = test::small_distilled_image();
    letters.tokenizer.vocabulary[4 + 'q'] = "qq";
    EXPECT_TRUE(says(test::image_refusal(serialise(letters)), "tokenizer.vocabulary: lacks q, the letter of byte 113"));
}

TEST(WeightImage, OfAnotherArchitectureIsRefusedWhereverItIsCut) {
    const auto bytes = serialise(test::small_distilled_image());
    for (std::size_t length = 0; length < bytes.size(); length += 5)
        EXPECT_NE(test::image_refusal(std::span(bytes).first(length)).find("x.berth"), std::string::npos) << length << " bytes";
}

}  // namespace
}  // namespace berth::compressor

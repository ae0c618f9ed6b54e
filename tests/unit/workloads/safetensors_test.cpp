// SPDX-License-Identifier: Apache-2.0
#include "workloads/safetensors.hpp"

#include "models/core/error.hpp"
#include "tests/unit/core/refusal.hpp"
#include "tests/unit/workloads/small_bert.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <limits>

namespace berth::workloads {
namespace {

using test::f32;
using test::safetensors;
using test::Scratch;

std::string refusal_of(const std::string& content) {
    const Scratch scratch;
    const auto file = scratch.file("model.safetensors", content);
    return test::refusal([&] { SafetensorsFile read(file); });
}

bool names(const std::string& message, std::initializer_list<const char*> parts) {
    for (const char* part : parts)
        if (message.find(part) == std::string::npos) return false;
    return true;
}

std::vector<float> widened(const std::string& type, const std::vector<std::uint16_t>& bits) {
    const Scratch scratch;
    const auto file = scratch.file("m.safetensors", safetensors({{"w", {type, {std::int64_t(bits.size())}, test::bytes_of(bits)}}}));
    const SafetensorsFile read(file);
    std::vector<float> values(bits.size());
    widen(read.tensors().at("w"), values);
    return values;
}

TEST(Safetensors, GivesShapesTypesAndValues) {
    const Scratch scratch;
    const auto file = scratch.file("m.safetensors", safetensors({{"a", f32({2, 3}, {1, 2, 3, 4, 5, 6})}, {"empty", f32({0, 3}, {})}}));
    const SafetensorsFile read(file);
    ASSERT_EQ(read.tensors().size(), 2U);
    EXPECT_EQ(read.tensors().at("empty").elements(), 0);
    EXPECT_EQ(widen(read.tensors().at("empty"), {}), -1);
    const TensorView& a = read.tensors().at("a");
    EXPECT_EQ(a.shape, (std::vector<std::int64_t>{2, 3}));
    EXPECT_EQ(a.type, DataType::f32);
    std::vector<float> values(6);
    EXPECT_EQ(widen(a, values), -1);
    EXPECT_EQ(values, (std::vector<float>{1, 2, 3, 4, 5, 6}));
}

TEST(Safetensors, WidensHalfPrecisionExactly) {
    // 1, -2, the largest (65504), the least normal (2^-14), the least subnormal (2^-24), zeros of both signs.
    const auto values = widened("F16", {0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x0000, 0x8000});
    EXPECT_EQ(values, (std::vector<float>{1.0f, -2.0f, 65504.0f, 0x1p-14f, 0x1p-24f, 0.0f, -0.0f}));
    EXPECT_TRUE(std::signbit(values.back()));
}

TEST(Safetensors, WidensBfloatExactly) {
    EXPECT_EQ(widened("BF16", {0x3f80, 0xc000, 0x3f81, 0x0000}), (std::vector<float>{1.0f, -2.0f, 1.0078125f, 0.0f}));
}

TEST(Safetensors, PointsAtTheFirstValueThatIsNotFinite) {
    const Scratch scratch;
    const float infinity = std::numeric_limits<float>::infinity();
    const SafetensorsFile read(scratch.file("m.safetensors", safetensors({{"inf", f32({3}, {0, 1, -infinity})},
                                                                          {"nan", {"F16", {2}, std::string("\x00\x7e\x00\x7c", 4)}},
                                                                          {"bnan", {"BF16", {2}, std::string("\x00\x00\xc0\x7f", 4)}}})));
    std::vector<float> three(3), two(2);
    EXPECT_EQ(widen(read.tensors().at("inf"), three), 2);
    EXPECT_EQ(widen(read.tensors().at("nan"), two), 0);
    EXPECT_TRUE(std::isnan(two[0]));
    EXPECT_TRUE(std::isinf(two[1]));
    EXPECT_EQ(widen(read.tensors().at("bnan"), two), 1);
}

TEST(Safetensors, PassesOverTensorsThatCannotBeWeights) {
    const Scratch scratch;
    const SafetensorsFile read(
        scratch.file("m.safetensors", safetensors({{"position_ids", {"I64", {2}, std::string(16, '\0')}}, {"w", f32({1}, {1})}})));
    EXPECT_EQ(read.tensors().size(), 1U);
}

TEST(Safetensors, FollowsALinkThatGitLeftAsText) {
    const Scratch scratch;
    std::filesystem::create_directory(scratch.path() / "base");
    std::filesystem::create_directory(scratch.path() / "task");
    const auto target = scratch.file("base/m.safetensors", safetensors({{"w", f32({1}, {7})}}));
    const auto link = scratch.file("task/m.safetensors", "../base/m.safetensors\n");
    const SafetensorsFile read(link);
    EXPECT_EQ(read.path(), target);
    EXPECT_EQ(read.tensors().size(), 1U);

    EXPECT_TRUE(names(test::refusal([&] { SafetensorsFile no(scratch.file("task/gone.safetensors", "../base/gone.safetensors")); }),
                      {"task/gone.safetensors", "base/gone.safetensors", "not there"}));
    const auto twice = scratch.file("task/twice.safetensors", "m.safetensors");
    EXPECT_NE(test::refusal([&] { SafetensorsFile no(twice); }), "accepted") << "a link to a link is not followed";
}

TEST(Safetensors, NamesTheFaultOfAHeader) {
    const std::string whole = safetensors({{"weight", f32({4}, {1, 2, 3, 4})}});
    const auto header = [](const char* entry) { return safetensors("{\"weight\":" + std::string(entry) + "}", std::string(16, '\0')); };
    struct Case {
        std::string content;
        std::initializer_list<const char*> says;
    };
    const std::vector<Case> cases{
        {"", {"model.safetensors", "0 bytes"}},
        {"short", {"5 bytes"}},
        {whole.substr(0, 20), {"model.safetensors", "header claims"}},
        {whole.substr(0, whole.size() - 1), {"weight", "data_offsets"}},
        {safetensors("{}", "", std::uint64_t{1} << 60), {"1152921504606846976"}},
        {safetensors("{}", "", ~std::uint64_t{0}), {"18446744073709551615"}},
        {safetensors("{{{{", ""), {"is not JSON"}},
        {safetensors("[]", ""), {"not a JSON object"}},
        {safetensors(std::string(100000, '['), ""), {"is not JSON"}},
        {header("7"), {"weight", "not an object"}},
        {header(R"({"shape":[4],"data_offsets":[0,16]})"), {"weight", "dtype"}},
        {header(R"({"dtype":"F31","shape":[4],"data_offsets":[0,16]})"), {"weight", "F31"}},
        {header(R"({"dtype":"F32","data_offsets":[0,16]})"), {"weight", "shape"}},
        {header(R"({"dtype":"F32","shape":[-4],"data_offsets":[0,16]})"), {"weight", "-4"}},
        {header(R"({"dtype":"F32","shape":[1.5],"data_offsets":[0,16]})"), {"weight", "1.5E0"}},
        {header(R"({"dtype":"F32","shape":["4"],"data_offsets":[0,16]})"), {"weight", "shape holds"}},
        {header(R"({"dtype":"F32","shape":[4],"data_offsets":[0]})"), {"weight", "data_offsets"}},
        {header(R"({"dtype":"F32","shape":[4],"data_offsets":[0,1099511627776]})"), {"weight", "1099511627776"}},
        {header(R"({"dtype":"F32","shape":[4],"data_offsets":[-16,0]})"), {"weight", "-16"}},
        {header(R"({"dtype":"F32","shape":[4],"data_offsets":[16,0]})"), {"weight", "[16,0]"}},
        {header(R"({"dtype":"F32","shape":[4],"data_offsets":[0,15]})"), {"weight", "15 bytes", "16 bytes"}},
        {header(R"({"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]})"), {"weight", "spans 0 bytes"}},
        {header(R"({"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]})"), {"weight", "spans 0 bytes"}},
        {safetensors(
             R"({"weight":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"weight":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
             std::string(8, '\0')),
         {"weight", "twice"}},
        {safetensors(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})",
                     std::string(12, '\0')),
         {"b", "overlap"}},
    };
    for (const Case& one : cases) EXPECT_TRUE(names(refusal_of(one.content), one.says)) << refusal_of(one.content);
    EXPECT_EQ(refusal_of(whole), "accepted");
}

TEST(Safetensors, RandomBytesAreReadOrRefusedButNeverCrash) {
    EXPECT_TRUE(rc::check([](const std::string& noise) { refusal_of(noise); }));
}

TEST(Safetensors, AFileWithAFlippedByteIsReadWithinItsBoundsOrRefused) {
    const std::string whole = safetensors({{"a", f32({3}, {1, 2, 3})}, {"b", {"BF16", {2, 2}, std::string(8, '\1')}}});
    EXPECT_TRUE(rc::check([&] {
        std::string bent = whole;
        bent[*rc::gen::inRange<std::size_t>(0, whole.size())] = *rc::gen::arbitrary<char>();
        const Scratch scratch;
        const auto file = scratch.file("m.safetensors", bent);
        (void)test::refusal([&] {
            const SafetensorsFile read(file);
            for (const auto& [name, view] : read.tensors()) {
                std::vector<float> values(static_cast<std::size_t>(view.elements()));
                RC_ASSERT(values.size() * (view.type == DataType::f32 ? 4 : 2) == view.bytes.size());
                widen(view, values);
            }
        });
    }));
}

}  // namespace
}  // namespace berth::workloads

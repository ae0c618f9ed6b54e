// SPDX-License-Identifier: Apache-2.0
#include "models/core/json.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "refusal.hpp"
#include "scratch.hpp"

namespace berth {
namespace {

using boost::json::value;
using test::refusal;

value json(const char* text) { return boost::json::parse(text); }

TEST(MergeJson, MergesObjectsKeyByKeyAndReplacesTheRest) {
    value base = json(R"({"adc": {"bits": 8, "kind": "uniform"}, "list": [1, 2], "name": "a"})");
    merge_json(base, json(R"({"adc": {"bits": 6}, "list": [3], "clock": 1})"));
    EXPECT_EQ(base, json(R"({"adc": {"bits": 6, "kind": "uniform"}, "list": [3], "name": "a", "clock": 1})"));
}

TEST(MergeJson, ReplacesAnObjectByAPlainValueAndTheOtherWayRound) {
    value base = json(R"({"a": {"b": 1}, "c": 2})");
    merge_json(base, json(R"({"a": null, "c": {"d": 3}})"));
    EXPECT_EQ(base, json(R"({"a": null, "c": {"d": 3}})"));
}

TEST(SetJsonPath, ReadsJsonWhereItIsJsonAndTextOtherwise) {
    value platform = json(R"({"adc": {"bits": 8, "kind": "uniform"}, "on": false})");
    set_json_path(platform, "adc.bits", "6");
    set_json_path(platform, "adc.kind", "ideal");
    set_json_path(platform, "on", "true");
    EXPECT_EQ(platform, json(R"({"adc": {"bits": 6, "kind": "ideal"}, "on": true})"));
}

TEST(SetJsonPath, RefusesAPathThatNamesNothing) {
    for (const char* path : {"adc.bit", "adc.bits.x", "", ".", "adc.", "dac.bits"}) {
        value platform = json(R"({"adc": {"bits": 8}})");
        EXPECT_EQ(refusal([&] { set_json_path(platform, path, "6"); }),
                  "--set " + std::string(path) + ": names nothing in the platform; expected a path such as adc.bits");
        EXPECT_EQ(platform, json(R"({"adc": {"bits": 8}})"));
    }
}

TEST(PrettyJson, IndentsByTwoAndKeepsTheOrderOfKeys) {
    EXPECT_EQ(pretty_json(json(R"({"b": [1, {"x": null}], "a": {}, "e": [], "t": "q\"\n"})")),
              "{\n  \"b\": [\n    1,\n    {\n      \"x\": null\n    }\n  ],\n  \"a\": {},\n  \"e\": [],\n  \"t\": \"q\\\"\\n\"\n}\n");
}

TEST(PrettyJson, TurnsWhatJsonCannotHoldIntoNull) {
    const double infinity = std::numeric_limits<double>::infinity();
    EXPECT_EQ(pretty_json(value(std::nan(""))), "null\n");
    EXPECT_EQ(pretty_json(value{infinity, -infinity, 0.5}), "[\n  null,\n  null,\n  0.5\n]\n");
}

RC_GTEST_PROP(PrettyJson, GivesEveryNumberBackToItsLastBit, ()) {
    const auto bits = *rc::gen::arbitrary<std::uint64_t>();
    double number = 0.0;
    std::memcpy(&number, &bits, sizeof number);
    RC_PRE(std::isfinite(number));
    RC_ASSERT(std::strtod(pretty_json(value(number)).c_str(), nullptr) == number);
}

TEST(ParseJson, NamesWhereTheTextCameFrom) {
    EXPECT_EQ(refusal([] { (void)parse_json("{", "p.json"); }).find("p.json: is not JSON ("), 0u);
    for (const char* text : {"", "{\"a\": 1,}", "[1] 2", "NaN", "'a'", "{\"a\" 1}"})
        EXPECT_NE(refusal([&] { (void)parse_json(text, "p"); }), "accepted") << text;
}

TEST(ParseJson, BoundsTheDepth) {
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    EXPECT_EQ(refusal([&] { (void)parse_json(nested(64), "p.json"); }), "accepted");
    EXPECT_NE(refusal([&] { (void)parse_json(nested(65), "p.json"); }).find("at most 64 levels deep"), std::string::npos);
    EXPECT_NE(refusal([&] { (void)parse_json(std::string(100000, '['), "p.json"); }), "accepted");
}

TEST(ReadJson, ReadsAFileAndNamesItWhereItIsWrong) {
    const test::Scratch scratch;
    EXPECT_EQ(read_json(scratch.file("good.json", R"({"a": 1})")), json(R"({"a": 1})"));
    const std::string bad = scratch.file("bad.json", "{\"a\": ");
    EXPECT_EQ(refusal([&] { (void)read_json(bad); }).find(bad + ": is not JSON ("), 0u);
    const std::string missing = scratch.path() / "missing.json";
    EXPECT_EQ(refusal([&] { (void)read_json(missing); }), missing + ": does not exist; expected a file");
}

}  // namespace
}  // namespace berth

// SPDX-License-Identifier: Apache-2.0
#include "models/core/params.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "refusal.hpp"

namespace berth {
namespace {

using test::refusal;

std::vector<std::string> colours() { return {"red", "green", "blue"}; }

struct Wire {
    double ohms;
    bool shielded;

    static constexpr std::tuple fields{
        Field{"ohms", &Wire::ohms, "ohm", 0.5, 1e6, "resistance of a segment"},
        Field{"shielded", &Wire::shielded, "", false, true, "whether neighbours are decoupled"},
    };
};

struct Box {
    int size;
    std::string colour;
    Wire wire;

    static constexpr std::tuple fields{
        Field{"size", &Box::size, "cm", 1, 9, "edge of the box"},
        Choice{"colour", &Box::colour, &colours, "colour of the box"},
        Nested{"wire", &Box::wire, "the wire inside"},
    };
};

constexpr const char* kGood = R"({"size": 3, "colour": "blue", "wire": {"ohms": 2, "shielded": true}})";

std::string refused(const char* json, const std::string& path = "box") {
    return refusal([&] { (void)read_params<Box>(boost::json::parse(json), path); });
}

TEST(Params, ReadsNumbersChoicesTruthValuesAndGroups) {
    const Box box = read_params<Box>(boost::json::parse(kGood), "box");
    EXPECT_EQ(box.size, 3);
    EXPECT_EQ(box.colour, "blue");
    EXPECT_EQ(box.wire.ohms, 2.0);
    EXPECT_TRUE(box.wire.shielded);
}

TEST(Params, NamesAMissingParameterAndWhatItMeans) {
    EXPECT_EQ(refused(R"({"colour": "red", "wire": {"ohms": 2, "shielded": true}})"),
              "box.size: is missing; expected edge of the box, in cm");
    EXPECT_EQ(refused(R"({"size": 3, "wire": {"ohms": 2, "shielded": true}})"), "box.colour: is missing; expected red, green or blue");
    EXPECT_EQ(refused(R"({"size": 3, "colour": "red"})"), "box.wire: is missing; expected the wire inside");
    EXPECT_EQ(refused(R"({"size": 3, "colour": "red", "wire": {"ohms": 2}})"),
              "box.wire.shielded: is missing; expected whether neighbours are decoupled");
}

TEST(Params, NamesAnUnknownKeyAndThoseThatAreKnown) {
    EXPECT_EQ(refused(R"({"size": 3, "color": "red"})"), "box.color: is not known; expected size, colour or wire");
    EXPECT_EQ(refused(R"({"size": 3, "colour": "red", "wire": {"ohm": 2}})"), "box.wire.ohm: is not known; expected ohms or shielded");
}

TEST(Params, NamesANumberThatIsNoneOrOutOfRange) {
    const std::string expected = "; expected a number from 1 to 9 cm";
    EXPECT_EQ(refused(R"({"size": 0, "colour": "red", "wire": {}})"), "box.size: is 0" + expected);
    EXPECT_EQ(refused(R"({"size": 10, "colour": "red", "wire": {}})"), "box.size: is 10" + expected);
    EXPECT_EQ(refused(R"({"size": 2.5, "colour": "red", "wire": {}})"), "box.size: is 2.5" + expected);
    EXPECT_EQ(refused(R"({"size": "3", "colour": "red", "wire": {}})"), "box.size: is \"3\"" + expected);
    EXPECT_EQ(refused(R"({"size": null, "colour": "red", "wire": {}})"), "box.size: is null" + expected);
    EXPECT_EQ(refused(R"({"size": 99999999999999999999, "colour": "red", "wire": {}})"), "box.size: is 1e+20" + expected);
    EXPECT_EQ(refused(R"({"size": 3, "colour": "red", "wire": {"ohms": 1e999, "shielded": true}})"),
              "box.wire.ohms: is inf; expected a number from 0.5 to 1000000 ohm");
}

TEST(Params, NamesAChoiceATruthValueAndAGroupOfTheWrongKind) {
    EXPECT_EQ(refused(R"({"size": 3, "colour": "pink", "wire": {}})"), "box.colour: is \"pink\"; expected red, green or blue");
    EXPECT_EQ(refused(R"({"size": 3, "colour": 7, "wire": {}})"), "box.colour: is 7; expected red, green or blue");
    EXPECT_EQ(refused(R"({"size": 3, "colour": "red", "wire": {"ohms": 2, "shielded": 1}})"),
              "box.wire.shielded: is 1; expected true or false");
    EXPECT_EQ(refused(R"({"size": 3, "colour": "red", "wire": 4})"), "box.wire: is not an object; expected an object of parameters");
    EXPECT_EQ(refused("[1, 2]"), "box: is not an object; expected an object of parameters");
}

TEST(Params, ShowsTheFileAsPartOfThePath) {
    EXPECT_EQ(refused(R"({"size": 3, "color": "red"})", "p.json:"), "p.json:color: is not known; expected size, colour or wire");
    EXPECT_EQ(refused(R"({"size": 3, "color": "red"})", "p.json:box"), "p.json:box.color: is not known; expected size, colour or wire");
}

TEST(Params, CutsALongValueShortInAMessage) {
    const std::string json = R"({"size": ")" + std::string(100000, 'x') + R"(", "colour": "red", "wire": {}})";
    EXPECT_LT(refused(json.c_str()).size(), 150u);
}

TEST(Params, DescribesItself) {
    EXPECT_EQ(boost::json::value(describe_params<Box>()), boost::json::parse(R"([
        {"name": "size", "unit": "cm", "min": 1, "max": 9, "meaning": "edge of the box"},
        {"name": "colour", "one_of": ["red", "green", "blue"], "meaning": "colour of the box"},
        {"name": "wire", "meaning": "the wire inside", "parameters": [
            {"name": "ohms", "unit": "ohm", "min": 0.5, "max": 1000000.0, "meaning": "resistance of a segment"},
            {"name": "shielded", "unit": "", "min": false, "max": true, "meaning": "whether neighbours are decoupled"}]}])"));
}

RC_GTEST_PROP(Params, AcceptsANumberExactlyWhenItIsInRange, ()) {
    const int size = *rc::gen::inRange(-20, 20);
    boost::json::value json = boost::json::parse(kGood);
    json.as_object()["size"] = size;
    const std::string outcome = refusal([&] { RC_ASSERT(read_params<Box>(json, "box").size == size); });
    RC_ASSERT((outcome == "accepted") == (size >= 1 && size <= 9));
}

TEST(Alternatives, ReadAsASentence) {
    EXPECT_EQ(detail::alternatives({"a", "b", "c"}), "a, b or c");
    EXPECT_EQ(detail::alternatives({"a", "b"}), "a or b");
    EXPECT_EQ(detail::alternatives({"a"}), "a");
    EXPECT_EQ(detail::alternatives({}), "nothing");
}

}  // namespace
}  // namespace berth

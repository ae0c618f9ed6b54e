// SPDX-License-Identifier: Apache-2.0
#include "workloads/npy.hpp"

#include "tests/unit/core/refusal.hpp"
#include "tests/unit/core/scratch.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

namespace berth::workloads {
namespace {

using test::Scratch;

const std::string kDictionary = "{'descr': '|i1', 'fortran_order': False, 'shape': (2, 3), }\n";
const std::string kData = "abcdef";

std::string npy(const std::string& dictionary, const std::string& data, char major = 1) {
    std::string file = std::string("\x93NUMPY") + major + '\0';
    for (int byte = 0; byte < (major == 1 ? 2 : 4); ++byte) file.push_back(static_cast<char>(dictionary.size() >> (8 * byte) & 0xff));
    return file + dictionary + data;
}

std::string refusal_of(const std::string& content) {
    const Scratch scratch;
    const auto file = scratch.file("X.npy", content);
    return test::refusal([&] { const NpyFile read(file); });
}

std::string refusal_of_header(const std::string& dictionary) { return refusal_of(npy(dictionary + "\n", kData)); }

bool says(const std::string& message, const std::string& part) { return message.find(part) != std::string::npos; }

template <class Value>
void write(const std::filesystem::path& file, NpyType type, const std::vector<std::int64_t>& shape, const std::vector<Value>& values) {
    NpyWriter writer(file);
    writer.begin(type, shape);
    writer.write(values);
    writer.commit();
}

/// Up to four sizes from 0 to 5.
std::vector<std::int64_t> any_shape() {
    return *rc::gen::resize(4, rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(0, 6)));
}

std::size_t elements(const std::vector<std::int64_t>& shape) {
    return static_cast<std::size_t>(std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>()));
}

RC_GTEST_PROP(Npy, GivesBackWhatWasWritten, ()) {
    const Scratch scratch;
    const auto shape = any_shape();
    const auto bytes = *rc::gen::container<std::vector<std::int8_t>>(elements(shape), rc::gen::arbitrary<std::int8_t>());
    const auto wide = *rc::gen::container<std::vector<std::int32_t>>(elements(shape), rc::gen::arbitrary<std::int32_t>());
    const auto real = *rc::gen::container<std::vector<float>>(elements(shape), rc::gen::arbitrary<float>());
    write(scratch.path() / "b.npy", NpyType::int8, shape, bytes);
    write(scratch.path() / "w.npy", NpyType::int32, shape, wide);
    write(scratch.path() / "r.npy", NpyType::float32, shape, real);
    const NpyFile b(scratch.path() / "b.npy"), w(scratch.path() / "w.npy"), r(scratch.path() / "r.npy");
    RC_ASSERT(b.shape() == shape);
    RC_ASSERT(std::vector(b.int8().begin(), b.int8().end()) == bytes);
    RC_ASSERT(w.shape() == shape);
    RC_ASSERT(w.int32() == wide);
    RC_ASSERT(r.shape() == shape);
    RC_ASSERT(r.float32() == real);
}

TEST(Npy, WritesFormatOneWithDataAtAMultipleOf64) {
    const std::int64_t shape[] = {3, 4};
    const std::string header = make_npy_header(NpyType::int32, shape);
    EXPECT_EQ(header.size(), 128U);
    EXPECT_EQ(header.substr(0, 10), std::string("\x93NUMPY\x01\0\x76\0", 10));
    EXPECT_EQ(header.substr(10, 61), "{'descr': '<i4', 'fortran_order': False, 'shape': (3, 4), }  ");
    EXPECT_EQ(header.back(), '\n');
    const std::int64_t one[] = {3};
    EXPECT_TRUE(says(make_npy_header(NpyType::float32, one), "'<f4', 'fortran_order': False, 'shape': (3,), }"));
    EXPECT_TRUE(says(make_npy_header(NpyType::int8, {}), "'|i1', 'fortran_order': False, 'shape': (), }"));
}

TEST(Npy, ReadsAllFormatsAndEveryWayToWriteADictionary) {
    const Scratch scratch;
    for (const char major : {1, 2, 3}) {
        const NpyFile read(scratch.file("X.npy", npy(kDictionary, kData, major)));
        EXPECT_EQ(read.shape(), (std::vector<std::int64_t>{2, 3}));
        EXPECT_EQ(std::string(read.int8().begin(), read.int8().end()), kData);
        EXPECT_TRUE(says(read.element_name(5), "X.npy[1, 2]"));
    }
    for (const char* dictionary : {"{\"shape\":(2,3,),\"fortran_order\":False,\"descr\":\"|i1\"}",
                                   "{ 'descr' : '|i1' , 'shape' : ( 6 , ) , 'fortran_order' : False }   ",
                                   "{'descr': '|i1', 'fortran_order': False, 'shape': (1, 6, 1)}"})
        EXPECT_EQ(refusal_of_header(dictionary), "accepted") << dictionary;
}

TEST(Npy, RefusesDictionariesThatAreNot) {
    const std::string type = "'descr': '|i1'", order = "'fortran_order': False", shape = "'shape': (2, 3)";
    const std::pair<std::string, const char*> cases[] = {
        {"", "lacks a '{'"},
        {"{", "something else where a text is due"},
        {"[" + type + "]", "lacks a '{'"},
        {"{" + type + ", " + order + ", " + shape, "lacks a ','"},
        {"{" + type + ", " + order + ", " + shape + "} x", "does not end"},
        {"{" + type + ", " + order + "}", "has no shape"},
        {"{" + type + ", " + shape + "}", "has no fortran_order"},
        {"{" + order + ", " + shape + "}", "has no descr"},
        {"{}", "has no descr"},
        {"{,}", "something else where a text is due"},
        {"{" + type + " " + order + ", " + shape + "}", "lacks a ','"},
        {"{" + type + ",, " + order + ", " + shape + "}", "something else where a text is due"},
        {"{" + type + ", " + type + ", " + order + ", " + shape + "}", "descr twice"},
        {"{" + type + ", " + order + ", " + order + ", " + shape + "}", "fortran_order twice"},
        {"{" + type + ", " + order + ", " + shape + ", " + shape + "}", "shape twice"},
        {"{" + type + ", " + order + ", " + shape + ", 'more': 1}", "the key 'more'"},
        {"{'descr' '|i1', " + order + ", " + shape + "}", "lacks a ':'"},
        {"{'descr': '|i1, " + order, "elements are"},
        {"{'descr", "text without an end"},
        {"{'d\\x65scr': '|i1', " + order + ", " + shape + "}", "plain letters"},
        {"{'descr': [('a', '|i1')], " + order + ", " + shape + "}", "something else where a text is due"},
        {"{'descr': '>i4', " + order + ", " + shape + "}", "elements are '>i4'"},
        {"{'descr': '<f8', " + order + ", " + shape + "}", "elements are '<f8'"},
        {"{'descr': '|O', " + order + ", " + shape + "}", "elements are '|O'"},
        {"{" + type + ", 'fortran_order': True, " + shape + "}", "Fortran order"},
        {"{" + type + ", 'fortran_order': 0, " + shape + "}", "neither True nor False"},
        {"{" + type + ", 'fortran_order': Falsehood, " + shape + "}", "lacks a ','"},
        {"{" + type + ", " + order + ", 'shape': 6}", "lacks a '('"},
        {"{" + type + ", " + order + ", 'shape': [2, 3]}", "lacks a '('"},
        {"{" + type + ", " + order + ", 'shape': (6)}", "not a tuple"},
        {"{" + type + ", " + order + ", 'shape': (,)}", "whole numbers"},
        {"{" + type + ", " + order + ", 'shape': (2 3)}", "lacks a comma"},
        {"{" + type + ", " + order + ", 'shape': (2, -3)}", "whole numbers"},
        {"{" + type + ", " + order + ", 'shape': (2, 03)}", "whole numbers"},
        {"{" + type + ", " + order + ", 'shape': (2, 3.0)}", "lacks a comma"},
        {"{" + type + ", " + order + ", 'shape': (2, None)}", "whole numbers"},
        {"{" + type + ", " + order + ", 'shape': (2, 3L)}", "lacks a comma"},
        {"{" + type + ", " + order + ", 'shape': (2, 3", "lacks a comma"},
        {"{" + type + ", " + order + ", 'shape': (9223372036854775808,)}", "too large"},
    };
    for (const auto& [dictionary, part] : cases)
        EXPECT_TRUE(says(refusal_of_header(dictionary), part)) << dictionary << "\n" << refusal_of_header(dictionary);
    std::string many = "{" + type + ", " + order + ", 'shape': (";
    for (int i = 0; i < 33; ++i) many += "1, ";
    EXPECT_TRUE(says(refusal_of_header(many + ")}"), "too many dimensions"));
    EXPECT_TRUE(says(refusal_of(npy(kDictionary.substr(0, kDictionary.size() - 1), kData)), "does not end"));
}

TEST(Npy, RefusesWhatIsNoNpyFile) {
    EXPECT_TRUE(says(refusal_of(""), "is not an .npy file"));
    EXPECT_TRUE(says(refusal_of("\x93NUMPY"), "is not an .npy file"));
    EXPECT_TRUE(says(refusal_of("PK\x03\x04 an .npz file"), "is not an .npy file"));
    EXPECT_TRUE(says(refusal_of(npy(kDictionary, kData, 4)), "format 4.0"));
    EXPECT_TRUE(says(refusal_of(npy(kDictionary, kData, 0)), "format 0.0"));
    std::string minor = npy(kDictionary, kData);
    minor[7] = 1;
    EXPECT_TRUE(says(refusal_of(minor), "format 1.1"));
    EXPECT_TRUE(says(refusal_of(npy("", "").substr(0, 9)), "ends within its header"));
    EXPECT_TRUE(says(refusal_of(npy("", "", 2).substr(0, 11)), "ends within its header"));
    EXPECT_TRUE(says(test::refusal([] { const NpyFile none("no-such-file.npy"); }), "does not exist"));
}

TEST(Npy, RefusesHeadersLongerThanTheFile) {
    for (const char major : {1, 2, 3}) {
        std::string file = npy(kDictionary, kData, major);
        file[8] = file[9] = '\xff';
        EXPECT_TRUE(says(refusal_of(file), "header claims")) << int(major);
    }
    std::string widest = npy(kDictionary, kData, 2);
    for (int byte = 8; byte < 12; ++byte) widest[static_cast<std::size_t>(byte)] = '\xff';
    EXPECT_TRUE(says(refusal_of(widest), "header claims 4294967295 bytes"));
    EXPECT_TRUE(says(refusal_of(npy(std::string(70000, ' ') + "\n", kData, 2)), "header claims 70001 bytes"));
}

TEST(Npy, RefusesEveryTruncationAndTrailingBytes) {
    const std::string whole = npy(kDictionary, kData);
    EXPECT_EQ(refusal_of(whole), "accepted");
    for (std::size_t length = 0; length < whole.size(); ++length) EXPECT_NE(refusal_of(whole.substr(0, length)), "accepted") << length;
    EXPECT_TRUE(says(refusal_of(whole.substr(0, whole.size() - 1)), "has 5 bytes of data; expected 6"));
    EXPECT_TRUE(says(refusal_of(whole + "g"), "has 7 bytes of data; expected 6"));
}

TEST(Npy, RefusesShapesWhoseProductLeaves64Bits) {
    const std::string begin = "{'descr': '<i4', 'fortran_order': False, 'shape': (";
    // 2^62 elements of 4 bytes are 0 modulo 2^64, and so are 2^32 times 2^32 of any.
    for (const char* shape : {"4611686018427387904,", "4294967296, 4294967296", "9223372036854775807, 9223372036854775807"}) {
        EXPECT_TRUE(says(refusal_of(npy(begin + shape + ")}\n", "")), "a shape that its data can fill")) << shape;
        EXPECT_TRUE(says(refusal_of(npy(begin + shape + ")}\n", "abcd")), "a shape that its data can fill")) << shape;
    }
    EXPECT_EQ(refusal_of(npy(begin + "4294967296, 4294967296, 0)}\n", "")), "accepted");
}

TEST(Npy, NamesTheFirstElementThatIsNotFinite) {
    const Scratch scratch;
    const auto file = scratch.path() / "X.npy";
    const float infinite = std::numeric_limits<float>::infinity();
    const std::pair<float, const char*> cases[] = {{std::nanf(""), "X.npy[1, 0, 2]: is not a number"},
                                                   {infinite, "X.npy[1, 0, 2]: is infinite"},
                                                   {-infinite, "X.npy[1, 0, 2]: is infinite"}};
    for (const auto& [bad, part] : cases) {
        std::vector<float> values(12, 1.0f);
        values[8] = values[10] = bad;
        write(file, NpyType::float32, {2, 2, 3}, values);
        EXPECT_TRUE(says(test::refusal([&] { (void)NpyFile(file).float32(); }), part));
    }
}

TEST(Npy, LeavesNothingWithoutCommit) {
    const Scratch scratch;
    {
        NpyWriter writer(scratch.path() / "Y.npy");
        writer.begin(NpyType::int8, {});
        writer.write(std::vector<std::int8_t>{1});
    }
    EXPECT_TRUE(std::filesystem::is_empty(scratch.path()));
}

}  // namespace
}  // namespace berth::workloads

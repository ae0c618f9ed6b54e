// SPDX-License-Identifier: Apache-2.0
#include "workloads/npy_header.hpp"

#include "models/core/error.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>

namespace berth::workloads {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kVersionEnd = kMagic.size() + 2;
/// NumPy's own reader stops at 10000 bytes; the headers of plain arrays have 118.
constexpr std::size_t kLongestHeader = 65536;
constexpr std::size_t kMostDimensions = 32;
constexpr std::size_t kAlignment = 64;

struct Element {
    NpyType type;
    std::string_view name, descr;
    std::size_t bytes;
};

constexpr std::array kElements{Element{NpyType::int8, "int8", "|i1", 1}, Element{NpyType::int32, "int32", "<i4", 4},
                               Element{NpyType::float32, "float32", "<f4", 4}};

const Element& element(NpyType type) {
    return *std::find_if(kElements.begin(), kElements.end(), [type](const Element& entry) { return entry.type == type; });
}

/// The header's text: a Python dictionary with the keys descr, fortran_order and shape, each once, then blanks and a newline.
class Dictionary {
public:
    Dictionary(std::string_view text, const std::string& where) : rest_(text), where_(where + ": header") {}

    NpyHeader read() {
        take('{');
        while (!skip('}')) {
            entry();
            if (skip('}')) break;
            take(',');
        }
        if (rest_.find_first_not_of(' ') != rest_.size() - 1 || !rest_.ends_with('\n')) refuse("does not end behind its dictionary");
        NpyHeader header;
        header.type = type_.has_value() ? *type_ : missing("descr");
        if (!seen_order_) missing("fortran_order");
        if (!shape_) missing("shape");
        header.shape = std::move(*shape_);
        return header;
    }

private:
    [[noreturn]] void refuse(const std::string& fault, const std::string& expected = kExpected) const {
        throw InputError(where_, fault, expected);
    }
    NpyType missing(const std::string& key) const { refuse("has no " + key); }

    void blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size())); }

    bool skip(char mark) {
        blanks();
        const bool there = rest_.starts_with(mark);
        if (there) rest_.remove_prefix(1);
        return there;
    }
    void take(char mark) {
        if (!skip(mark)) refuse(std::string("lacks a '") + mark + "'");
    }

    std::string_view quoted() {
        blanks();
        if (!rest_.starts_with('\'') && !rest_.starts_with('"')) refuse("has something else where a text is due");
        const std::size_t end = rest_.find(rest_.front(), 1);
        if (end == std::string_view::npos) refuse("has a text without an end");
        const std::string_view text = rest_.substr(1, end - 1);
        const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~' && c != '\\'; });
        if (!plain) refuse("has a text of other than plain letters");
        rest_.remove_prefix(end + 1);
        return text;
    }

    void entry() {
        const std::string_view key = quoted();
        take(':');
        if (key == "descr")
            read_type();
        else if (key == "fortran_order")
            read_order();
        else if (key == "shape")
            read_shape();
        else
            refuse("has the key '" + std::string(key) + "'");
    }
    void once(bool seen, const char* key) const {
        if (seen) refuse(std::string("has ") + key + " twice");
    }

    void read_type() {
        once(type_.has_value(), "descr");
        const std::string_view descr = quoted();
        const auto known = std::find_if(kElements.begin(), kElements.end(), [&](const Element& entry) { return entry.descr == descr; });
        if (known == kElements.end())
            refuse("its elements are '" + std::string(descr) + "'", "int8, int32 or float32, little-endian: '|i1', '<i4' or '<f4'");
        type_ = known->type;
    }

    void read_order() {
        once(seen_order_, "fortran_order");
        blanks();
        constexpr std::string_view no = "False", yes = "True";
        if (rest_.starts_with(yes)) refuse("the array is in Fortran order", "C order: save numpy.ascontiguousarray of it");
        if (!rest_.starts_with(no)) refuse("fortran_order is neither True nor False");
        rest_.remove_prefix(no.size());
        seen_order_ = true;
    }

    void read_shape() {
        once(shape_.has_value(), "shape");
        std::vector<std::int64_t> sizes;
        bool comma = true;
        take('(');
        while (!skip(')')) {
            if (!comma) refuse("shape lacks a comma");
            if (sizes.size() == kMostDimensions) refuse("shape has too many dimensions", "at most 32");
            sizes.push_back(number());
            comma = skip(',');
        }
        // (3) is a number in Python and (3,) a tuple.
        if (sizes.size() == 1 && !comma) refuse("shape is not a tuple");
        shape_ = std::move(sizes);
    }

    std::int64_t number() {
        blanks();
        std::int64_t value = 0;
        const auto [end, bad] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
        const auto digits = static_cast<std::size_t>(end - rest_.data());
        if (bad == std::errc::result_out_of_range) refuse("shape holds a number that is too large", "sizes below 2^63");
        const bool leading_zero = digits > 1 && rest_.starts_with('0');
        if (bad != std::errc() || rest_.starts_with('-') || leading_zero) refuse("shape holds something else than whole numbers from 0");
        rest_.remove_prefix(digits);
        return value;
    }

    static constexpr const char* kExpected = "{'descr': '<i4', 'fortran_order': False, 'shape': (3, 4), } or alike, blanks and a newline";

    std::string_view rest_;
    std::string where_;
    std::optional<NpyType> type_;
    bool seen_order_ = false;
    std::optional<std::vector<std::int64_t>> shape_;
};

/// Little-endian, as the format has it.
std::size_t unsigned_at(std::string_view text, std::size_t place, std::size_t bytes) {
    std::size_t value = 0;
    for (std::size_t i = bytes; i-- > 0;) value = value << 8 | static_cast<unsigned char>(text[place + i]);
    return value;
}

}  // namespace

std::size_t size_of(NpyType type) { return element(type).bytes; }

std::string_view name_of(NpyType type) { return element(type).name; }

NpyHeader parse_npy_header(std::span<const std::byte> file, const std::string& where) {
    const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
    if (!text.starts_with(kMagic) || text.size() < kVersionEnd)
        throw InputError(where, "is not an .npy file", "an array saved by numpy.save");
    const int major = static_cast<unsigned char>(text[kMagic.size()]), minor = static_cast<unsigned char>(text[kMagic.size() + 1]);
    if (major < 1 || major > 3 || minor != 0)
        throw InputError(where, "is of format " + std::to_string(major) + "." + std::to_string(minor), "format 1.0, 2.0 or 3.0");
    const std::size_t length_bytes = major == 1 ? 2 : 4, begin = kVersionEnd + length_bytes;
    if (text.size() < begin) throw InputError(where, "ends within its header", "a whole .npy file");
    const std::size_t length = unsigned_at(text, kVersionEnd, length_bytes), most = std::min(kLongestHeader, text.size() - begin);
    if (length > most) throw InputError(where, "its header claims " + std::to_string(length) + " bytes", "at most " + std::to_string(most));
    NpyHeader header = Dictionary(text.substr(begin, length), where).read();
    header.bytes = begin + length;
    return header;
}

std::string make_npy_header(NpyType type, std::span<const std::int64_t> shape) {
    std::string sizes;
    for (const std::int64_t size : shape) sizes += std::to_string(size) + (shape.size() == 1 ? "," : ", ");
    if (shape.size() > 1) sizes.resize(sizes.size() - 2);
    std::string dictionary = "{'descr': '" + std::string(element(type).descr) + "', 'fortran_order': False, 'shape': (" + sizes + "), }";
    const std::size_t begin = kVersionEnd + 2, unpadded = begin + dictionary.size() + 1;
    dictionary.append((kAlignment - unpadded % kAlignment) % kAlignment, ' ').push_back('\n');
    std::string header(kMagic);
    for (const std::size_t byte : {std::size_t{1}, std::size_t{0}, dictionary.size() & 0xff, dictionary.size() >> 8})
        header.push_back(static_cast<char>(byte));
    return header + dictionary;
}

}  // namespace berth::workloads

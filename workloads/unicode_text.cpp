// SPDX-License-Identifier: Apache-2.0
#include "workloads/unicode_text.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>

namespace berth::workloads {
namespace {

using CodePoint = utf8proc_int32_t;

constexpr CodePoint kReplacement = 0xfffd;

/// The code point at `at`, which moves past it; U+FFFD and one byte where there is none.
CodePoint next_code_point(std::string_view text, std::size_t& at) {
    CodePoint point = 0;
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
    const utf8proc_ssize_t used = utf8proc_iterate(bytes + at, static_cast<utf8proc_ssize_t>(text.size() - at), &point);
    at += used > 0 ? static_cast<std::size_t>(used) : 1;
    return used > 0 ? point : kReplacement;
}

void append(std::string& text, CodePoint point) {
    std::array<utf8proc_uint8_t, 4> bytes{};
    const utf8proc_ssize_t used = utf8proc_encode_char(point, bytes.data());
    text.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(used));
}

bool is_space(CodePoint point) {
    const auto category = utf8proc_category(point);
    return point == '\t' || point == '\n' || point == '\r' || category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
           category == UTF8PROC_CATEGORY_ZP;
}

bool is_dropped(CodePoint point) {
    const auto category = utf8proc_category(point);
    return point == kReplacement || category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF ||
           category == UTF8PROC_CATEGORY_CO;
}

/// ASCII marks count as punctuation even where Unicode calls them symbols ($, +, <, ^, `, |, ~).
bool is_punctuation(CodePoint point) {
    const bool mark =
        (point >= 33 && point <= 47) || (point >= 58 && point <= 64) || (point >= 91 && point <= 96) || (point >= 123 && point <= 126);
    const auto category = utf8proc_category(point);
    return mark || (category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_PO);
}

/// The blocks that BERT's tokenizer calls Chinese; the fast tokenizer's gap at 0x2B820 to 0x2B91F included.
bool is_chinese(CodePoint point) {
    struct Range {
        CodePoint first, last;
    };
    constexpr std::array ranges{Range{0x4e00, 0x9fff},   Range{0x3400, 0x4dbf},   Range{0x20000, 0x2a6df}, Range{0x2a700, 0x2b73f},
                                Range{0x2b740, 0x2b81f}, Range{0x2b920, 0x2ceaf}, Range{0xf900, 0xfaff},   Range{0x2f800, 0x2fa1f}};
    return std::any_of(ranges.begin(), ranges.end(), [point](const Range& range) { return point >= range.first && point <= range.last; });
}

std::vector<CodePoint> clean(std::string_view text, bool set_chinese_apart) {
    std::vector<CodePoint> points;
    points.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint point = next_code_point(text, at);
        if (is_space(point)) {
            points.push_back(' ');
        } else if (set_chinese_apart && is_chinese(point)) {
            points.insert(points.end(), {' ', point, ' '});
        } else if (!is_dropped(point)) {
            points.push_back(point);
        }
    }
    return points;
}

void put_marks_in_order(std::vector<CodePoint>& points) {
    const auto rank = [](CodePoint point) { return utf8proc_get_property(point)->combining_class; };
    for (auto begin = points.begin(); begin != points.end();) {
        if (rank(*begin) == 0) {
            ++begin;
            continue;
        }
        const auto end = std::find_if(begin, points.end(), [&](CodePoint point) { return rank(point) == 0; });
        std::stable_sort(begin, end, [&](CodePoint a, CodePoint b) { return rank(a) < rank(b); });
        begin = end;
    }
}

/// Canonical decomposition without nonspacing marks. The order of those that stay (a few spacing ones) is canonical.
std::vector<CodePoint> without_accents(const std::vector<CodePoint>& points) {
    std::vector<CodePoint> bare;
    bare.reserve(points.size());
    std::array<CodePoint, 8> parts{};
    for (const CodePoint point : points) {
        int boundary = 0;
        const utf8proc_ssize_t count = utf8proc_decompose_char(point, parts.data(), parts.size(), UTF8PROC_DECOMPOSE, &boundary);
        bare.insert(bare.end(), parts.begin(), parts.begin() + count);
    }
    put_marks_in_order(bare);
    std::erase_if(bare, [](CodePoint point) { return utf8proc_category(point) == UTF8PROC_CATEGORY_MN; });
    return bare;
}

/// Only one code point has a lower case of two: I with a dot above.
std::vector<CodePoint> lower_case(const std::vector<CodePoint>& points) {
    constexpr CodePoint dotted_i = 0x130, dot_above = 0x307;
    std::vector<CodePoint> lower;
    lower.reserve(points.size());
    for (const CodePoint point : points) {
        lower.push_back(point == dotted_i ? 'i' : utf8proc_tolower(point));
        if (point == dotted_i) lower.push_back(dot_above);
    }
    return lower;
}

}  // namespace

std::optional<std::size_t> first_not_utf8(std::string_view text) {
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
    for (std::size_t at = 0; at < text.size();) {
        CodePoint point = 0;
        const utf8proc_ssize_t used = utf8proc_iterate(bytes + at, static_cast<utf8proc_ssize_t>(text.size() - at), &point);
        if (used <= 0) return at;
        at += static_cast<std::size_t>(used);
    }
    return std::nullopt;
}

Character character_at(std::string_view text, std::size_t at) {
    const std::size_t begin = at;
    const CodePoint point = next_code_point(text, at);
    const auto category = utf8proc_category(point);
    CharacterKind kind = CharacterKind::other;
    if (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) kind = CharacterKind::letter;
    if (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO) kind = CharacterKind::number;
    constexpr CodePoint vertical_tab = 0x0b, form_feed = 0x0c, next_line = 0x85;
    if (is_space(point) || point == vertical_tab || point == form_feed || point == next_line) kind = CharacterKind::space;
    return {kind, at - begin};
}

std::string_view without_trailing_space(std::string_view text) {
    std::size_t end = 0;
    for (std::size_t at = 0; at < text.size();) {
        const Character next = character_at(text, at);
        at += next.bytes;
        if (next.kind != CharacterKind::space) end = at;
    }
    return text.substr(0, end);
}

std::vector<Word> split_words(std::string_view text, const TextRules& rules) {
    std::vector<CodePoint> points = clean(text, rules.tokenize_chinese);
    if (rules.strip_accents) points = without_accents(points);
    if (rules.lower_case) points = lower_case(points);

    std::vector<Word> words;
    bool inside = false;
    for (const CodePoint point : points) {
        const bool alone = is_punctuation(point);
        if (is_space(point)) {
            inside = false;
            continue;
        }
        if (!inside || alone) words.emplace_back();
        append(words.back().text, point);
        ++words.back().characters;
        inside = !alone;
    }
    return words;
}

}  // namespace berth::workloads

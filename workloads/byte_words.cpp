// SPDX-License-Identifier: Apache-2.0
#include "workloads/byte_bpe.hpp"
#include "workloads/unicode_text.hpp"

namespace berth::workloads {
namespace {

constexpr std::array<std::string_view, 7> kContractions{"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"};

/// Where the run of characters of `kind` that begins at `at` ends.
std::size_t end_of_run(std::string_view text, std::size_t at, CharacterKind kind) {
    while (at < text.size()) {
        const Character next = character_at(text, at);
        if (next.kind != kind) break;
        at += next.bytes;
    }
    return at;
}

/// White space before a word is one word, but for its last character, which goes with the word or stands alone.
std::size_t end_of_spaces(std::string_view text, std::size_t at) {
    const std::size_t end = end_of_run(text, at, CharacterKind::space);
    if (end == text.size()) return end;
    std::size_t last = at;
    for (std::size_t next = at; next < end; next += character_at(text, next).bytes) last = next;
    return last > at ? last : end;
}

std::size_t end_of_word(std::string_view text, std::size_t at) {
    const std::string_view rest = text.substr(at);
    for (const std::string_view contraction : kContractions)
        if (rest.starts_with(contraction)) return at + contraction.size();
    const Character first = character_at(text, at);
    if (first.kind != CharacterKind::space) return end_of_run(text, at, first.kind);
    const bool leads = text[at] == ' ' && at + 1 < text.size() && character_at(text, at + 1).kind != CharacterKind::space;
    return leads ? end_of_run(text, at + 1, character_at(text, at + 1).kind) : end_of_spaces(text, at);
}

}  // namespace

std::vector<std::string_view> split_byte_words(std::string_view text) {
    std::vector<std::string_view> words;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = end_of_word(text, at);
        words.push_back(text.substr(at, end - at));
        at = end;
    }
    return words;
}

}  // namespace berth::workloads

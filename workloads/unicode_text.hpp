// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth::workloads {

/// Where the first byte stands that is not UTF-8 (overlong forms and surrogates are not); nothing when all is well.
[[nodiscard]] std::optional<std::size_t> first_not_utf8(std::string_view text);

/// Unicode's coarse classes: white space (White_Space), letters (L), numbers (N) and the rest, bytes that are not UTF-8 among it.
enum class CharacterKind { space, letter, number, other };

struct Character {
    CharacterKind kind;
    std::size_t bytes;  ///< that it takes
};
/// The character at `at`, which must lie within the text.
[[nodiscard]] Character character_at(std::string_view text, std::size_t at);

/// The text up to its last character that is no white space.
[[nodiscard]] std::string_view without_trailing_space(std::string_view text);

/// What BERT's basic tokenizer does to characters.
struct TextRules {
    bool lower_case = true;
    bool strip_accents = true;
    bool tokenize_chinese = true;
};

/// One word or punctuation mark.
struct Word {
    std::string text;            ///< UTF-8
    std::size_t characters = 0;  ///< code points of it
};

/// Cleans text up and cuts it at white space and around punctuation and, where asked for, CJK characters. In this order:
/// control characters (Cc, Cf, Co) and U+FFFD dropped and white space made a space; CJK set apart; NFD without nonspacing
/// marks; lower case by code point (so no final sigma). Bytes that are not UTF-8 count as U+FFFD.
[[nodiscard]] std::vector<Word> split_words(std::string_view text, const TextRules& rules);

}  // namespace berth::workloads

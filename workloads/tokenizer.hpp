// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace berth::workloads {

/// Token ids of a sentence or a pair, with [CLS] and [SEP], and the segment (0 or 1) of each.
struct Encoded {
    std::vector<std::int32_t> ids;
    std::vector<std::int32_t> segments;
};

/// All that makes a tokenizer, as the weight image keeps it.
struct TokenizerSettings {
    std::vector<std::string> vocabulary;  ///< a piece a line of vocab.txt; the line number is the id
    bool lower_case = true;               ///< do_lower_case
    bool strip_accents = true;            ///< as lower_case where tokenizer_config.json does not say
    bool tokenize_chinese = true;         ///< tokenize_chinese_chars
    int limit = 512;                      ///< model_max_length, at most the model's positions
};

/// Reads vocab.txt (or tokenizer.json) and tokenizer_config.json of a checkpoint directory.
/// @param positions what the model can address; the limit is cut to it.
/// @param vocabulary_size rows of the word embeddings. @throws InputError when the vocabulary has another number of pieces
/// than there are rows (fewer by less than 128 where the rows are padded to a multiple of 8), lacks a special token, or is
/// not UTF-8.
[[nodiscard]] TokenizerSettings read_tokenizer(const std::filesystem::path& directory, int positions, int vocabulary_size);

/// BERT's WordPiece, as the common fast tokenizer gives it: clean up, spaces around CJK, lower-casing by code point and
/// accent stripping (NFD, then nonspacing marks dropped), split at punctuation, greedy longest match.
class Tokenizer {
public:
    explicit Tokenizer(TokenizerSettings settings);

    /// @param limit the most tokens, special ones included; 0 means the settings' own. Pairs are truncated longest first.
    /// Text is UTF-8; bytes that are not become U+FFFD, which the clean-up drops.
    [[nodiscard]] Encoded encode(std::string_view first, const std::optional<std::string>& second, int limit = 0) const;

    [[nodiscard]] const TokenizerSettings& settings() const { return settings_; }

private:
    [[nodiscard]] std::vector<std::int32_t> pieces(std::string_view text) const;
    void append_plain(std::string_view text, std::vector<std::int32_t>& pieces) const;
    void append_word(const std::string& word, std::vector<std::int32_t>& pieces) const;

    TokenizerSettings settings_;
    std::unordered_map<std::string, std::int32_t> ids_;
    std::int32_t cls_ = 0, sep_ = 0, unknown_ = 0;
};

}  // namespace berth::workloads

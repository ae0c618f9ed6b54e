// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "workloads/bert_config.hpp"
#include "workloads/text_cutter.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth::workloads {

/// Token ids of a sentence or a pair, special ones included, and the segment (0 or 1) of each.
struct Encoded {
    std::vector<std::int32_t> ids;
    std::vector<std::int32_t> segments;
};

/// BERT's WordPiece with [CLS] a [SEP] b [SEP], or RoBERTa's byte-level BPE with <s> a </s></s> b </s>.
enum class TokenizerKind { wordpiece, byte_bpe };
inline constexpr std::array kTokenizerKinds{"wordpiece", "byte_bpe"};  ///< names, indexed by TokenizerKind

/// All that makes a tokenizer, as the weight image keeps it.
struct TokenizerSettings {
    std::vector<std::string> vocabulary;  ///< the piece of each id
    bool lower_case = true;               ///< do_lower_case; this and the next two are WordPiece's
    bool strip_accents = true;            ///< as lower_case where tokenizer_config.json does not say
    bool tokenize_chinese = true;         ///< tokenize_chinese_chars
    int limit = 512;                      ///< model_max_length, at most the model's positions
    TokenizerKind kind = TokenizerKind::wordpiece;
    bool pair_segments = true;        ///< whether a pair's second sentence is segment 1; without, all is segment 0
    std::vector<std::string> merges;  ///< of BPE: "left right", most urgent first
    bool prefix_space = false;        ///< of BPE: add_prefix_space

    bool operator==(const TokenizerSettings&) const = default;
};

/// Reads a checkpoint directory's vocabulary and its tokenizer_config.json: for a BERT or DistilBERT vocab.txt, for a RoBERTa
/// vocab.json and merges.txt; where that is not there, tokenizer.json of either kind.
/// @param config the limit is cut to its positions; its vocabulary is the rows of the word embeddings.
/// @throws InputError when the vocabulary has another number of pieces than there are rows (fewer by less than 128 where the
/// rows are padded to a multiple of 8), lacks a special token or the letter of a byte, or is not UTF-8; when a merge is not of
/// two pieces that make a third.
[[nodiscard]] TokenizerSettings read_tokenizer(const std::filesystem::path& directory, const BertConfig& config);

/// The same for a BERT of so many positions and pieces.
[[nodiscard]] TokenizerSettings read_tokenizer(const std::filesystem::path& directory, int positions, int vocabulary_size);

/// Whether a checkpoint directory brings a tokenizer of its own.
[[nodiscard]] bool has_tokenizer(const std::filesystem::path& directory);

class Tokenizer {
public:
    explicit Tokenizer(TokenizerSettings settings);

    /// @param limit the most tokens, special ones included; 0 means the settings' own. Pairs are truncated longest first.
    /// Text is UTF-8.
    [[nodiscard]] Encoded encode(std::string_view first, const std::optional<std::string>& second, int limit = 0) const;

    [[nodiscard]] const TokenizerSettings& settings() const { return settings_; }

private:
    TokenizerSettings settings_;
    std::shared_ptr<const TextCutter> cutter_;
    std::int32_t begin_ = 0, end_ = 0;
    std::size_t separators_ = 1;  ///< between the sentences of a pair
};

}  // namespace berth::workloads

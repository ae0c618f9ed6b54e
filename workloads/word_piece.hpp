// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "workloads/text_cutter.hpp"
#include "workloads/unicode_text.hpp"

#include <string>
#include <unordered_map>
#include <vector>

namespace berth::workloads {

/// BERT's WordPiece, as the common fast tokenizer gives it: clean up, spaces around CJK, lower-casing by code point and
/// accent stripping (NFD, then nonspacing marks dropped), split at punctuation, greedy longest match. Bytes that are not UTF-8
/// become U+FFFD, which the clean-up drops.
class WordPiece : public TextCutter {
public:
    /// @param vocabulary the piece of each id; must hold [UNK].
    WordPiece(const std::vector<std::string>& vocabulary, TextRules rules);

    [[nodiscard]] std::vector<std::int32_t> pieces(std::string_view text) const override;

private:
    void append_plain(std::string_view text, std::vector<std::int32_t>& pieces) const;
    void append_word(const std::string& word, std::vector<std::int32_t>& pieces) const;

    TextRules rules_;
    std::unordered_map<std::string, std::int32_t> ids_;
    std::int32_t unknown_ = 0;
};

}  // namespace berth::workloads

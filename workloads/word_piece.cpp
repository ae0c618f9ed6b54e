// SPDX-License-Identifier: Apache-2.0
#include "workloads/word_piece.hpp"

#include "workloads/special_tokens.hpp"

#include <algorithm>

namespace berth::workloads {
namespace {

constexpr std::size_t kLongestWord = 100;  ///< characters; a longer word is unknown
constexpr std::string_view kContinuation = "##";

std::size_t back_one_character(const std::string& text, std::size_t end) {
    do --end;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80);
    return end;
}

}  // namespace

WordPiece::WordPiece(const std::vector<std::string>& vocabulary, TextRules rules) : rules_(rules) {
    // A piece that stands twice has the later id, as in the common tokenizers' tables.
    for (std::size_t id = 0; id < vocabulary.size(); ++id) ids_[vocabulary[id]] = static_cast<std::int32_t>(id);
    unknown_ = ids_.at(kUnknown);
}

void WordPiece::append_word(const std::string& word, std::vector<std::int32_t>& pieces) const {
    const std::size_t before = pieces.size();
    std::string piece;
    for (std::size_t begin = 0; begin < word.size();) {
        piece = begin == 0 ? word : std::string(kContinuation) + word.substr(begin);
        const std::size_t prefix = begin == 0 ? 0 : kContinuation.size();
        auto at = ids_.find(piece);
        while (at == ids_.end() && piece.size() > prefix) {
            piece.resize(back_one_character(piece, piece.size()));
            if (piece.size() > prefix) at = ids_.find(piece);
        }
        if (at == ids_.end()) {
            pieces.resize(before);
            pieces.push_back(unknown_);
            return;
        }
        pieces.push_back(at->second);
        begin += piece.size() - prefix;
    }
}

void WordPiece::append_plain(std::string_view text, std::vector<std::int32_t>& pieces) const {
    for (const Word& word : split_words(text, rules_)) {
        if (word.characters > kLongestWord)
            pieces.push_back(unknown_);
        else
            append_word(word.text, pieces);
    }
}

/// A special token written in the text stands for itself, as the fast tokenizer has it: it is cut out before clean-up.
std::vector<std::int32_t> WordPiece::pieces(std::string_view text) const {
    std::vector<std::int32_t> pieces;
    std::size_t begin = 0;
    for (std::size_t at = text.find('['); at != text.npos; at = text.find('[', at)) {
        const auto special = std::find_if(kSpecialTokens.begin(), kSpecialTokens.end(), [&](std::string_view token) {
            return text.substr(at).starts_with(token) && ids_.contains(std::string(token));
        });
        if (special == kSpecialTokens.end()) {
            ++at;
            continue;
        }
        append_plain(text.substr(begin, at - begin), pieces);
        pieces.push_back(ids_.at(std::string(*special)));
        begin = at += std::string_view(*special).size();
    }
    append_plain(text.substr(begin), pieces);
    return pieces;
}

}  // namespace berth::workloads

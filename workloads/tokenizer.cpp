// SPDX-License-Identifier: Apache-2.0
#include "workloads/tokenizer.hpp"

#include "workloads/special_tokens.hpp"
#include "workloads/unicode_text.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace berth::workloads {
namespace {

constexpr std::size_t kLongestWord = 100;  ///< characters; a longer word is unknown
constexpr std::string_view kContinuation = "##";

std::size_t back_one_character(const std::string& text, std::size_t end) {
    do --end;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80);
    return end;
}

/// How many pieces of each text stay so that both fit into `room`. The shorter text keeps its pieces as long as the other
/// is the longer one; when both must give, the second text gets the odd piece, unless the first is the longer: then it does.
std::pair<std::size_t, std::size_t> kept_longest_first(std::size_t first, std::size_t second, std::size_t room) {
    if (first + second <= room) return {first, second};
    std::size_t shorter = std::min(first, second);
    std::size_t longer = shorter > room ? shorter : std::max(shorter, room - shorter);
    if (shorter + longer > room) {
        shorter = room / 2;
        longer = room - shorter;
    }
    return first > second ? std::pair{longer, shorter} : std::pair{shorter, longer};
}

}  // namespace

Tokenizer::Tokenizer(TokenizerSettings settings) : settings_(std::move(settings)) {
    // A piece that stands twice has the later id, as in the common tokenizers' tables.
    for (std::size_t id = 0; id < settings_.vocabulary.size(); ++id) ids_[settings_.vocabulary[id]] = static_cast<std::int32_t>(id);
    const auto id_of = [this](const char* piece) {
        const auto at = ids_.find(piece);
        if (at == ids_.end()) throw std::invalid_argument("the vocabulary lacks " + std::string(piece));
        return at->second;
    };
    cls_ = id_of(kCls);
    sep_ = id_of(kSep);
    unknown_ = id_of(kUnknown);
}

void Tokenizer::append_word(const std::string& word, std::vector<std::int32_t>& pieces) const {
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

void Tokenizer::append_plain(std::string_view text, std::vector<std::int32_t>& pieces) const {
    for (const Word& word : split_words(text, {settings_.lower_case, settings_.strip_accents, settings_.tokenize_chinese})) {
        if (word.characters > kLongestWord)
            pieces.push_back(unknown_);
        else
            append_word(word.text, pieces);
    }
}

/// A special token written in the text stands for itself, as the fast tokenizer has it: it is cut out before clean-up.
std::vector<std::int32_t> Tokenizer::pieces(std::string_view text) const {
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

Encoded Tokenizer::encode(std::string_view first, const std::optional<std::string>& second, int limit) const {
    const std::size_t most = static_cast<std::size_t>(limit > 0 ? std::min(limit, settings_.limit) : settings_.limit);
    const std::size_t special = second ? 3 : 2;
    if (most < special) throw std::invalid_argument("a limit of " + std::to_string(most) + " tokens leaves no room for the special ones");

    const std::vector<std::int32_t> left = pieces(first), right = second ? pieces(*second) : std::vector<std::int32_t>{};
    const auto [left_kept, right_kept] = kept_longest_first(left.size(), right.size(), most - special);
    Encoded encoded;
    const auto add = [&encoded](const std::vector<std::int32_t>& ids, std::size_t count, std::int32_t segment, std::int32_t end) {
        encoded.ids.insert(encoded.ids.end(), ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(count));
        encoded.ids.push_back(end);
        encoded.segments.resize(encoded.ids.size(), segment);
    };
    encoded.ids.push_back(cls_);
    add(left, second ? left_kept : std::min(left.size(), most - special), 0, sep_);
    if (second) add(right, right_kept, 1, sep_);
    return encoded;
}

}  // namespace berth::workloads

// SPDX-License-Identifier: Apache-2.0
#include "workloads/byte_bpe.hpp"

#include "workloads/special_tokens.hpp"
#include "workloads/unicode_text.hpp"

#include <algorithm>
#include <queue>
#include <stdexcept>
#include <unordered_set>

namespace berth::workloads {
namespace {

constexpr std::int32_t kNone = -1;

bool has_own_letter(int byte) { return (byte >= '!' && byte <= '~') || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae; }

/// UTF-8 of a code point below U+0800.
std::string utf8(int point) {
    if (point < 0x80) return {static_cast<char>(point)};
    return {static_cast<char>(0xc0 | (point >> 6)), static_cast<char>(0x80 | (point & 0x3f))};
}

std::array<std::string, 256> make_letters() {
    std::array<std::string, 256> letters;
    int next = 0x100;
    for (int byte = 0; byte < 256; ++byte) letters[static_cast<std::size_t>(byte)] = utf8(has_own_letter(byte) ? byte : next++);
    return letters;
}

struct Halves {
    std::string_view left, right;
};

/// The two pieces of a merge; empty where it is not two words with one space between them.
Halves halves_of(std::string_view merge) {
    const std::size_t space = merge.find(' ');
    if (space == merge.npos || merge.find(' ', space + 1) != merge.npos) return {};
    return {merge.substr(0, space), merge.substr(space + 1)};
}

std::uint64_t pair_key(std::int32_t left, std::int32_t right) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32 | static_cast<std::uint32_t>(right);
}

/// A place in a word where a merge may join a symbol and the next one. It is stale once either has changed.
struct Candidate {
    std::int32_t rank, id;
    std::size_t at;
    std::int32_t left, right;

    bool operator>(const Candidate& other) const { return rank != other.rank ? rank > other.rank : at > other.at; }
};

/// A symbol of a word that is being joined; one that went into its neighbour has no id.
struct Symbol {
    std::int32_t id;
    std::size_t before, behind;
};

}  // namespace

const std::array<std::string, 256>& byte_letters() {
    static const std::array<std::string, 256> letters = make_letters();
    return letters;
}

std::optional<std::string> missing_from_byte_vocabulary(const std::vector<std::string>& vocabulary) {
    const std::unordered_set<std::string_view> pieces(vocabulary.begin(), vocabulary.end());
    for (const char* special : {kBegin, kEnd, kBpeUnknown})
        if (!pieces.contains(special)) return special;
    for (std::size_t byte = 0; byte < byte_letters().size(); ++byte)
        if (!pieces.contains(byte_letters()[byte])) return byte_letters()[byte] + ", the letter of byte " + std::to_string(byte);
    return std::nullopt;
}

std::optional<MergeFault> first_bad_merge(const std::vector<std::string>& vocabulary, const std::vector<std::string>& merges) {
    const std::unordered_set<std::string_view> pieces(vocabulary.begin(), vocabulary.end());
    for (std::size_t i = 0; i < merges.size(); ++i) {
        const auto [left, right] = halves_of(merges[i]);
        if (left.empty() || right.empty()) return MergeFault{i, "is not two pieces with a space between them"};
        for (const std::string_view half : {left, right})
            if (!pieces.contains(half)) return MergeFault{i, "merges " + std::string(half) + ", which is not in the vocabulary"};
        const std::string joined = std::string(left) + std::string(right);
        if (!pieces.contains(joined)) return MergeFault{i, "makes " + joined + ", which is not in the vocabulary"};
    }
    return std::nullopt;
}

ByteBpe::ByteBpe(const std::vector<std::string>& vocabulary, const std::vector<std::string>& merges, bool prefix_space)
    : prefix_space_(prefix_space) {
    if (const auto missing = missing_from_byte_vocabulary(vocabulary)) throw std::invalid_argument("the vocabulary lacks " + *missing);
    if (const auto bad = first_bad_merge(vocabulary, merges))
        throw std::invalid_argument("merge " + std::to_string(bad->merge) + " " + bad->fault);
    std::unordered_map<std::string_view, std::int32_t> ids;
    for (std::size_t id = 0; id < vocabulary.size(); ++id) ids[vocabulary[id]] = static_cast<std::int32_t>(id);
    for (std::size_t byte = 0; byte < letters_.size(); ++byte) letters_[byte] = ids.at(byte_letters()[byte]);
    for (std::size_t rank = 0; rank < merges.size(); ++rank) {
        const auto [left, right] = halves_of(merges[rank]);
        const std::string joined = std::string(left) + std::string(right);
        // A pair that stands twice has the later rank, as in the common tokenizers' tables.
        merges_[pair_key(ids.at(left), ids.at(right))] = {static_cast<std::int32_t>(rank), ids.at(joined)};
    }
    for (const std::string_view token : kBpeSpecialTokens)
        if (const auto at = ids.find(token); at != ids.end()) special_.emplace_back(token, at->second);
}

const ByteBpe::Merge* ByteBpe::merge_of(std::int32_t left, std::int32_t right) const {
    const auto at = merges_.find(pair_key(left, right));
    return at == merges_.end() ? nullptr : &at->second;
}

void ByteBpe::append_word(std::string_view word, std::vector<std::int32_t>& pieces) const {
    std::vector<Symbol> symbols;
    for (const char letter : word)
        symbols.push_back({letters_[static_cast<unsigned char>(letter)], symbols.size() - 1, symbols.size() + 1});
    std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> candidates;
    const auto consider = [&](std::size_t at) {
        const std::size_t next = symbols[at].behind;
        if (next >= symbols.size()) return;
        const std::int32_t left = symbols[at].id, right = symbols[next].id;
        if (const Merge* merge = merge_of(left, right)) candidates.push({merge->rank, merge->id, at, left, right});
    };
    for (std::size_t at = 0; at < symbols.size(); ++at) consider(at);
    while (!candidates.empty()) {
        const Candidate best = candidates.top();
        candidates.pop();
        Symbol& left = symbols[best.at];
        if (left.id != best.left || left.behind >= symbols.size() || symbols[left.behind].id != best.right) continue;
        Symbol& right = symbols[left.behind];
        left.id = best.id;
        left.behind = right.behind;
        right.id = kNone;
        if (left.behind < symbols.size()) symbols[left.behind].before = best.at;
        if (left.before < symbols.size()) consider(left.before);
        consider(best.at);
    }
    for (const Symbol& symbol : symbols)
        if (symbol.id != kNone) pieces.push_back(symbol.id);
}

void ByteBpe::append_plain(std::string_view text, std::vector<std::int32_t>& pieces) const {
    if (text.empty()) return;
    const std::string spaced = prefix_space_ && text.front() != ' ' ? " " + std::string(text) : std::string(text);
    for (const std::string_view word : split_byte_words(spaced)) append_word(word, pieces);
}

/// A special token written in the text stands for itself, as the fast tokenizer has it: it is cut out before all else.
std::vector<std::int32_t> ByteBpe::pieces(std::string_view text) const {
    std::vector<std::int32_t> pieces;
    std::size_t begin = 0;
    for (std::size_t at = text.find('<'); at != text.npos; at = text.find('<', at)) {
        const auto token =
            std::find_if(special_.begin(), special_.end(), [&](const auto& special) { return text.substr(at).starts_with(special.first); });
        if (token == special_.end()) {
            ++at;
            continue;
        }
        const std::string_view before = text.substr(begin, at - begin);
        append_plain(token->first == kMask ? without_trailing_space(before) : before, pieces);
        pieces.push_back(token->second);
        begin = at += token->first.size();
    }
    append_plain(text.substr(begin), pieces);
    return pieces;
}

}  // namespace berth::workloads

// SPDX-License-Identifier: Apache-2.0
#include "workloads/tokenizer.hpp"

#include "workloads/byte_bpe.hpp"
#include "workloads/special_tokens.hpp"
#include "workloads/word_piece.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace berth::workloads {
namespace {

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

std::int32_t id_of(const std::vector<std::string>& vocabulary, std::string_view piece) {
    // A piece that stands twice has the later id, as in the common tokenizers' tables.
    const auto at = std::find(vocabulary.rbegin(), vocabulary.rend(), piece);
    if (at == vocabulary.rend()) throw std::invalid_argument("the vocabulary lacks " + std::string(piece));
    return static_cast<std::int32_t>(vocabulary.rend() - at) - 1;
}

}  // namespace

Tokenizer::Tokenizer(TokenizerSettings settings) : settings_(std::move(settings)) {
    const bool bpe = settings_.kind == TokenizerKind::byte_bpe;
    begin_ = id_of(settings_.vocabulary, bpe ? kBegin : kCls);
    end_ = id_of(settings_.vocabulary, bpe ? kEnd : kSep);
    (void)id_of(settings_.vocabulary, bpe ? kBpeUnknown : kUnknown);
    separators_ = bpe ? 2 : 1;
    if (bpe)
        cutter_ = std::make_shared<const ByteBpe>(settings_.vocabulary, settings_.merges, settings_.prefix_space);
    else
        cutter_ = std::make_shared<const WordPiece>(settings_.vocabulary,
                                                    TextRules{settings_.lower_case, settings_.strip_accents, settings_.tokenize_chinese});
}

Encoded Tokenizer::encode(std::string_view first, const std::optional<std::string>& second, int limit) const {
    const std::size_t most = static_cast<std::size_t>(limit > 0 ? std::min(limit, settings_.limit) : settings_.limit);
    const std::size_t special = second ? 2 + separators_ : 2;
    if (most < special) throw std::invalid_argument("a limit of " + std::to_string(most) + " tokens leaves no room for the special ones");

    const std::vector<std::int32_t> left = cutter_->pieces(first), right = second ? cutter_->pieces(*second) : std::vector<std::int32_t>{};
    const auto [left_kept, right_kept] = kept_longest_first(left.size(), right.size(), most - special);
    Encoded encoded;
    const auto add = [&encoded](const std::vector<std::int32_t>& ids, std::size_t count, std::int32_t segment) {
        encoded.ids.insert(encoded.ids.end(), ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(count));
        encoded.segments.resize(encoded.ids.size(), segment);
    };
    encoded.ids.push_back(begin_);
    add(left, second ? left_kept : std::min(left.size(), most - special), 0);
    encoded.ids.insert(encoded.ids.end(), second ? separators_ : 1, end_);
    encoded.segments.resize(encoded.ids.size(), 0);
    if (!second) return encoded;
    const std::int32_t segment = settings_.pair_segments ? 1 : 0;
    add(right, right_kept, segment);
    encoded.ids.push_back(end_);
    encoded.segments.push_back(segment);
    return encoded;
}

}  // namespace berth::workloads

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "workloads/text_cutter.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace berth::workloads {

/// The letter that stands for each byte in a byte-level vocabulary: the byte's own Latin-1 character where that is printable,
/// and U+0100 on for the others in their order (GPT-2, Radford et al. 2019). UTF-8.
[[nodiscard]] const std::array<std::string, 256>& byte_letters();

/// Cuts a text into the words of GPT-2's pattern, each with the space before it:
/// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+ with Unicode's classes. The words make up the text.
[[nodiscard]] std::vector<std::string_view> split_byte_words(std::string_view text);

/// What a byte-level vocabulary lacks: a special token ("<s>", "</s>", "<unk>") or a byte's letter; nothing when it is whole.
[[nodiscard]] std::optional<std::string> missing_from_byte_vocabulary(const std::vector<std::string>& vocabulary);

/// The first merge that is at fault, and how: it is not "left right", or left, right or their join is no piece.
struct MergeFault {
    std::size_t merge = 0;
    std::string fault;
};
[[nodiscard]] std::optional<MergeFault> first_bad_merge(const std::vector<std::string>& vocabulary, const std::vector<std::string>& merges);

/// Byte-level byte-pair encoding (Sennrich et al. 2016; GPT-2), as the common fast tokenizer of RoBERTa gives it: in every word
/// the neighbours of the most urgent merge are joined, leftmost first, until no merge applies.
/// Bytes that are not UTF-8 stand for themselves.
class ByteBpe : public TextCutter {
public:
    /// @throws std::invalid_argument where the vocabulary or a merge is at fault; see the two checks above.
    ByteBpe(const std::vector<std::string>& vocabulary, const std::vector<std::string>& merges, bool prefix_space);

    [[nodiscard]] std::vector<std::int32_t> pieces(std::string_view text) const override;

private:
    struct Merge {
        std::int32_t rank, id;
    };

    void append_plain(std::string_view text, std::vector<std::int32_t>& pieces) const;
    void append_word(std::string_view word, std::vector<std::int32_t>& pieces) const;
    [[nodiscard]] const Merge* merge_of(std::int32_t left, std::int32_t right) const;

    std::array<std::int32_t, 256> letters_{};
    std::unordered_map<std::uint64_t, Merge> merges_;  ///< by left and right id
    std::vector<std::pair<std::string, std::int32_t>> special_;
    bool prefix_space_;
};

}  // namespace berth::workloads

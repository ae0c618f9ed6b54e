// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

namespace berth::workloads {

inline constexpr const char* kUnknown = "[UNK]";
inline constexpr const char* kCls = "[CLS]";
inline constexpr const char* kSep = "[SEP]";

/// What BERT's tokenizer takes for itself when it stands in a text. [PAD] and [MASK] need not be in the vocabulary.
inline constexpr std::array kSpecialTokens{kUnknown, kCls, kSep, "[PAD]", "[MASK]"};

inline constexpr const char* kBegin = "<s>";
inline constexpr const char* kEnd = "</s>";
inline constexpr const char* kBpeUnknown = "<unk>";
inline constexpr const char* kMask = "<mask>";  ///< takes the white space before it with it

/// The same for RoBERTa's; <pad> and <mask> need not be in the vocabulary.
inline constexpr std::array kBpeSpecialTokens{kBpeUnknown, kBegin, kEnd, "<pad>", kMask};

}  // namespace berth::workloads

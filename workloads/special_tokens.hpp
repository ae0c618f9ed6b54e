// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

namespace berth::workloads {

inline constexpr const char* kUnknown = "[UNK]";
inline constexpr const char* kCls = "[CLS]";
inline constexpr const char* kSep = "[SEP]";

/// What BERT's tokenizer takes for itself when it stands in a text. [PAD] and [MASK] need not be in the vocabulary.
inline constexpr std::array kSpecialTokens{kUnknown, kCls, kSep, "[PAD]", "[MASK]"};

}  // namespace berth::workloads

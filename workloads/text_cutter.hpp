// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace berth::workloads {

/// Cuts a text into pieces of a vocabulary.
class TextCutter {
public:
    virtual ~TextCutter() = default;

    /// Ids of the text's pieces in order. UTF-8; special tokens written in the text stand for themselves.
    [[nodiscard]] virtual std::vector<std::int32_t> pieces(std::string_view text) const = 0;
};

}  // namespace berth::workloads

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/digest.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace berth::compressor {

/// SHA-256 of the ids and segments of sentences, and of where one ends.
template <class Sentences>
[[nodiscard]] std::string sentence_digest(const Sentences& sentences) {
    std::vector<std::int32_t> all;
    for (const auto& sentence : sentences) {
        all.push_back(static_cast<std::int32_t>(sentence.ids.size()));
        all.insert(all.end(), sentence.ids.begin(), sentence.ids.end());
        all.insert(all.end(), sentence.segments.begin(), sentence.segments.end());
    }
    return sha256(std::as_bytes(std::span(all)));
}

}  // namespace berth::compressor

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/weight_image.hpp"

#include <string>
#include <string_view>

namespace berth::platform {

/// The stage that reads a matrix or one of its factors: "layer.3.query" is read in "layer.3.query_key_value"; other matrices have the names
/// of their stages.
[[nodiscard]] inline std::string stage_of_matrix(const std::string& matrix) {
    const auto without = [](std::string name, std::string_view suffix) {
        return name.ends_with(suffix) ? name.substr(0, name.size() - suffix.size()) : name;
    };
    const std::string name = without(without(matrix, compressor::kDownSuffix), compressor::kUpSuffix);
    for (const char* part : {".query", ".key", ".value"})
        if (name.ends_with(part)) return without(name, part) + ".query_key_value";
    return name;
}

}  // namespace berth::platform

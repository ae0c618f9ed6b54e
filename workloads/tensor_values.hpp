// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/error.hpp"
#include "workloads/safetensors.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace berth::workloads {

/// A shape in messages: "[2, 128]".
[[nodiscard]] inline std::string shown(std::span<const std::int64_t> shape) {
    std::string text = "[";
    for (const std::int64_t size : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(size);
    return text + "]";
}

/// The tensor as float32. @param where begins the message. @throws InputError when a value is not finite.
[[nodiscard]] inline std::vector<float> finite_values(const TensorView& view, const std::string& where) {
    std::vector<float> values(static_cast<std::size_t>(view.elements()));
    if (const std::int64_t bad = widen(view, values); bad >= 0)
        throw InputError(where, "value " + std::to_string(bad) + " is not finite", "finite weights");
    return values;
}

}  // namespace berth::workloads

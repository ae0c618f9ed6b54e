// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/inference/network.hpp"

#include <cstdint>

namespace berth::inference {

/// What the digital unit and the buffers do for one encoder layer of one sentence; closed forms in its tokens.
struct LayerWork {
    std::uint64_t attention_macs = 0;        ///< scores and context, each tokens^2 * hidden
    std::uint64_t softmax_elements = 0;      ///< heads * tokens^2
    std::uint64_t gelu_elements = 0;         ///< tokens * intermediate
    std::uint64_t layer_norm_elements = 0;   ///< two of tokens * hidden
    std::uint64_t requantised_elements = 0;  ///< accumulators to 16 fraction bits: linear layers, scores and context
    std::uint64_t quantised_elements = 0;    ///< to int8: inputs of linear layers, queries, keys and values
    std::uint64_t linear_macs = 0;           ///< products in crossbars
    std::uint64_t input_bytes = 0;           ///< int8 vectors into crossbars
    std::uint64_t output_bytes = 0;          ///< int32 accumulators out of them

    bool operator==(const LayerWork&) const = default;
};

[[nodiscard]] constexpr LayerWork layer_work(const Shape& shape, std::uint64_t tokens) {
    const auto hidden = static_cast<std::uint64_t>(shape.hidden), wide = static_cast<std::uint64_t>(shape.intermediate);
    const std::uint64_t pairs = static_cast<std::uint64_t>(shape.heads) * tokens * tokens;
    // Query, key, value, attention output and output give `hidden` values a token, intermediate gives `wide`.
    const std::uint64_t linear_outputs = tokens * (5 * hidden + wide);
    LayerWork work;
    work.attention_macs = 2 * tokens * tokens * hidden;
    work.softmax_elements = pairs;
    work.gelu_elements = tokens * wide;
    work.layer_norm_elements = 2 * tokens * hidden;
    work.requantised_elements = linear_outputs + pairs + tokens * hidden;
    // Query, key and value share one input vector.
    work.quantised_elements = tokens * (3 * hidden + wide) + 3 * tokens * hidden;
    work.linear_macs = tokens * (4 * hidden * hidden + 2 * hidden * wide);
    work.input_bytes = tokens * (3 * hidden + wide);
    work.output_bytes = sizeof(std::int32_t) * linear_outputs;
    return work;
}

/// The pooler and the classifier, on one token.
struct HeadWork {
    std::uint64_t linear_macs = 0, classifier_macs = 0, tanh_elements = 0;

    bool operator==(const HeadWork&) const = default;
};

[[nodiscard]] constexpr HeadWork head_work(const Shape& shape, int labels) {
    const auto hidden = static_cast<std::uint64_t>(shape.hidden);
    return {hidden * hidden, hidden * static_cast<std::uint64_t>(labels), hidden};
}

}  // namespace berth::inference

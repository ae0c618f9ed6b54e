// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/weight_image.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <vector>

namespace berth::compressor {

/// Bytes that matrices take in an image's file, as stored: codes, kept channels and scales; no biases, norms and heads.
struct StoredSizes {
    std::uint64_t base = 0;            ///< of the base's matrices
    std::vector<std::uint64_t> tasks;  ///< of what each task has of its own; content that tasks have in common counts for each
};

/// @param header of an image that was read, and so is sound.
[[nodiscard]] StoredSizes stored_sizes(const boost::json::object& header);

/// Bits a weight of so many bytes.
[[nodiscard]] constexpr double bits_per_weight(std::uint64_t bytes, std::int64_t weights) {
    return weights > 0 ? 8.0 * static_cast<double>(bytes) / static_cast<double>(weights) : 0.0;
}

/// What the tasks' checkpoints take in fp32, each with embeddings, norms, biases and classifier of its own.
[[nodiscard]] std::uint64_t checkpoint_bytes(const WeightImage& image);

}  // namespace berth::compressor

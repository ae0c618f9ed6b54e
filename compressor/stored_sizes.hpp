// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/weight_image.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <vector>

namespace berth::compressor {

/// What matrices take in an image's file, as stored: codes, kept channels and scales; no biases, norms and heads.
struct StoredMatrices {
    std::uint64_t bytes = 0;
    std::uint64_t weights = 0;  ///< that these bytes stand for

    [[nodiscard]] double bits_per_weight() const {
        return weights > 0 ? 8.0 * static_cast<double>(bytes) / static_cast<double>(weights) : 0.0;
    }
};

struct StoredSizes {
    StoredMatrices base;
    StoredMatrices common;              ///< low-rank factors that tasks have in common; weights of each matrix once
    std::vector<StoredMatrices> tasks;  ///< what each has of its own; content that tasks have in common counts for each
};

/// @param header of an image of that shape that was read, and so is sound.
[[nodiscard]] StoredSizes stored_sizes(const boost::json::object& header, const inference::Shape& shape);

/// What the tasks' checkpoints take in fp32, each with embeddings, norms, biases and classifier of its own.
[[nodiscard]] std::uint64_t checkpoint_bytes(const WeightImage& image);

}  // namespace berth::compressor

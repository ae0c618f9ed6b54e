// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/byte_pairs.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace berth {

/// y[tokens, out] = x[tokens, in] * w[out, in]^T, all row-major. Runs on the calling thread alone: callers cut the work.
/// Shapes: x.size() == tokens*in, w.size() == out*in, y.size() == tokens*out.
void gemm(std::span<const float> x, std::span<const float> w, std::span<float> y, int tokens, int in, int out);

/// The same in integers, exact in int32 for every input with in <= 2^17 (|x*w| <= 2^14), on every machine: by oneDNN where the
/// processor has a dot product of bytes, and elsewhere, where oneDNN's saturates, by pairs of 16-bit numbers.
void gemm(std::span<const std::int8_t> x, std::span<const std::int8_t> w, std::span<std::int32_t> y, int tokens, int in, int out);

/// The right side of integer products, made ready once for many left sides. Refers to `w`.
class PreparedWeights {
public:
    PreparedWeights(std::span<const std::int8_t> w, int in, int out);

    /// y[tokens, out] = x[tokens, in] * w^T, as gemm gives it.
    void multiply(std::span<const std::int8_t> x, std::span<std::int32_t> y, int tokens) const;

private:
    std::span<const std::int8_t> w_;
    int in_, out_;
    std::optional<BytePairs> pairs_;  ///< where they are what is multiplied
};

}  // namespace berth

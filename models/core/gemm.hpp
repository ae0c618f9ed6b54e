// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace berth {

/// y[tokens, out] = x[tokens, in] * w[out, in]^T, all row-major. Runs on the calling thread alone: callers cut the work.
/// Shapes: x.size() == tokens*in, w.size() == out*in, y.size() == tokens*out.
void gemm(std::span<const float> x, std::span<const float> w, std::span<float> y, int tokens, int in, int out);

/// The same in integers, exact in int32 for every input with in <= 2^17 (|x*w| <= 2^14), on every machine: where the
/// processor lacks 8-bit dot products, whose emulation saturates, the product is taken in exact float blocks instead.
void gemm(std::span<const std::int8_t> x, std::span<const std::int8_t> w, std::span<std::int32_t> y, int tokens, int in, int out);

/// The float path of the integer product, whatever the machine: the check on the other, and what old processors take.
void gemm_in_float_blocks(std::span<const std::int8_t> x, std::span<const std::int8_t> w, std::span<std::int32_t> y, int tokens, int in,
                          int out);

}  // namespace berth

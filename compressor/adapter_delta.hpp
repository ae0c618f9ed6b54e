// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/calibration.hpp"
#include "compressor/dense.hpp"
#include "models/inference/network.hpp"
#include "workloads/lora_adapter.hpp"

#include <memory>

namespace berth::compressor {

/// Whether `stored` holds int8 codes of `real` at its own scales, rounded one by one: none is farther than half a step from what it
/// stands for, but for those that end at the largest magnitude. @param real [out, in].
[[nodiscard]] bool is_rounding_of(const Rows& real, const inference::Int8Matrix& stored);

/// Whether an adapter is all that a matrix has beyond the stored one, but for the rounding of the base's weights to int8.
/// @param weights the base's with the adapter's product added, [out, in]. @param added null: the adapter leaves the matrix as it is.
[[nodiscard]] bool is_adapter_alone(const Rows& weights, const workloads::LowRankFactors* added, const inference::Int8Matrix& stored);

/// The adapter's factors at its own rank, with codes of `magnitude_bits`: quantised as factors of an extracted delta are (factorise), with
/// the product scale * up * down to keep to. Nothing is decomposed that is larger than the rank. Null for a product of zeros.
[[nodiscard]] std::shared_ptr<const inference::LowRankDelta> quantise_factors(const workloads::LowRankFactors& factors,
                                                                              const SiteCalibration& site, int magnitude_bits, int rounds);

}  // namespace berth::compressor

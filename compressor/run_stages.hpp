// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/stage_list.hpp"

namespace berth::compressor {

inline constexpr double kDefaultLoss = 0.3;  ///< points of metric lost on average, where an allocation is given no bound

/// The image that the stages make of the request's tasks. With an allocation among them it keeps to the request's bounds: within an
/// area at once; for a loss, the least of rising areas whose image is expected to lose no more.
/// @throws InputError where a bound cannot be kept, with the best that was reached.
[[nodiscard]] WeightImage run_stages(const StageList& list, const CompressionRequest& request, Threads& threads);

}  // namespace berth::compressor

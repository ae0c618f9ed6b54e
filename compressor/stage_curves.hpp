// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/methods.hpp"
#include "compressor/profile.hpp"
#include "compressor/swept_stages.hpp"

#include <vector>

namespace berth::compressor {

/// What tasks lose by lists of stages, over the settings of each. A setting's stages work on all tasks together; what they make of one
/// is compared with the task's int8 copy on its probe, as in measure_resilience: whole, and for each layer the copy with that layer's
/// matrices and biases alone. Cells are those of summarise, for each weight of the matrices that tasks share, or of the layer's.
/// Networks of a task are measured side by side; nothing is compressed that the request's journal has all points of.
/// Memory: every task's copy, and what it makes of the probe layer by layer (Evaluator), beside one setting's image.
/// @param request method, stages and bounds do not count; calibration and measurement take rows as in `compress`.
/// @return by task, then by list. Same request, same numbers, whatever the threads.
/// @throws InputError on checkpoints or data that cannot be used, or naming a list whose stages do not go together.
[[nodiscard]] std::vector<std::vector<StageCurves>> measure_stage_curves(const std::vector<SweptStages>& lists,
                                                                         const CompressionRequest& request, Threads& threads);

}  // namespace berth::compressor

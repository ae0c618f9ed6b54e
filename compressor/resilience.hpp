// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/family.hpp"
#include "compressor/journal.hpp"
#include "compressor/probe.hpp"
#include "compressor/profile.hpp"
#include "compressor/task_deltas.hpp"

namespace berth::compressor {

struct ResilienceRequest {
    int cell_bits = 0;
    bool by_layer = false;  ///< measure every layer alone too
    bool quiet = true;
    Journal* journal = nullptr;  ///< of measurements made before, which are not made again; may be null
};

/// What one task can lose by the two stages of the published method: its int8 copy's logits on the probe against those with deltas on
/// the base, clipped and cut at every setting, on all matrices together and, if asked, on each layer's alone. Settings are measured
/// side by side, and layers before the first that a setting changes are not computed again.
[[nodiscard]] TaskProfile measure_resilience(const FamilyMember& member, const SharedMatrices& base, const TaskDeltas& deltas,
                                             const Probe& probe, const ResilienceRequest& request, Threads& threads);

}  // namespace berth::compressor

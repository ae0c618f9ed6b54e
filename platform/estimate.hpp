// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/ledger.hpp"
#include "platform/accelerator/plan.hpp"
#include "platform/accelerator/stage_clock.hpp"
#include "platform/config.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace berth::platform {

/// How often one sentence makes the platform do what: by component and action.
using ActionCounts = std::map<std::pair<std::string, std::string>, std::uint64_t>;

/// What a sentence of one task costs, without a kernel: no value is computed and no module is built.
struct SentenceEstimate {
    double latency_s = 0.0;   ///< alone on the chip, from the doorbell to its logits in memory
    double stay_s = 0.0;      ///< until its last token has left the chip; static energy of a sentence alone is for that
    double interval_s = 0.0;  ///< between results when there is always another sentence: no chip can be faster
    std::string bottleneck;   ///< the part that sets the interval: "arrays of layer.0.query_key_value", "tile 3 multipliers"
    std::uint64_t array_reads = 0;
    ActionCounts actions;  ///< exactly those that the simulation books
    /// Every stage and attention, "busy" from its first vector's start to its last one's end: for leakage_block.
    std::vector<StageTimes> stages;
};

/// Actions and the busiest part are counted in closed form. Times follow the first 64 tokens from part to part (PartCalendars), by the
/// rules of docs/timing.md; every further one takes what the busiest part needs for a token. So tokens that meet at a part that several
/// stages share wait for each other as they do on the platform: docs/timing.md has by how much latency differs from the
/// simulation of a sentence alone.
/// @param tokens of the sentence, at least 1.
[[nodiscard]] SentenceEstimate estimate_sentence(const ChipPlan& plan, const PlatformConfig& config, std::size_t task, int tokens);

/// The same for so many vectors through the one matrix of make_layer_plan, from the first vector in its buffer to the last result
/// there; the interval is between vectors. No host takes part.
[[nodiscard]] SentenceEstimate estimate_layer(const ChipPlan& plan, const PlatformConfig& config, int tokens);

/// Books the actions at the parts list's energies. @throws InputError when it cannot pay for one.
void book(const ActionCounts& actions, const mapping::Inventory& inventory, Ledger& ledger);

}  // namespace berth::platform

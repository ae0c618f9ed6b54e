// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/ledger.hpp"
#include "platform/accelerator/plan.hpp"
#include "platform/config.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace berth::platform {

/// How often one sentence makes the platform do what: by component and action.
using ActionCounts = std::map<std::pair<std::string, std::string>, std::uint64_t>;

/// What a sentence of one task costs, in closed form: no value is computed and no event is simulated.
struct SentenceEstimate {
    double latency_s = 0.0;   ///< alone on the chip, from the doorbell to its logits in memory
    double stay_s = 0.0;      ///< until its last token has left the chip; static energy of a sentence alone is for that
    double interval_s = 0.0;  ///< between results when there is always another sentence: no chip can be faster
    std::string bottleneck;   ///< the part that sets the interval: "arrays of layer.0.query_key_value", "tile 3 multipliers"
    std::uint64_t array_reads = 0;
    ActionCounts actions;  ///< exactly those that the simulation books
};

/// The pipeline's closed form (docs/timing.md). Between two barriers, which are the attentions, T tokens take `fill + (T - 1) *
/// busiest`: the way of the first token, and for every other one the time that the busiest part needs for a token. The
/// classified token leaves first, so behind the last barrier there is only its own way. Where several stages share a part, tokens
/// may meet there and wait a little longer: tests hold the form to 2 % of the simulation of a sentence alone.
/// @param tokens of the sentence, at least 1.
[[nodiscard]] SentenceEstimate estimate_sentence(const ChipPlan& plan, const PlatformConfig& config, std::size_t task, int tokens);

/// The same for so many vectors through the one matrix of make_layer_plan, from the first vector in its buffer to the last result
/// there; the interval is between vectors. No host takes part.
[[nodiscard]] SentenceEstimate estimate_layer(const ChipPlan& plan, const PlatformConfig& config, int tokens);

/// Books the actions at the parts list's energies. @throws InputError when it cannot pay for one.
void book(const ActionCounts& actions, const mapping::Inventory& inventory, Ledger& ledger);

}  // namespace berth::platform

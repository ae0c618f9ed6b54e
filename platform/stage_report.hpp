// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/accelerator/stage_clock.hpp"

#include <boost/json.hpp>

#include <span>
#include <string>

namespace berth::platform {

/// [{name, tokens, busy_s, converters_s, network_s, input_s}]: every stage of the layers, in the order in which tokens pass.
[[nodiscard]] boost::json::array stages_block(std::span<const StageTimes> stages);

/// What sets the pace, in a sentence: the arrays or converters of a stage, an attention's multipliers, the network's busiest link; or
/// the lack of requests, where nothing is at work for half of the time.
/// @param link_share of the time for which the busiest link carries flits.
[[nodiscard]] std::string bottleneck(std::span<const StageTimes> stages, double link_share);

/// The same for people: a line a stage with shares of its time, then the bottleneck.
[[nodiscard]] std::string stages_table(std::span<const StageTimes> stages, double link_share);

}  // namespace berth::platform

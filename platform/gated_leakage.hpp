// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/accelerator/stage_clock.hpp"
#include "platform/area_report.hpp"

#include <boost/json.hpp>

#include <span>
#include <string>

namespace berth::platform {

/// What tiles leak while inference runs, and what they would if each were off whenever none of its stages has a vector: in its arrays,
/// its converters, on the way to them, or in attention, for which the tile also keeps the keys that came before. A tile of several stages
/// is on for the sum of their times (at most all of it), so the figure is an upper bound; a tile without any of the task's planes is off.
/// Routers stay on, since others' vectors pass them. Making the next vector is in no stage's times and not in here; neither is what
/// switching takes, which no table has.
/// @param task whose sentences ran. @param span_s that they took, over which the stages' times are.
/// @return {always_on_j, gated_j, tiles_on}: joules of all parts at rest, the same with gating, mean share of the time a tile is on.
[[nodiscard]] boost::json::object leakage_block(const PlatformConfig& config, const ImageOnChip& on_chip, const std::string& task,
                                                std::span<const StageTimes> stages, double span_s);

}  // namespace berth::platform

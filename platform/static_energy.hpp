// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/ledger.hpp"
#include "platform/accelerator/stage_clock.hpp"
#include "platform/area_report.hpp"

#include <boost/json.hpp>

#include <span>
#include <string>

namespace berth::platform {

/// Mean share of a span for which the tiles in use are on where each is off whenever none of its stages has a vector: in its arrays, its
/// converters, on the way to them, or in attention, for which the tile also keeps the keys that came before. A tile of several stages
/// is on for the sum of their times (at most all of it), so the share is an upper bound; a tile without any of these tasks' planes is off.
/// Making the next vector is in no stage's times and not in here; neither is what switching takes, which no table has.
/// @param tasks whose sentences ran. @param span_s that they took, over which the stages' times are.
[[nodiscard]] double share_of_tiles_on(const ImageOnChip& on_chip, std::span<const std::string> tasks, std::span<const StageTimes> stages,
                                       double span_s);

/// How long parts at rest take their power.
struct RestTimes {
    double on_s = 0.0;    ///< with everything on
    double down_s = 0.0;  ///< with the arrays' periphery down (the components under tile.ima), and all else on
    double tiles_on = 1;  ///< share of both for which a tile is on, see share_of_tiles_on; routers stay on, since others' vectors pass them
};

/// Books what parts at rest take. With `supply.gating` "none" tiles are on all the time, whatever tiles_on says.
/// @return watts while all is on.
double book_static(Ledger& ledger, const PlatformConfig& config, const ImageOnChip& on_chip, const RestTimes& times);

/// What parts leak while inference runs, and what they would with gating, whatever `supply.gating` says.
/// @return {always_on_j, gated_j, tiles_on}: joules of all parts at rest, the same with gating, share_of_tiles_on.
[[nodiscard]] boost::json::object leakage_block(const PlatformConfig& config, const ImageOnChip& on_chip, double tiles_on, double span_s);

}  // namespace berth::platform

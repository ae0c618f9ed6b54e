// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/accelerator/plan.hpp"

#include <cstddef>
#include <string>
#include <utility>

namespace berth::platform::test {

/// A stage like every other: 64 bytes in and out of tile 0, eight reads of one plane, 64 elements.
inline StagePlan even_stage(std::string name, int plane) {
    StagePlan stage;
    stage.name = std::move(name);
    stage.planes = {plane};
    stage.tiles = {0};
    stage.input_bytes = stage.result_bytes = 64;
    stage.actions.reads = 8;
    stage.work = {64, 0};
    return stage;
}

/// So many planes, each with converters of its own.
inline void place_apart(ChipPlan& plan, std::size_t planes) {
    plan.placement.planes.resize(planes);
    for (std::size_t i = 0; i < planes; ++i) plan.placement.planes[i].converters = static_cast<int>(i);
}

}  // namespace berth::platform::test

// SPDX-License-Identifier: Apache-2.0
#include "platform/placed_image.hpp"

#include <algorithm>
#include <set>
#include <string>

namespace berth::platform {

mapping::SlottedPlacement place_image(const PlatformConfig& config, const std::vector<mapping::Plane>& planes) {
    const std::vector<mapping::Plane> on_platform = planes_on(config, planes);
    const mapping::ArrayShape shape = config.array_shape();
    std::set<std::string> owners;
    for (const auto& plane : planes)
        if (plane.owner != mapping::kBaseOwner) owners.insert(plane.owner);
    const int tasks = static_cast<int>(owners.size());
    int slots = tasks;
    if (config.residency.eviction != "none")
        slots = config.residency.slots > 0 ? std::min(tasks, config.residency.slots)
                                           : mapping::slots_that_fit(on_platform, shape, config.hierarchy);
    if (slots >= tasks) return {mapping::place(on_platform, shape, config.hierarchy), {}};
    return mapping::place_in_slots(on_platform, slots, shape, config.hierarchy);
}

}  // namespace berth::platform

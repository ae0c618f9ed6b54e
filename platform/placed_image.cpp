// SPDX-License-Identifier: Apache-2.0
#include "platform/placed_image.hpp"

#include "models/core/error.hpp"
#include "models/mapping/replication.hpp"
#include "platform/stage_names.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace berth::platform {
namespace {

/// Stages of the encoder, numbered as they appear. What reads one vector a sentence, the pooler, gains nothing from copies.
class EncoderStages {
public:
    explicit EncoderStages(const mapping::Placement& placed) {
        for (const auto& one : placed.planes)
            if (const std::string stage = stage_of_matrix(one.plane.matrix); stage.starts_with("layer."))
                numbers_.try_emplace(stage, static_cast<int>(numbers_.size()));
    }

    [[nodiscard]] std::size_t count() const { return numbers_.size(); }
    [[nodiscard]] int of(const mapping::Plane& plane) const {
        const auto found = numbers_.find(stage_of_matrix(plane.matrix));
        return found == numbers_.end() ? -1 : found->second;
    }

private:
    std::map<std::string, int> numbers_;
};

/// Tiles that may be taken in all.
std::int64_t tiles_for_copies(const PlatformConfig& config, const mapping::Placement& placed) {
    if (config.hierarchy.copies_area == 0.0) return config.hierarchy.all_tiles();
    double tile = 0.0;
    for (const auto& [path, area] : config.inventory.area({.tiles = 1}, config.hierarchy))
        if (path.starts_with("tile.")) tile += area;
    const auto more = static_cast<std::int64_t>(std::floor(config.hierarchy.copies_area / tile));
    return std::min(config.hierarchy.all_tiles(), placed.tiles + more);
}

mapping::Placement replicated(const PlatformConfig& config, mapping::Placement placed) {
    const std::string& replication = config.hierarchy.replication;
    if (replication == "none") return placed;
    const EncoderStages stages(placed);
    std::vector<int> copies(stages.count(), config.hierarchy.copies);
    const auto stage_of = [&](const mapping::Plane& plane) { return stages.of(plane); };
    // A vector takes every stage's arrays for as long: one read after the other, whatever the matrix.
    if (replication == "balanced")
        copies = mapping::balanced_copies(placed, stage_of, std::vector<double>(stages.count(), 1.0), tiles_for_copies(config, placed),
                                          config.array_shape(), config.hierarchy);
    const auto copies_of = [&](const mapping::Plane& plane) {
        const int stage = stages.of(plane);
        return stage < 0 ? 1 : copies[static_cast<std::size_t>(stage)];
    };
    return mapping::with_copies(std::move(placed), copies_of, config.array_shape(), config.hierarchy);
}

}  // namespace

mapping::SlottedPlacement place_image(const PlatformConfig& config, const std::vector<mapping::Plane>& planes) {
    const std::vector<mapping::Plane> on_platform = planes_on(config, planes);
    const mapping::ArrayShape shape = config.array_shape();
    std::set<std::string> owners;
    for (const auto& plane : planes)
        if (!mapping::is_common(plane.owner)) owners.insert(plane.owner);
    const int tasks = static_cast<int>(owners.size());
    int slots = tasks;
    if (config.residency.eviction != "none")
        slots = config.residency.slots > 0 ? std::min(tasks, config.residency.slots)
                                           : mapping::slots_that_fit(on_platform, shape, config.hierarchy);
    if (slots >= tasks) return {replicated(config, mapping::place(on_platform, shape, config.hierarchy)), {}};
    if (config.hierarchy.replication != "none")
        throw InputError(config.name + ":hierarchy.replication", "is " + config.hierarchy.replication,
                         "none where tasks take turns on the arrays (residency)");
    return mapping::place_in_slots(on_platform, slots, shape, config.hierarchy);
}

}  // namespace berth::platform

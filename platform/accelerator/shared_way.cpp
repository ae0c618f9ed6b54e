// SPDX-License-Identifier: Apache-2.0
#include "platform/accelerator/shared_way.hpp"

#include "models/mapping/plane.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

namespace berth::platform {
namespace {

using inference::Linear;
using inference::Network;
using inference::Norm;

template <class Value, class Same>
bool same(const std::shared_ptr<const Value>& one, const std::shared_ptr<const Value>& other, const Same& same_content) {
    return one == other || (one && other && same_content(*one, *other));
}

bool same_linear(const Linear& one, const Linear& other) {
    const auto delta = [](const inference::MatrixDelta& a, const inference::MatrixDelta& b) {
        return a.channels == b.channels && a.codes == b.codes;
    };
    const auto low_rank = [](const inference::LowRankDelta& a, const inference::LowRankDelta& b) {
        return same(a.down, b.down, std::equal_to<>()) && same(a.up, b.up, std::equal_to<>());
    };
    return one.bias == other.bias && same(one.matrix, other.matrix, std::equal_to<>()) && same(one.delta, other.delta, delta) &&
           same(one.low_rank, other.low_rank, low_rank);
}

bool same_norm(const Norm& one, const Norm& other) { return one.gamma == other.gamma && one.beta == other.beta; }

/// Whether a stage's input is the same, given that those of all stages before it are.
bool same_input(const Network& one, const Network& other, std::size_t stage) {
    const auto equal = [&](int layer, int matrix) {
        const std::size_t index = inference::matrix_index(layer, matrix);
        return same_linear(one.linears[index], other.linears[index]);
    };
    if (stage == 0) return same(one.embeddings, other.embeddings, std::equal_to<>()) && same_norm(one.embedding_norm, other.embedding_norm);
    const auto layer = static_cast<int>((stage - 1) / kStagesPerLayer);  // of the stage that makes it
    const auto at = static_cast<std::size_t>(layer);
    switch (static_cast<Stage>((stage - 1) % kStagesPerLayer)) {
        case Stage::query_key_value:
            return equal(layer, 0) && equal(layer, 1) && equal(layer, 2);
        case Stage::attention_output:
            return equal(layer, 3) && same_norm(one.attention_norms[at], other.attention_norms[at]);
        case Stage::intermediate:
            return equal(layer, 4);
        case Stage::output:
            return equal(layer, 5) && same_norm(one.output_norms[at], other.output_norms[at]);
    }
    return false;
}

class Ways {
public:
    Ways(const compressor::WeightImage& image, const PlatformConfig& config, const interconnect::Topology& topology, const ChipPlan& plan)
        : image_(image), config_(config), topology_(topology), plan_(plan) {}

    /// Classes of tasks that have the input of so many stages in common, in the order of their first tasks.
    [[nodiscard]] std::vector<std::vector<std::size_t>> classes(std::span<const std::size_t> tasks, std::size_t stages) const {
        std::vector<std::vector<std::size_t>> classes;
        for (const std::size_t task : tasks) {
            const auto found =
                std::find_if(classes.begin(), classes.end(), [&](const auto& one) { return alike(one.front(), task) >= stages; });
            if (found == classes.end())
                classes.push_back({task});
            else
                found->push_back(task);
        }
        return classes;
    }

    /// @param tasks of which each has the first stage's input in common with the others.
    [[nodiscard]] SharedWay way(const std::vector<std::size_t>& tasks) const {
        SharedWay way{tasks, 0, {}, {}};
        if (tasks.size() == 1) return way;
        std::size_t together = plan_.tasks[tasks.front()].stages.size();
        for (const std::size_t task : tasks) together = std::min(together, task == tasks.front() ? together : alike(tasks.front(), task));
        way.parts_at = together - 1;
        const StagePlan& stage = stage_of(tasks.front(), way.parts_at);
        std::set<int> planes, tiles;
        for (const auto& group : classes(tasks, together + 1)) way.branches.push_back(branch(group, way.parts_at, planes, tiles));
        const std::vector<int> all(tiles.begin(), tiles.end());
        way.multicast = topology_.multicast(stage.home, all, stage.input_bytes);
        return way;
    }

private:
    [[nodiscard]] const StagePlan& stage_of(std::size_t task, std::size_t stage) const { return plan_.tasks[task].stages[stage]; }

    /// Stages with the same input, that lies and is wanted again at the same tiles.
    [[nodiscard]] std::size_t alike(std::size_t one, std::size_t other) const {
        if (one == other) return plan_.tasks[one].stages.size();
        std::size_t count = 0;
        for (const std::size_t limit = stages_alike(image_, one, other); count < limit; ++count) {
            const StagePlan &a = stage_of(one, count), &b = stage_of(other, count);
            if (a.home != b.home || a.next_home != b.next_home || a.residual_home != b.residual_home) break;
        }
        return count;
    }

    /// @param planes, tiles of the branches before it; its own are added.
    [[nodiscard]] SharedWay::Branch branch(const std::vector<std::size_t>& tasks, std::size_t at, std::set<int>& planes,
                                           std::set<int>& tiles) const {
        SharedWay::Branch branch{way(tasks), {}, {}, {}, {}};
        const StagePlan& stage = stage_of(tasks.front(), at);
        const bool first = planes.empty();
        std::vector<int> summed;
        for (const int plane : stage.planes) {
            if (!planes.insert(plane).second) continue;
            const mapping::PlacedPlane& placed = plan_.placement.planes[static_cast<std::size_t>(plane)];
            branch.planes.push_back(plane);
            branch.actions += actions_of(placed, config_);
            if (placed.plane.role != mapping::PlaneRole::down_factor) summed.push_back(plane);
            for (const int tile : placed.tiles)
                if (tiles.insert(tile).second) branch.tiles.push_back(tile);
        }
        std::sort(branch.tiles.begin(), branch.tiles.end());
        branch.gather = first ? stage.gather : gather_sums(summed, stage.next_home, plan_.placement, topology_);
        return branch;
    }

    const compressor::WeightImage& image_;
    const PlatformConfig& config_;
    const interconnect::Topology& topology_;
    const ChipPlan& plan_;
};

}  // namespace

std::size_t stages_alike(const compressor::WeightImage& image, std::size_t one, std::size_t other) {
    const Network &a = image.tasks.at(one).network, &b = image.tasks.at(other).network;
    const auto stages = static_cast<std::size_t>(image.shape.layers) * kStagesPerLayer + 1;
    std::size_t count = 0;
    while (count < stages && same_input(a, b, count)) ++count;
    return count;
}

std::vector<SharedWay> shared_ways(const compressor::WeightImage& image, const PlatformConfig& config,
                                   const interconnect::Topology& topology, const ChipPlan& plan, std::span<const std::size_t> tasks) {
    const Ways ways(image, config, topology, plan);
    std::vector<SharedWay> list;
    for (const auto& group : ways.classes(tasks, 1)) list.push_back(ways.way(group));
    return list;
}

}  // namespace berth::platform

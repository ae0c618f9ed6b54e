// SPDX-License-Identifier: Apache-2.0
#include "platform/accelerator/plan.hpp"

#include "models/core/ceil_div.hpp"
#include "models/interconnect/chips.hpp"
#include "models/mapping/low_rank.hpp"
#include "platform/accelerator/crossbar_timing.hpp"
#include "platform/placed_image.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <span>
#include <stdexcept>
#include <utility>

namespace berth::platform {
namespace {

using mapping::PlaneRole;

struct StageShape {
    const char* name;
    std::vector<std::size_t> matrices;  // of the network
    std::int64_t inputs, outputs;
    DigitalWork work;
};

/// The stages of a network in order, with what the digital unit does behind each, a function an element as the executor has
/// them: results from partial sums, and the next vector's quantisation, everywhere; between the two GELU, or residual and
/// LayerNorm, or the pooler's activation and then the classifier, where they belong.
std::vector<StageShape> stage_shapes(const inference::Shape& shape, int labels) {
    const std::int64_t hidden = shape.hidden, wide = shape.intermediate;
    std::vector<StageShape> stages;
    for (int layer = 0; layer < shape.layers; ++layer) {
        const auto matrix = [layer](int index) { return inference::matrix_index(layer, index); };
        stages.push_back({"query_key_value", {matrix(0), matrix(1), matrix(2)}, hidden, 3 * hidden, {6 * hidden, 0}});
        stages.push_back({"attention_output", {matrix(3)}, hidden, hidden, {4 * hidden, 0}});
        stages.push_back({"intermediate", {matrix(4)}, hidden, wide, {3 * wide, 0}});
        stages.push_back({"output", {matrix(5)}, wide, hidden, {4 * hidden, 0}});
    }
    stages.push_back({"pooler", {inference::matrix_index(shape.layers, 0)}, hidden, hidden, {3 * hidden, labels * hidden}});
    return stages;
}

/// Where each plane stands in the placement, by the base or a task that it is for, and by matrix: its copy of that number, or the first
/// where it has none.
using PlaneIndex = std::map<std::pair<std::string, std::string>, int>;

PlaneIndex index_planes(const mapping::Placement& placement, int copy) {
    PlaneIndex index;
    for (std::size_t i = 0; i < placement.planes.size(); ++i)
        if (const int number = placement.planes[i].plane.copy; number == 0 || number == copy)
            for (const std::string_view owner : mapping::tasks_of(placement.planes[i].plane.owner))
                index[{std::string(owner), placement.planes[i].plane.matrix}] = static_cast<int>(i);
    return index;
}

/// The planes a task's vector is for at one matrix: its own where it has one, the base's where it shares that, and the first
/// factor of a low-rank delta, its own or in common with others.
std::vector<int> planes_of_matrix(const compressor::WeightImage& image, const compressor::TaskImage& task, std::size_t matrix,
                                  const PlaneIndex& index) {
    const std::string name = inference::matrix_name(image.shape, matrix);
    std::vector<int> planes;
    const auto take = [&](const std::string& owner, const std::string& plane) {
        if (const auto found = index.find({owner, plane}); found != index.end()) planes.push_back(found->second);
    };
    if (image.shares(task, matrix)) take(std::string(mapping::kBaseOwner), name);
    take(task.name, name);
    if (planes.empty()) throw std::logic_error("task " + task.name + " has no plane for " + name);
    take(task.name, name + compressor::kDownSuffix);
    return planes;
}

/// Bytes of the partial sums that planes send to where they meet.
std::int64_t sum_bytes(std::span<const int> planes, const mapping::Placement& placement) {
    std::int64_t sums = 0;
    for (const int plane : planes) {
        const auto& placed = placement.planes[static_cast<std::size_t>(plane)];
        const auto parts = std::min<std::int64_t>(placed.row_blocks, static_cast<std::int64_t>(placed.tiles.size()));
        sums += placed.plane.outputs * parts * kPartialSumBytes;
    }
    return sums;
}

/// The partial sums' way to the tile where they meet: each tile has an equal share of them.
interconnect::Tree gather(std::span<const int> tiles, int to, std::int64_t sums, std::int64_t outputs,
                          const interconnect::Topology& topology) {
    const auto count = static_cast<std::int64_t>(tiles.size());
    return topology.gather(tiles, to, ceil_div(sums, count), outputs * kPartialSumBytes);
}

class Planner {
public:
    Planner(const compressor::WeightImage& image, const PlatformConfig& config, const interconnect::Topology& topology,
            const mapping::Placement& placement)
        : image_(image), config_(config), topology_(topology), placement_(placement) {
        int copies = 1;
        for (const auto& placed : placement.planes) copies = std::max(copies, placed.plane.copy + 1);
        for (int copy = 0; copy < copies; ++copy) index_.push_back(index_planes(placement, copy));
    }

    TaskPlan plan(const compressor::TaskImage& task) const {
        TaskPlan plan;
        const auto shapes = stage_shapes(image_.shape, task.network.labels);
        for (std::size_t i = 0; i < shapes.size(); ++i) plan.stages.push_back(stage(task, shapes[i], i, index_.front()));
        for (std::size_t i = 0; i < shapes.size(); ++i) join(plan.stages, i, shapes[i]);
        for (std::size_t i = 0; i < shapes.size(); ++i)
            for (std::size_t copy = 1; copy < index_.size() && is_copied(task, shapes[i], index_[copy]); ++copy)
                plan.stages[i].copies.push_back(copy_of(plan.stages[i], task, shapes[i], i, index_[copy]));
        const std::int64_t hidden = image_.shape.hidden;
        plan.embedding = send(kPortTile, plan.stages.front().home, image_.shape.embedding_tables() * hidden);
        plan.embedding_work = {3 * hidden, 0};
        plan.logits_bytes = std::int64_t{task.network.labels} * static_cast<std::int64_t>(sizeof(float));
        plan.logits = send(plan.stages.back().next_home, kPortTile, plan.logits_bytes);
        return plan;
    }

private:
    [[nodiscard]] bool is_copied(const compressor::TaskImage& task, const StageShape& shape, const PlaneIndex& index) const {
        return placed_at(planes_of_matrix(image_, task, shape.matrices.front(), index).front()).plane.copy > 0;
    }

    /// The same stage in other arrays.
    StagePlan copy_of(const StagePlan& first, const compressor::TaskImage& task, const StageShape& shape, std::size_t position,
                      const PlaneIndex& index) const {
        StagePlan copy = stage(task, shape, position, index);
        copy.home = first.home;
        copy.next_home = first.next_home;
        copy.result_bytes = first.result_bytes;
        copy.residual_home = first.residual_home;
        copy.residual_bytes = first.residual_bytes;
        copy.residual = first.residual;
        copy.added_bytes = first.added_bytes;
        spread_and_gather(copy, shape);
        return copy;
    }

    StagePlan stage(const compressor::TaskImage& task, const StageShape& shape, std::size_t position, const PlaneIndex& index) const {
        StagePlan stage;
        const bool pooler = position == static_cast<std::size_t>(image_.shape.layers) * kStagesPerLayer;
        stage.name = pooler ? shape.name : "layer." + std::to_string(position / kStagesPerLayer) + "." + shape.name;
        std::set<int> tiles;
        for (const std::size_t matrix : shape.matrices)
            for (const int plane : planes_of_matrix(image_, task, matrix, index)) {
                const auto& placed = placed_at(plane);
                if (placed.plane.role == PlaneRole::down_factor) add_down_factor(placed.plane, stage.low_rank);
                if (placed.plane.digital) continue;
                stage.planes.push_back(plane);
                stage.actions += actions_of(placed, config_);
                tiles.insert(placed.tiles.begin(), placed.tiles.end());
            }
        stage.tiles.assign(tiles.begin(), tiles.end());
        if (stage.tiles.empty()) throw std::logic_error("stage " + stage.name + " has no tile");
        stage.home = stage.tiles.front();
        stage.input_bytes = shape.inputs;
        stage.work = shape.work;
        add_up_factors(task, shape, index, stage);
        return stage;
    }

    /// Middle values are made from partial sums, or the multipliers' own, and quantised.
    static void add_down_factor(const mapping::Plane& plane, StagePlan::LowRank& low_rank) {
        low_rank.middle_bytes += plane.outputs;
        low_rank.middle_work.elements += 2 * std::int64_t{plane.outputs};
        if (plane.digital) low_rank.down_work += digital_product(plane);
    }

    /// Behind the second factors come results from their sums, and the addition to the base's.
    void add_up_factors(const compressor::TaskImage& task, const StageShape& shape, const PlaneIndex& index, StagePlan& stage) const {
        auto& low_rank = stage.low_rank;
        std::set<int> tiles;
        for (const std::size_t matrix : shape.matrices) {
            const auto up = index.find({task.name, inference::matrix_name(image_.shape, matrix) + compressor::kUpSuffix});
            if (up == index.end()) continue;
            const auto& placed = placed_at(up->second);
            stage.work.elements += 2 * std::int64_t{placed.plane.outputs};
            if (placed.plane.digital) {
                low_rank.up_work += digital_product(placed.plane);
                continue;
            }
            low_rank.planes.push_back(up->second);
            low_rank.actions += actions_of(placed, config_);
            tiles.insert(placed.tiles.begin(), placed.tiles.end());
        }
        low_rank.tiles.assign(tiles.begin(), tiles.end());
    }

    static DigitalWork digital_product(const mapping::Plane& plane) {
        return {0, std::int64_t{plane.inputs} * plane.outputs, mapping::factor_bytes(plane)};
    }

    [[nodiscard]] const mapping::PlacedPlane& placed_at(int plane) const { return placement_.planes[static_cast<std::size_t>(plane)]; }

    /// The planes of a stage whose sums make its middle vector, or the others.
    [[nodiscard]] std::vector<int> planes_of(const StagePlan& stage, bool down) const {
        std::vector<int> planes;
        for (const int plane : stage.planes)
            if ((placed_at(plane).plane.role == PlaneRole::down_factor) == down) planes.push_back(plane);
        return planes;
    }

    void join_low_rank(StagePlan& stage) const {
        auto& low_rank = stage.low_rank;
        if (low_rank.empty()) return;
        if (low_rank.digital()) {
            low_rank.tiles = {stage.next_home};
        } else {
            const std::int64_t middle_sums = sum_bytes(planes_of(stage, true), placement_);
            low_rank.meet = gather(stage.tiles, stage.home, middle_sums, low_rank.middle_bytes, topology_);
            low_rank.gather = gather_sums(low_rank.planes, stage.next_home, placement_, topology_);
        }
        low_rank.spread = topology_.multicast(stage.home, low_rank.tiles, low_rank.middle_bytes);
    }

    /// The vector's way to the arrays, and that of the sums.
    void spread_and_gather(StagePlan& stage, const StageShape& shape) const {
        stage.multicast = topology_.multicast(stage.home, stage.tiles, stage.input_bytes);
        stage.gather = gather(stage.tiles, stage.next_home, sum_bytes(planes_of(stage, false), placement_), shape.outputs, topology_);
        join_low_rank(stage);
    }

    /// Ties a stage to those behind it: where its results meet, and where its vector is wanted again as a residual.
    void join(std::vector<StagePlan>& stages, std::size_t position, const StageShape& shape) const {
        StagePlan& stage = stages[position];
        const bool last = position + 1 == stages.size();
        stage.next_home = last ? stage.home : stages[position + 1].home;
        stage.result_bytes = shape.outputs;
        spread_and_gather(stage, shape);
        const auto kind = static_cast<Stage>(position % kStagesPerLayer);
        if (last || (kind != Stage::query_key_value && kind != Stage::intermediate)) return;
        // The vector is added where the second stage from here makes its result.
        stage.residual_home = stages[position + 2].home;
        stage.residual_bytes = stage.input_bytes * kResidualBytes;
        stage.residual = send(stage.home, stage.residual_home, stage.residual_bytes);
        stages[position + 1].added_bytes = stage.residual_bytes;
    }

    interconnect::Tree send(int from, int to, std::int64_t bytes) const {
        const std::array target{to};
        return topology_.multicast(from, target, bytes);
    }

    const compressor::WeightImage& image_;
    const PlatformConfig& config_;
    const interconnect::Topology& topology_;
    const mapping::Placement& placement_;
    std::vector<PlaneIndex> index_;  ///< of the first planes, and of each further copy
};

std::vector<TaskPlan> plan_tasks(const compressor::WeightImage& image, const PlatformConfig& config, const interconnect::Topology& topology,
                                 const mapping::Placement& placement) {
    const Planner planner(image, config, topology, placement);
    std::vector<TaskPlan> tasks;
    for (const auto& task : image.tasks) tasks.push_back(planner.plan(task));
    return tasks;
}

/// Planes are numbered from `first` on.
void renumber(TaskPlan& task, int first) {
    for (StagePlan& stage : task.stages)
        for (auto* planes : {&stage.planes, &stage.low_rank.planes})
            for (int& plane : *planes) plane += first;
}

}  // namespace

DigitalWork attention_work(const inference::Shape& shape, int sentence_tokens) {
    const std::int64_t tokens = sentence_tokens, hidden = shape.hidden;
    return {shape.heads * tokens + 2 * hidden, 2 * tokens * hidden};
}

interconnect::Tree gather_sums(std::span<const int> planes, int to, const mapping::Placement& placement,
                               const interconnect::Topology& topology) {
    if (planes.empty()) return {};
    std::set<int> tiles;
    std::int64_t outputs = 0;
    for (const int plane : planes) {
        const auto& placed = placement.planes[static_cast<std::size_t>(plane)];
        tiles.insert(placed.tiles.begin(), placed.tiles.end());
        outputs += placed.plane.outputs;
    }
    return gather(std::vector<int>(tiles.begin(), tiles.end()), to, sum_bytes(planes, placement), outputs, topology);
}

std::shared_ptr<const interconnect::Topology> make_topology(const PlatformConfig& config) {
    std::shared_ptr<const interconnect::Topology> chip = interconnect::make_topology(config.interconnect.topology, config.topology_shape());
    if (config.hierarchy.chips == 1) return chip;
    constexpr double kPacketBits = 256.0;  // of the serial link, which the row's time is for
    const double packet = config.timing.chip_link_packet_s * config.timing.clock_hz;
    return std::make_shared<const interconnect::Chips>(
        std::move(chip), config.hierarchy.chips, interconnect::ChipLink{packet * config.interconnect.flit_bits / kPacketBits, packet});
}

interconnect::NetworkDesign network_design(const PlatformConfig& config) {
    const sc_core::sc_time cycle(1.0 / config.timing.clock_hz, sc_core::SC_SEC);
    const InterconnectParams& params = config.interconnect;
    return {.cycle = cycle,
            .hop = params.hop_cycles * cycle,
            .buffer_flits = params.buffer_flits,
            .credit = params.credit_cycles * cycle,
            .errors = {params.bit_error_rate, interconnect::crc_code(params.crc), params.retry_limit, config.seed}};
}

ChipPlan make_plan(const compressor::WeightImage& image, const PlatformConfig& config, const interconnect::Topology& topology) {
    mapping::SlottedPlacement placed = place_image(config, compressor::planes_of(image));
    ChipPlan plan{image.shape, std::move(placed.chip), {}};
    plan.tasks = plan_tasks(image, config, topology, plan.placement);
    plan.slot_planes = std::move(placed.in_slot);
    int behind = static_cast<int>(plan.placement.planes.size());
    for (const auto& planes : plan.slot_planes) {
        mapping::Placement there = plan.placement;
        there.planes = planes;
        plan.in_slot.push_back(plan_tasks(image, config, topology, there));
        for (TaskPlan& task : plan.in_slot.back()) renumber(task, behind);
        behind += static_cast<int>(planes.size());
    }
    return plan;
}

std::vector<mapping::PlacedPlane> ChipPlan::planes() const {
    std::vector<mapping::PlacedPlane> all = placement.planes;
    for (const auto& planes : slot_planes) all.insert(all.end(), planes.begin(), planes.end());
    return all;
}

ChipPlan make_layer_plan(int outputs, int inputs, const PlatformConfig& config, const interconnect::Topology& topology) {
    ChipPlan plan;
    plan.shape.hidden = inputs;
    plan.placement =
        mapping::place({{"layer", "base", inputs, outputs, inference::kMatrixMagnitudeBits}}, config.array_shape(), config.hierarchy);
    const mapping::PlacedPlane& placed = plan.placement.planes.front();
    StagePlan stage;
    stage.name = "layer";
    stage.planes = {0};
    stage.tiles.assign(placed.tiles.begin(), placed.tiles.end());
    stage.home = stage.next_home = stage.tiles.front();
    stage.input_bytes = inputs;
    stage.result_bytes = outputs;
    stage.actions = actions_of(placed, config);
    stage.work = {2 * std::int64_t{outputs}, 0};  // values from partial sums, and their quantisation
    stage.multicast = topology.multicast(stage.home, stage.tiles, stage.input_bytes);
    stage.gather = gather(stage.tiles, stage.next_home, sum_bytes(stage.planes, plan.placement), outputs, topology);
    plan.tasks.resize(1);
    plan.tasks.front().stages.push_back(std::move(stage));
    return plan;
}

}  // namespace berth::platform

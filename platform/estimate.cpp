// SPDX-License-Identifier: Apache-2.0
#include "platform/estimate.hpp"

#include "models/core/ceil_div.hpp"
#include "models/core/error.hpp"
#include "models/mapping/low_rank.hpp"
#include "platform/accelerator/crossbar_timing.hpp"
#include "platform/accelerator/registers.hpp"
#include "platform/part_calendars.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <memory>
#include <set>
#include <span>
#include <unordered_map>

namespace berth::platform {
namespace {

using std::int64_t;

/// Tokens whose ways are followed one by one; behind them, each takes what the busiest part needs for one.
constexpr int kFollowed = 64;

using Loads = std::unordered_map<Resource, double, ResourceHash>;

/// The way of a token from one barrier to the next: its steps, and how long each part is busy with it.
struct Way {
    Steps steps;
    std::vector<std::size_t> stages;  ///< that it passes: see Estimator::spans_
    double pace = 0.0;                ///< least cycles between two tokens where something other than a busy part sets them
    Loads loads;

    [[nodiscard]] double busiest() const {
        double most = pace;
        for (const auto& [resource, cycles_busy] : loads) most = std::max(most, cycles_busy);
        return most;
    }
};

class Estimator {
public:
    Estimator(const ChipPlan& plan, const PlatformConfig& config, std::size_t task, int tokens)
        : plan_(plan),
          config_(config),
          task_(plan.tasks.at(task)),
          tokens_(tokens),
          topology_(make_topology(config)),
          parts_(*topology_, config.interconnect, config.buffer.banks),
          spans_(task_.stages.size() + static_cast<std::size_t>(plan.shape.layers)),
          tokens_here_(tokens),
          counted_(tokens) {
        const CrossbarTiming timing = crossbar_timing(config);
        array_interval_ = timing.interval_s() * config.timing.clock_hz;
        array_latency_ = timing.latency_s() * config.timing.clock_hz;
    }

    SentenceEstimate sentence() {
        const Stay stay = inference();
        SentenceEstimate estimate = whole();
        estimate.latency_s = (command() + stay.classified + answer()) / config_.timing.clock_hz;
        estimate.stay_s = (command() + std::max(stay.classified + answer(), stay.last)) / config_.timing.clock_hz;
        estimate.stages = stage_times(estimate.stay_s);
        return estimate;
    }

    SentenceEstimate layer() {
        Way way;
        stage(way, 0);
        join(way, 0);
        collect(way, tokens_);
        const double cycles = stream(way, 0.0, false);
        SentenceEstimate estimate = whole();
        estimate.latency_s = estimate.stay_s = cycles / config_.timing.clock_hz;
        estimate.interval_s /= tokens_;
        estimate.stages = stage_times(estimate.stay_s);
        return estimate;
    }

private:
    /// What does not depend on the order of things: the busiest part and the actions.
    SentenceEstimate whole() {
        SentenceEstimate estimate;
        const auto busiest = std::max_element(whole_.begin(), whole_.end(), [](const auto& a, const auto& b) {
            return a.second != b.second ? a.second < b.second : order(a.first) > order(b.first);
        });
        estimate.interval_s = busiest->second / config_.timing.clock_hz;
        estimate.bottleneck = name(busiest->first);
        estimate.array_reads = array_reads_;
        estimate.actions = std::move(actions_);
        return estimate;
    }

    /// Cycles from the first token's entry to the classified one's exit, and to the last one's.
    struct Stay {
        double classified = 0.0, last = 0.0;
    };

    Stay inference() {
        const std::size_t layers = static_cast<std::size_t>(plan_.shape.layers);
        double cycles = 0.0;
        Way way;
        embed(way);
        for (std::size_t layer = 0; layer < layers; ++layer) {
            stage(way, layer * kStagesPerLayer);
            join(way, layer * kStagesPerLayer);
            collect(way, tokens_);
            cycles = stream(way, cycles, layer > 0);
            way = {};
            attend(way, layer * kStagesPerLayer);
            for (std::size_t behind = 1; behind < kStagesPerLayer; ++behind) stage(way, layer * kStagesPerLayer + behind);
        }
        collect(way, tokens_);
        Way pooler;
        tokens_here_ = counted_ = 1;
        stage(pooler, layers * kStagesPerLayer);
        pooler.steps.emplace_back([this](double at) { return parts_.multicast(task_.logits, at); });
        occupy(pooler, task_.logits);
        collect(pooler, 1);
        Stay stay;
        stay.last = stream(way, cycles, true, pooler.steps, &stay.classified);
        return stay;
    }

    /// All tokens of the sentence on one way, from `start` on. @param in_turn they start one behind the other, at what attend() says.
    /// @param first when the first token is through its own steps too. @return when the last is through.
    double stream(const Way& way, double start, bool in_turn, const Steps& of_first = {}, double* first = nullptr) {
        const int followed = std::min(tokens_, kFollowed);
        const auto through = pass_tokens(parts_, way.steps, of_first, followed, start, in_turn ? &released_ : nullptr);
        if (first) *first = through.front();
        const auto others = through.begin() + (first && followed > 1 ? 1 : 0);
        const double behind = (tokens_ - followed) * way.busiest();
        for (const std::size_t stage : way.stages) spans_[stage].end += behind;
        return *std::max_element(others, through.end()) + behind;
    }

    /// The stage has a vector from `begin` to `end`.
    double work(std::size_t stage, double begin, double end) {
        spans_[stage].begin = std::min(spans_[stage].begin, begin);
        spans_[stage].end = std::max(spans_[stage].end, end);
        return end;
    }

    /// The attention of a layer behind all stages.
    [[nodiscard]] std::size_t attention_of(std::size_t position) const { return task_.stages.size() + position / kStagesPerLayer; }

    [[nodiscard]] std::vector<StageTimes> stage_times(double span_s) const {
        std::vector<StageTimes> times;
        for (std::size_t i = 0; i < spans_.size(); ++i) {
            const bool attention = i >= task_.stages.size();
            const double busy = std::max(0.0, spans_[i].end - spans_[i].begin) / config_.timing.clock_hz;
            times.push_back({attention ? "layer." + std::to_string(i - task_.stages.size()) + ".attention" : task_.stages[i].name,
                             static_cast<std::uint64_t>(tokens_), busy, 0.0, 0.0, std::max(0.0, span_s - busy)});
        }
        return times;
    }

    /// How long parts are busy with a way's tokens, of a sentence's whole.
    void collect(const Way& way, int tokens) {
        for (const auto& [resource, cycles] : way.loads) whole_[resource] += cycles * tokens;
    }

    void embed(Way& way) {
        const int64_t bytes = int64_t{plan_.shape.embedding_tables()} * plan_.shape.hidden;
        const auto cycles = static_cast<double>(ceil_div(bytes, std::max(1, config_.buffer.port_bits / 8)));
        const Resource memory{Part::embedding_memory, 0};
        way.loads[memory] += cycles;
        did("chip.embedding_memory", "read_byte", bytes);
        way.steps.emplace_back([this, memory, cycles](double at) { return parts_.serve(memory, at, cycles); });
        const int home = task_.stages.front().home;
        occupy(way, task_.embedding);
        compute(way, home, task_.embedding_work);
        way.steps.emplace_back(
            [this, home](double at) { return digital(home, task_.embedding_work, parts_.multicast(task_.embedding, at)); });
    }

    /// Tokens take turns on the stage's copies: each step is that of the copy whose turn it is.
    void stage(Way& way, std::size_t position) {
        const StagePlan& first = task_.stages[position];
        way.stages.push_back(position);
        const int all = tokens_here_, copies = static_cast<int>(first.copies.size()) + 1;
        std::vector<Steps> of_copy;
        for (int copy = 0; copy < copies; ++copy) {
            const StagePlan& stage = first.of(copy);
            Way own;
            counted_ = (all - copy + copies - 1) / copies;
            depart(own, stage, position);
            multiply(own, stage);
            if (!stage.low_rank.empty()) add_low_rank(own, stage);
            leave_arrays(own, stage, position);
            const double share = counted_ == all ? 1.0 : static_cast<double>(counted_) / all;
            for (const auto& [resource, cycles] : own.loads) way.loads[resource] += cycles * share;
            of_copy.push_back(std::move(own.steps));
        }
        counted_ = all;
        for (std::size_t i = 0; i < of_copy.front().size(); ++i) {
            if (copies == 1) {
                way.steps.push_back(std::move(of_copy.front()[i]));
                continue;
            }
            std::vector<std::function<double(double)>> turns;
            for (Steps& steps : of_copy) turns.push_back(std::move(steps[i]));
            way.steps.emplace_back(
                [this, turns = std::move(turns)](double at) { return turns[static_cast<std::size_t>(parts_.token()) % turns.size()](at); });
        }
    }

    void depart(Way& way, const StagePlan& stage, std::size_t position) {
        buffer(way, stage.home, "write_byte", stage.input_bytes);
        buffer(way, stage.home, "read_byte", stage.input_bytes);
        if (stage.residual_home >= 0) {
            occupy(way, stage.residual);
            buffer(way, stage.residual_home, "write_byte", stage.residual_bytes);
        }
        occupy(way, stage.multicast);
        way.steps.emplace_back([this, &stage, position](double at) {
            const double begin = at;
            for (int access = 0; access < 2; ++access) at = parts_.move(stage.home, at, port_cycles(stage.input_bytes));
            if (stage.residual_home >= 0)
                parts_.move(stage.residual_home, parts_.multicast(stage.residual, at), port_cycles(stage.residual_bytes));
            return work(position, begin, parts_.multicast(stage.multicast, at));
        });
    }

    /// Digital factors are multiplied while the arrays are read.
    void multiply(Way& way, const StagePlan& stage) {
        compute(way, stage.home, stage.low_rank.down_work);
        const auto arrays = read(way, stage.tiles, stage.input_bytes, stage.planes, stage.actions);
        way.steps.emplace_back([this, arrays, &stage](double at) {
            const double out = arrays(at);
            return std::max(out, digital(stage.home, stage.low_rank.down_work, at));
        });
    }

    /// The middle vector is made at the home tile, and the second factors read it.
    void add_low_rank(Way& way, const StagePlan& stage) {
        const auto& low_rank = stage.low_rank;
        if (!low_rank.digital()) occupy(way, low_rank.meet);
        compute(way, stage.home, low_rank.middle_work);
        occupy(way, low_rank.spread);
        way.steps.emplace_back([this, &stage, &low_rank](double at) {
            if (!low_rank.digital()) at = parts_.gather(low_rank.meet, at);
            return parts_.multicast(low_rank.spread, digital(stage.home, low_rank.middle_work, at));
        });
        if (low_rank.digital()) {
            compute(way, stage.next_home, low_rank.up_work);
            way.steps.emplace_back([this, &stage](double at) { return digital(stage.next_home, stage.low_rank.up_work, at); });
        } else {
            way.steps.emplace_back(read(way, low_rank.tiles, low_rank.middle_bytes, low_rank.planes, low_rank.actions));
        }
    }

    /// The partial sums meet at the next home, which makes the next vector of them.
    void leave_arrays(Way& way, const StagePlan& stage, std::size_t position) {
        const auto& low_rank = stage.low_rank;
        occupy(way, stage.gather);
        if (!low_rank.digital()) occupy(way, low_rank.gather);
        way.steps.emplace_back([this, &stage, &low_rank](double at) {
            at = parts_.gather(stage.gather, at);
            return low_rank.digital() ? at : parts_.gather(low_rank.gather, at);
        });
        if (stage.added_bytes > 0) buffer(way, stage.next_home, "read_byte", stage.added_bytes);
        compute(way, stage.next_home, stage.work);
        way.steps.emplace_back([this, &stage, position](double at) {
            const double begin = at;
            if (stage.added_bytes > 0) at = parts_.move(stage.next_home, at, port_cycles(stage.added_bytes));
            return work(position, begin, digital(stage.next_home, stage.work, at));
        });
    }

    /// Over the tiles' buses and through the arrays. Planes side by side behind the same converters are read together.
    std::function<double(double)> read(Way& way, std::span<const int> tiles, int64_t bytes, std::span<const int> planes,
                                       const ArrayActions& actions) {
        const auto bus = static_cast<double>(ceil_div(bytes * 8, config_.buffer.bus_bits));
        for (const int tile : tiles) way.loads[{Part::bus, tile}] += bus;
        did("tile.bus", "byte", bytes * static_cast<int64_t>(tiles.size()));
        std::set<int> converters;
        for (const int plane : planes) converters.insert(plan_.placement.planes[static_cast<std::size_t>(plane)].converters);
        for (const int one : converters) way.loads[{Part::arrays, one}] += array_interval_;
        array_reads_ += static_cast<std::uint64_t>(actions.reads) * static_cast<std::uint64_t>(counted_);
        for (const auto& [component, action, count] : read_bookings(actions)) did(component, action, count);
        for (const auto& [component, action, count] : transport_bookings(actions)) did(component, action, count);
        return [this, tiles, bus, converters = std::move(converters)](double at) {
            double there = at;
            for (const int tile : tiles) there = std::max(there, parts_.serve({Part::bus, tile}, at, bus));
            return parts_.read(converters, there, array_interval_) + array_latency_;
        };
    }

    void join(Way& way, std::size_t position) {
        const StagePlan& stage = task_.stages[position];
        buffer(way, stage.next_home, "write_byte", stage.result_bytes);
        way.steps.emplace_back([this, &stage](double at) { return parts_.move(stage.next_home, at, port_cycles(stage.result_bytes)); });
    }

    /// A query against all keys and values. The next one begins when the multipliers are free, with its own read.
    void attend(Way& way, std::size_t position) {
        const int tile = task_.stages[position].next_home;
        const DigitalWork products = attention_work(plan_.shape, tokens_);
        const int64_t bytes = (1 + 2 * int64_t{tokens_}) * plan_.shape.hidden;
        buffer(way, tile, "read_byte", bytes);
        way.pace = port_cycles(bytes) + lane_cycles(products.macs, config_.digital.mac_lanes);
        compute(way, tile, products);
        way.stages.push_back(attention_of(position));
        way.steps.emplace_back([this, tile, products, bytes, position](double at) {
            return work(attention_of(position), at, digital(tile, products, parts_.move(tile, at, port_cycles(bytes))));
        });
    }

    void buffer(Way& way, int tile, const char* action, int64_t bytes) {
        way.loads[{Part::buffer, tile}] += port_cycles(bytes) / config_.buffer.banks;
        did("tile.buffer", action, bytes);
    }

    void compute(Way& way, int tile, const DigitalWork& work) {
        way.loads[{Part::multipliers, tile}] += lane_cycles(work.macs, config_.digital.mac_lanes);
        way.loads[{Part::vector, tile}] += lane_cycles(work.elements, config_.digital.vector_lanes);
        did("tile.digital.mac", "mac", work.macs);
        did("tile.digital.vector", "element", work.elements);
        did(mapping::kFactorMemory, "read_byte", work.factor_bytes);
    }

    /// For one token the products come first; the lanes then take another token's.
    double digital(int tile, const DigitalWork& work, double at) {
        released_ = parts_.serve({Part::multipliers, tile}, at, lane_cycles(work.macs, config_.digital.mac_lanes));
        return parts_.serve({Part::vector, tile}, released_, lane_cycles(work.elements, config_.digital.vector_lanes));
    }

    void occupy(Way& way, const interconnect::Tree& tree) {
        for (const auto& step : tree.steps)
            way.loads[{Part::link, step.link}] += static_cast<double>(step.flits) * topology_->cycles_per_flit(step.link);
        did("tile.router", "flit", tree.router_flits);
        did(kChipLink, kChipLinkAction, tree.chip_flits * (config_.interconnect.flit_bits / 8));
    }

    [[nodiscard]] double port_cycles(int64_t bytes) const { return static_cast<double>(ceil_div(bytes * 8, config_.buffer.port_bits)); }
    static double lane_cycles(int64_t count, int lanes) { return static_cast<double>(ceil_div(count, lanes)); }

    void did(const char* component, const char* action, int64_t count) {
        if (count > 0) actions_[{component, action}] += static_cast<std::uint64_t>(count) * static_cast<std::uint64_t>(counted_);
    }

    /// The DMA fetches the descriptor and then the sentence; a doorbell's own cycle is the host's.
    [[nodiscard]] double command() const {
        return transfer(sizeof(Descriptor)) + transfer(int64_t{tokens_} * 2 * static_cast<int64_t>(sizeof(std::int32_t))) - 1;
    }
    [[nodiscard]] double answer() const { return transfer(task_.logits_bytes); }
    [[nodiscard]] double transfer(int64_t bytes) const {
        return config_.host.memory_latency_cycles + static_cast<double>(ceil_div(bytes, config_.host.bus_bytes));
    }

    static std::pair<int, int> order(const Resource& resource) { return {static_cast<int>(resource.part), resource.number}; }

    [[nodiscard]] std::string name(const Resource& resource) const {
        const std::string tile = "tile " + std::to_string(resource.number);
        switch (resource.part) {
            case Part::embedding_memory:
                return "embedding memory";
            case Part::arrays:
                return "arrays of " + matrix_behind(resource.number);
            case Part::buffer:
                return tile + " buffer";
            case Part::bus:
                return tile + " bus";
            case Part::multipliers:
                return tile + " multipliers";
            case Part::vector:
                return tile + " vector lanes";
            case Part::link:
                return "link " + std::to_string(resource.number);
        }
        return "";
    }

    [[nodiscard]] std::string matrix_behind(int converters) const {
        for (const auto& placed : plan_.placement.planes)
            if (placed.converters == converters) return placed.plane.matrix;
        return "";
    }

    const ChipPlan& plan_;
    const PlatformConfig& config_;
    const TaskPlan& task_;
    int tokens_;
    std::shared_ptr<const interconnect::Topology> topology_;
    struct Span {
        double begin = std::numeric_limits<double>::max(), end = 0.0;  ///< in cycles
    };

    PartCalendars parts_;
    std::vector<Span> spans_;  ///< of every stage, then of every layer's attention
    double released_ = 0.0;    ///< when the multipliers that served last are free again
    double array_interval_ = 0.0, array_latency_ = 0.0;
    Loads whole_;
    ActionCounts actions_;
    std::uint64_t array_reads_ = 0;
    int tokens_here_, counted_;  ///< tokens of the way that is being laid, and of the copy
};

}  // namespace

SentenceEstimate estimate_sentence(const ChipPlan& plan, const PlatformConfig& config, std::size_t task, int tokens) {
    if (tokens < 1 || tokens > plan.shape.positions)
        throw InputError("--tokens", "is " + std::to_string(tokens),
                         "1 to the " + std::to_string(plan.shape.positions) + " positions of the model");
    return Estimator(plan, config, task, tokens).sentence();
}

SentenceEstimate estimate_layer(const ChipPlan& plan, const PlatformConfig& config, int tokens) {
    if (tokens < 1) throw InputError("--tokens", "is " + std::to_string(tokens), "at least 1");
    return Estimator(plan, config, 0, tokens).layer();
}

void book(const ActionCounts& actions, const mapping::Inventory& inventory, Ledger& ledger) {
    for (const auto& [action, count] : actions) inventory.record(ledger, action.first, action.second, count);
}

}  // namespace berth::platform

// SPDX-License-Identifier: Apache-2.0
#include "platform/estimate.hpp"

#include "models/core/ceil_div.hpp"
#include "models/core/error.hpp"
#include "models/interconnect/passage.hpp"
#include "models/mapping/low_rank.hpp"
#include "platform/accelerator/crossbar_timing.hpp"
#include "platform/accelerator/registers.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <span>
#include <unordered_map>

namespace berth::platform {
namespace {

using std::int64_t;

/// A part that serves one user at a time. Its time is counted in cycles.
enum class Part { embedding_memory, arrays, buffer, bus, multipliers, vector, link };

struct Resource {
    Part part;
    int number;  ///< of the converters, tile or link

    bool operator==(const Resource&) const = default;
};

struct ResourceHash {
    std::size_t operator()(const Resource& resource) const {
        return static_cast<std::size_t>(resource.number) * 8 + static_cast<std::size_t>(resource.part);
    }
};

using Loads = std::unordered_map<Resource, double, ResourceHash>;

/// The way of a token from one barrier to the next: how long it takes, and how long each part is busy with it.
struct Way {
    double cycles = 0.0;
    double pace = 0.0;  ///< least cycles between two tokens where something other than a busy part sets them
    Loads loads;

    [[nodiscard]] double busiest() const {
        double most = pace;
        for (const auto& [resource, cycles_busy] : loads) most = std::max(most, cycles_busy);
        return most;
    }
};

/// Cycles until a packet's last flit is at the last tile, nobody being on the links but packets of the same token that left
/// before: see MeshNetwork.
class NetworkTime {
public:
    NetworkTime(const interconnect::Mesh& mesh, int hop_cycles) : mesh_(mesh), hop_(hop_cycles) {}

    /// Packets from here on start together, each behind those before it.
    void start() { free_at_.clear(); }

    [[nodiscard]] double multicast(const interconnect::Tree& tree) {
        return static_cast<double>(
            interconnect::pass_multicast(tree, int64_t{0}, passages_, [this](const auto& step, auto& passage) { pass(step, passage); }));
    }
    [[nodiscard]] double gather(const interconnect::Tree& tree) {
        return static_cast<double>(
            interconnect::pass_gather(tree, int64_t{0}, passages_, [this](const auto& step, auto& passage) { pass(step, passage); }));
    }

private:
    using Passage = interconnect::Passage<int64_t>;

    void pass(const interconnect::TreeStep& step, Passage& passage) {
        const int64_t through = mesh_.leaves_router(step.link) ? hop_ : 0;
        int64_t& free_at = free_at_[step.link];
        const int64_t begin = std::max(passage.head, free_at);
        free_at = begin + step.flits;
        passage.tail = std::max(passage.tail, begin + step.flits - 1) + through;
        passage.head = begin + through;
    }

    const interconnect::Mesh& mesh_;
    int64_t hop_;
    std::vector<Passage> passages_;
    std::unordered_map<int, int64_t> free_at_;  ///< by link
};

class Estimator {
public:
    Estimator(const ChipPlan& plan, const PlatformConfig& config, std::size_t task, int tokens)
        : plan_(plan),
          config_(config),
          task_(plan.tasks.at(task)),
          tokens_(tokens),
          mesh_(make_mesh(config)),
          network_(mesh_, config.interconnect.hop_cycles) {
        const CrossbarTiming timing = crossbar_timing(config);
        array_interval_ = timing.interval_s() * config.timing.clock_hz;
        array_latency_ = timing.latency_s() * config.timing.clock_hz;
    }

    SentenceEstimate sentence() {
        const Stay stay = inference();
        SentenceEstimate estimate = whole();
        estimate.latency_s = (command() + stay.classified + answer()) / config_.timing.clock_hz;
        estimate.stay_s = (command() + std::max(stay.classified + answer(), stay.last)) / config_.timing.clock_hz;
        return estimate;
    }

    SentenceEstimate layer() {
        Way way;
        stage(way, 0);
        join(way, 0);
        const double cycles = stream(way);
        SentenceEstimate estimate = whole();
        estimate.latency_s = estimate.stay_s = cycles / config_.timing.clock_hz;
        estimate.interval_s /= tokens_;
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
            cycles += stream(way);
            way = {};
            attend(way, layer * kStagesPerLayer);
            for (std::size_t behind = 1; behind < kStagesPerLayer; ++behind) stage(way, layer * kStagesPerLayer + behind);
        }
        const double last = cycles + stream(way);
        cycles += way.cycles;
        Way pooler;
        stage(pooler, layers * kStagesPerLayer);
        send(pooler, task_.logits);
        collect(pooler, 1);
        return {cycles + pooler.cycles, last};
    }

    /// All tokens of the sentence on one way. @return cycles until the last is through.
    double stream(const Way& way) {
        collect(way, tokens_);
        return way.cycles + (tokens_ - 1) * way.busiest();
    }

    /// What a way's tokens did, of a sentence's whole.
    void collect(const Way& way, int tokens) {
        for (const auto& [resource, cycles] : way.loads) whole_[resource] += cycles * tokens;
        for (const auto& [action, count] : token_actions_) actions_[action] += count * static_cast<std::uint64_t>(tokens);
        token_actions_.clear();
        array_reads_ += token_reads_ * static_cast<std::uint64_t>(tokens);
        token_reads_ = 0;
    }

    void embed(Way& way) {
        const int64_t bytes = int64_t{plan_.shape.embedding_tables()} * plan_.shape.hidden;
        const auto cycles = static_cast<double>(ceil_div(bytes, std::max(1, config_.buffer.port_bits / 8)));
        serve(way, {Part::embedding_memory, 0}, cycles);
        did("chip.embedding_memory", "read_byte", bytes);
        send(way, task_.embedding);
        compute(way, task_.stages.front().home, task_.embedding_work);
    }

    void stage(Way& way, std::size_t position) {
        const StagePlan& stage = task_.stages[position];
        buffer(way, stage.home, "write_byte", stage.input_bytes);
        buffer(way, stage.home, "read_byte", stage.input_bytes);
        network_.start();
        if (stage.residual_home >= 0) {
            Way aside;
            carry(aside, stage.residual);
            buffer(aside, stage.residual_home, "write_byte", stage.residual_bytes);
            for (const auto& [resource, cycles] : aside.loads) way.loads[resource] += cycles;
        }
        carry(way, stage.multicast);
        Way arrays, factors;
        read(arrays, stage.tiles, stage.input_bytes, stage.planes, stage.actions);
        compute(factors, stage.home, stage.low_rank.down_work);
        together(way, arrays, factors);
        if (!stage.low_rank.empty()) add_low_rank(way, stage);
        network_.start();
        meet(way, stage.gather);
        if (!stage.low_rank.digital()) meet(way, stage.low_rank.gather);
        if (stage.added_bytes > 0) buffer(way, stage.next_home, "read_byte", stage.added_bytes);
        compute(way, stage.next_home, stage.work);
    }

    /// Two parts of a token's way at once.
    static void together(Way& way, const Way& one, const Way& other) {
        for (const Way* part : {&one, &other})
            for (const auto& [resource, cycles] : part->loads) way.loads[resource] += cycles;
        way.cycles += std::max(one.cycles, other.cycles);
    }

    /// Over the tiles' buses and through the arrays. Planes side by side behind the same converters are read together.
    void read(Way& way, std::span<const int> tiles, int64_t bytes, std::span<const int> planes, const ArrayActions& actions) {
        const auto bus = static_cast<double>(ceil_div(bytes * 8, config_.buffer.bus_bits));
        for (const int tile : tiles) way.loads[{Part::bus, tile}] += bus;
        did("tile.bus", "byte", bytes * static_cast<int64_t>(tiles.size()));
        std::set<int> converters;
        for (const int plane : planes) converters.insert(plan_.placement.planes[static_cast<std::size_t>(plane)].converters);
        for (const int one : converters) way.loads[{Part::arrays, one}] += array_interval_;
        way.cycles += bus + array_latency_;
        token_reads_ += static_cast<std::uint64_t>(actions.reads);
        for (const auto& [component, action, count] : read_bookings(actions)) did(component, action, count);
        for (const auto& [component, action, count] : transport_bookings(actions)) did(component, action, count);
    }

    /// The middle vector is made at the home tile, and the second factors read it.
    void add_low_rank(Way& way, const StagePlan& stage) {
        const auto& low_rank = stage.low_rank;
        network_.start();
        if (!low_rank.digital()) meet(way, low_rank.meet);
        compute(way, stage.home, low_rank.middle_work);
        send(way, low_rank.spread);
        if (low_rank.digital())
            compute(way, stage.next_home, low_rank.up_work);
        else
            read(way, low_rank.tiles, low_rank.middle_bytes, low_rank.planes, low_rank.actions);
    }

    void meet(Way& way, const interconnect::Tree& tree) {
        way.cycles += network_.gather(tree);
        occupy(way, tree);
    }

    void join(Way& way, std::size_t position) {
        const StagePlan& stage = task_.stages[position];
        buffer(way, stage.next_home, "write_byte", stage.result_bytes);
    }

    /// A query against all keys and values. The next one begins when the multipliers are free, with its own read.
    void attend(Way& way, std::size_t position) {
        const int tile = task_.stages[position].next_home;
        const DigitalWork work = attention_work(plan_.shape, tokens_);
        buffer(way, tile, "read_byte", (1 + 2 * int64_t{tokens_}) * plan_.shape.hidden);
        way.pace = way.cycles + static_cast<double>(ceil_div(work.macs, config_.digital.mac_lanes));
        compute(way, tile, work);
    }

    void serve(Way& way, const Resource& resource, double cycles) {
        way.loads[resource] += cycles;
        way.cycles += cycles;
    }

    void buffer(Way& way, int tile, const char* action, int64_t bytes) {
        const auto cycles = static_cast<double>(ceil_div(bytes * 8, config_.buffer.port_bits));
        way.loads[{Part::buffer, tile}] += cycles / config_.buffer.banks;
        way.cycles += cycles;
        did("tile.buffer", action, bytes);
    }

    void compute(Way& way, int tile, const DigitalWork& work) {
        serve(way, {Part::multipliers, tile}, static_cast<double>(ceil_div(work.macs, config_.digital.mac_lanes)));
        serve(way, {Part::vector, tile}, static_cast<double>(ceil_div(work.elements, config_.digital.vector_lanes)));
        did("tile.digital.mac", "mac", work.macs);
        did("tile.digital.vector", "element", work.elements);
        did(mapping::kFactorMemory, "read_byte", work.factor_bytes);
    }

    void send(Way& way, const interconnect::Tree& tree) {
        network_.start();
        carry(way, tree);
    }

    void carry(Way& way, const interconnect::Tree& tree) {
        way.cycles += network_.multicast(tree);
        occupy(way, tree);
    }

    void occupy(Way& way, const interconnect::Tree& tree) {
        for (const auto& step : tree.steps) way.loads[{Part::link, step.link}] += static_cast<double>(step.flits);
        did("tile.router", "flit", tree.router_flits);
    }

    void did(const char* component, const char* action, int64_t count) {
        if (count > 0) token_actions_[{component, action}] += static_cast<std::uint64_t>(count);
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
    interconnect::Mesh mesh_;
    NetworkTime network_;
    double array_interval_ = 0.0, array_latency_ = 0.0;
    Loads whole_;
    ActionCounts token_actions_, actions_;
    std::uint64_t token_reads_ = 0, array_reads_ = 0;
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

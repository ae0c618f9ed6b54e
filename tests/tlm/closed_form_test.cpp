// SPDX-License-Identifier: Apache-2.0
// What the modules must take in simulated time, by formulas written here, within 1 %.
#include "models/buffer/memory.hpp"
#include "models/interconnect/network.hpp"
#include "models/tlm/dma.hpp"
#include "platform/accelerator/crossbar_timing.hpp"
#include "platform/accelerator/pipeline.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "tests/tlm/even_stages.hpp"
#include "tests/tlm/packet_train.hpp"

namespace berth::platform {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;

constexpr double kTolerance = 0.01;
const sc_time kCycle(1, SC_NS);

/// A chip with a platform's real parts, one tile of it modelled.
struct Chip : sc_core::sc_module {
    PlatformConfig config;
    CrossbarTiming crossbar;
    Tile tile;
    sc_time cycle;
    interconnect::Network network;
    Arrays arrays;
    Pipeline pipeline;

    explicit Chip(const std::string& preset)
        : sc_module(sc_core::sc_module_name("chip")),
          config(load_platform(preset)),
          crossbar(crossbar_timing(config)),
          tile("tile", config, sc_time(1.0 / config.timing.clock_hz, sc_core::SC_SEC)),
          cycle(1.0 / config.timing.clock_hz, sc_core::SC_SEC),
          network("network", make_topology(config), network_design(config)),
          arrays("arrays", sc_time(crossbar.interval_s(), sc_core::SC_SEC), sc_time(crossbar.latency_s(), sc_core::SC_SEC)),
          pipeline(
              "pipeline", cycle, config.buffer.port_bits, [this](int) -> Tile& { return tile; }, network, arrays) {
        sc_core::sc_start(sc_core::SC_ZERO_TIME);
    }
    [[nodiscard]] double cycles(double count) const { return count / config.timing.clock_hz; }
    [[nodiscard]] double seconds_of(std::int64_t bits, int width) const { return cycles(std::ceil(static_cast<double>(bits) / width)); }
};

class OneMatrix : public ::testing::TestWithParam<std::tuple<std::string, int, int>> {};
INSTANTIATE_TEST_SUITE_P(Presets, OneMatrix,
                         ::testing::Combine(::testing::Values("reram-multitask", "isaac-ce", "puma"), ::testing::Values(16, 64),
                                            ::testing::Values(64, 128)));

TEST_P(OneMatrix, TakesItsLatencyOnOneTile) {
    const auto& [preset, out, in] = GetParam();
    Chip chip(preset);
    auto plan = std::make_shared<ChipPlan>(make_layer_plan(out, in, chip.config, chip.network.topology()));
    const int tables = plan->shape.embedding_tables();
    ASSERT_EQ(plan->tasks[0].stages[0].tiles.size(), 1u);
    chip.pipeline.program(plan);
    chip.pipeline.start(0, 0, 1);
    sc_core::sc_start();
    // The embedding rows over the port; the vector into the buffer and out, and over the bus; the reads and the stages behind them;
    // the digital unit's two functions an output. A pooler's classifier and its logits take no time here.
    const auto& c = chip.config;
    const double expected = chip.seconds_of(8 * tables * in, c.buffer.port_bits) + 2 * chip.seconds_of(8 * in, c.buffer.port_bits) +
                            chip.seconds_of(8 * in, c.buffer.bus_bits) +
                            (chip.crossbar.reads + c.timing.drain_stages) * chip.crossbar.stage_s +
                            chip.cycles(std::ceil(2.0 * out / c.digital.vector_lanes));
    EXPECT_NEAR(sc_core::sc_time_stamp().to_seconds(), expected, kTolerance * expected);
}

TEST_P(OneMatrix, ThenGivesAVectorAnInterval) {
    const auto& [preset, out, in] = GetParam();
    Chip chip(preset);
    auto plan = std::make_shared<ChipPlan>(make_layer_plan(out, in, chip.config, chip.network.topology()));
    const int tables = plan->shape.embedding_tables();
    chip.pipeline.program(plan);
    constexpr int kTokens = 2000;
    chip.pipeline.start(0, 0, kTokens);
    sc_core::sc_start();
    // The slowest of the parts, everything else hidden behind it: arrays, banks (a write and a read each), bus, vector lanes.
    const auto& c = chip.config;
    const double expected =
        kTokens * std::max({chip.crossbar.interval_s(), 2 * chip.seconds_of(8 * in, c.buffer.port_bits) / c.buffer.banks,
                            chip.seconds_of(8 * in, c.buffer.bus_bits), chip.seconds_of(8 * tables * in, c.buffer.port_bits),
                            chip.cycles(std::ceil(2.0 * out / c.digital.vector_lanes))});
    EXPECT_NEAR(sc_core::sc_time_stamp().to_seconds(), expected, kTolerance * expected);
}

/// Layers whose every matrix has arrays of its own, on a tile that moves and works in a cycle whatever it is given.
struct Layers : sc_core::sc_module {
    static constexpr int kInterval = 800, kLatency = 1100;

    static PlatformConfig roomy() {
        PlatformConfig config = load_platform("reram-multitask");
        config.digital = {4096, 65536, "integer"};
        config.buffer = {65536, 2, 32768, 32768, "none", 0.0};
        return config;
    }
    PlatformConfig config = roomy();
    Tile tile{"tile", config, kCycle};
    interconnect::Network network{"network", interconnect::make_mesh({1, 1, 32}), {kCycle, kCycle}};
    Arrays arrays{"arrays", sc_time(kInterval, SC_NS), sc_time(kLatency, SC_NS)};
    Pipeline pipeline{"pipeline", kCycle, 32768, [this](int) -> Tile& { return tile; }, network, arrays};

    explicit Layers(int layers) : sc_module(sc_core::sc_module_name("layers")) {
        sc_core::sc_start(sc_core::SC_ZERO_TIME);
        auto plan = std::make_shared<ChipPlan>();
        plan->shape.hidden = 64;
        plan->shape.layers = layers;
        plan->shape.heads = 1;
        TaskPlan way;
        for (int stage = 0; stage <= layers * kStagesPerLayer; ++stage)
            way.stages.push_back(test::even_stage("stage " + std::to_string(stage), stage));
        way.embedding_work = {64, 0};
        plan->tasks.push_back(way);
        test::place_apart(*plan, static_cast<std::size_t>(layers * kStagesPerLayer + 1));
        pipeline.program(plan);
    }
};

class PipelineOfLayers : public ::testing::TestWithParam<std::tuple<int, int>> {};
INSTANTIATE_TEST_SUITE_P(LayersAndTokens, PipelineOfLayers,
                         ::testing::Combine(::testing::Values(1, 2, 6, 12), ::testing::Values(1, 7, 32, 128)));

TEST_P(PipelineOfLayers, TakesALayersFillAndTokensIntervalsBetweenBarriers) {
    const auto [layers, tokens] = GetParam();
    Layers chip(layers);
    chip.pipeline.start(0, 0, tokens);
    sc_core::sc_start();
    // A stage: buffer in and out, bus, arrays, digital unit. Between two attentions T tokens pass four stages that overlap; attention
    // reads, multiplies and normalises. Behind the last there are three stages, and for the first token the pooler.
    const double stage = 2 + 1 + Layers::kLatency + 1, attention = 3, spread = (tokens - 1.0) * Layers::kInterval;
    const double before = 2 + stage + spread + 1;
    const double between = attention + 4 * stage + spread + 1;
    const double behind = attention + std::max(3 * stage + spread, 4 * stage);
    const double expected = (before + (layers - 1) * between + behind) * 1e-9;
    EXPECT_NEAR(sc_core::sc_time_stamp().to_seconds(), expected, kTolerance * expected);
    EXPECT_EQ(chip.pipeline.tokens_left(), static_cast<std::uint64_t>(tokens));
    EXPECT_EQ(chip.pipeline.tokens_inside(), 0u);
}

TEST_P(PipelineOfLayers, TakesEventsInProportionToTokensAndLayers) {
    const auto [layers, tokens] = GetParam();
    Layers chip(layers);
    chip.pipeline.start(0, 0, tokens);
    sc_core::sc_start();
    // For each token and stage depart, multiply, collect and make, join and attend once a layer (the attention is set going once for
    // all), embed and leave once a token; the pooler is the first token's alone.
    const double expected = tokens * (layers * (kStagesPerLayer * 4 + 2) + 2.0) + 4;
    EXPECT_NEAR(static_cast<double>(chip.pipeline.steps()), expected, kTolerance * expected);
}

class SaturatedLink : public ::testing::TestWithParam<std::tuple<int, int>> {};
INSTANTIATE_TEST_SUITE_P(HopsAndBytes, SaturatedLink, ::testing::Combine(::testing::Values(0, 1, 3, 6), ::testing::Values(4, 64, 768)));

TEST_P(SaturatedLink, CarriesAFlitACycle) {
    const auto [hops, bytes] = GetParam();
    interconnect::Network network("network", interconnect::make_mesh({49, 1, 32}), {kCycle, 3 * kCycle});
    const std::vector<int> east{hops == 0 ? 0 : hops};
    const auto tree = network.topology().multicast(0, east, bytes);
    if (hops == 0) {
        sc_time delay;
        EXPECT_TRUE(network.multicast(tree, delay));
        EXPECT_EQ(delay, sc_time()) << "a vector for its own tile takes no link";
        return;
    }
    constexpr int kPackets = 3000;
    const sc_time last = berth::test::packet_train(network, tree, kPackets);
    const double flits = bytes / 4.0, expected = (kPackets * flits + (hops + 1) * 3 - 1) * 1e-9;
    EXPECT_NEAR(last.to_seconds(), expected, kTolerance * expected);
    EXPECT_EQ(network.flits_given(), static_cast<std::uint64_t>(kPackets * flits * (hops + 2)));
    EXPECT_EQ(network.flits_carried(), network.flits_given());
}

constexpr std::uint32_t kLatency = 60, kBus = 8, kBurst = 64;

struct Stream : sc_core::sc_module {
    tlm::Dma dma;
    buffer::Memory memory;
    std::vector<std::byte> bytes = std::vector<std::byte>(1 << 17);
    double seconds = 0.0;

    Stream(tlm::View view, std::uint32_t outstanding)
        : sc_module(sc_core::sc_module_name("stream")),
          dma("dma", tlm::DmaParams{kCycle, kBurst, outstanding, view}),
          memory("memory", 1 << 17, {kCycle, kLatency, kBus}) {
        dma.socket.bind(memory.socket);
        SC_HAS_PROCESS(Stream);
        SC_THREAD(main);
    }
    void main() {
        ASSERT_TRUE(dma.read(0, bytes).ok());
        seconds = sc_core::sc_time_stamp().to_seconds();
    }
};

class DmaBandwidth : public ::testing::TestWithParam<std::tuple<tlm::View, int>> {};
INSTANTIATE_TEST_SUITE_P(Outstanding, DmaBandwidth,
                         ::testing::Combine(::testing::Values(tlm::View::lt, tlm::View::at),
                                            ::testing::Values(1, 2, 4, 7, 8, 9, 12, 16, 32)));

TEST_P(DmaBandwidth, GrowsWithOutstandingBurstsUntilTheBusIsFull) {
    const auto [view, outstanding] = GetParam();
    Stream stream(view, static_cast<std::uint32_t>(outstanding));
    sc_core::sc_start();
    // Little's law: N bursts every latency and transfer, and no more than the bus carries. Bytes a nanosecond.
    const double expected = std::min(outstanding * kBurst / (kLatency + kBurst / static_cast<double>(kBus)), static_cast<double>(kBus));
    const double got = static_cast<double>(stream.bytes.size()) / (stream.seconds * 1e9);
    EXPECT_NEAR(got, expected, kTolerance * expected);
}

}  // namespace
}  // namespace berth::platform

// SPDX-License-Identifier: Apache-2.0
#include "platform/accelerator/pipeline.hpp"

#include "platform/accelerator/crossbar_timing.hpp"
#include "platform/config.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "tests/tlm/even_stages.hpp"

namespace berth::platform {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;
using sc_core::sc_time_stamp;

const sc_time kCycle(1, SC_NS);
constexpr int kInterval = 800, kLatency = 1100;  // eight reads of 100 ns; conversion and two shift-and-adds behind them

PlatformConfig roomy_tile() {
    PlatformConfig config = load_platform("reram-multitask");
    config.digital = {4096, 65536, "integer"};
    config.buffer = {65536, 2, 32768, 32768, "none", 0.0};
    return config;
}

/// One tile that does everything digital in a cycle, so that the arrays set the pace.
struct Bench : sc_core::sc_module {
    PlatformConfig config = roomy_tile();
    Tile tile{"tile", config, kCycle};
    interconnect::Network network{"network", interconnect::make_mesh({1, 1, 32}), {kCycle, kCycle}};
    Arrays arrays{"arrays", sc_time(kInterval, SC_NS), sc_time(kLatency, SC_NS)};
    Pipeline pipeline{"pipeline", kCycle, 32768, [this](int) -> Tile& { return tile; }, network, arrays};
    std::vector<std::pair<std::uint64_t, sc_time>> finished;

    explicit Bench(const sc_core::sc_module_name& name) : sc_module(name) {
        SC_HAS_PROCESS(Bench);
        SC_METHOD(take);
        sensitive << pipeline.finished();
        dont_initialize();
        sc_core::sc_start(sc_core::SC_ZERO_TIME);
    }
    void take() {
        for (std::uint64_t request = 0; pipeline.take_finished(request);) finished.emplace_back(request, sc_time_stamp());
    }

    /// A network of so many layers and the pooler, every matrix on arrays of its own; tasks in `sharing` use the same ones.
    void program(int layers, int tasks = 1, bool sharing = true) {
        auto plan = std::make_shared<ChipPlan>();
        plan->shape.hidden = 64;
        plan->shape.layers = layers;
        plan->shape.heads = 1;
        int plane = 0;
        for (int task = 0; task < tasks; ++task) {
            TaskPlan way;
            if (sharing) plane = 0;
            for (int stage = 0; stage <= layers * kStagesPerLayer; ++stage) way.stages.push_back(test::even_stage("stage", plane++));
            way.embedding_work = {64, 0};
            plan->tasks.push_back(way);
        }
        test::place_apart(*plan, static_cast<std::size_t>(plane));
        pipeline.program(plan);
    }
};

TEST(CrossbarTiming, TakesAReadAStageOrTheConversionWhereThatIsLonger) {
    // ISAAC: 100 ns a read, 128 columns on one converter of 1.28 GS/s.
    const CrossbarTiming isaac = crossbar_timing(8, 100e-9, 128, 1.0, 1.28e9, 3);
    EXPECT_EQ(isaac.reads, 8);
    EXPECT_NEAR(isaac.interval_s(), 800e-9, 1e-15);
    EXPECT_NEAR(isaac.latency_s(), 1100e-9, 1e-15);
    const CrossbarTiming slow = crossbar_timing(8, 100e-9, 128, 0.5, 1.28e9, 3);
    EXPECT_NEAR(slow.interval_s(), 1600e-9, 1e-15);
}

TEST(CrossbarTiming, LetsArraysSettleOnConvertersThatTheyShare) {
    const CrossbarTiming own = crossbar_timing(load_platform("reram-multitask"));
    const CrossbarTiming shared = crossbar_timing(load_platform("reram-multitask", {"hierarchy.mapper=banked"}));
    constexpr double settle_s = 128 * 2.44036e-12;  // 128 cells on a bitline, banks.switch.settling.time each
    EXPECT_NEAR(shared.interval_s() - own.interval_s(), settle_s, 1e-4 * settle_s);
    EXPECT_NEAR(shared.latency_s() - own.latency_s(), settle_s, 1e-4 * settle_s);
}

TEST(Pipeline, TakesTheClosedFormsTimeForOneMatrixOnOneTile) {
    Bench bench("bench");
    bench.program(0);
    bench.pipeline.start(7, 0, 1);
    sc_core::sc_start();
    // Rows read 1, added and normalised 1, buffer in 1 and out 1, bus 1, arrays 1100, digital 1.
    ASSERT_EQ(bench.finished.size(), 1u);
    EXPECT_EQ(bench.finished[0].first, 7u);
    EXPECT_EQ(bench.finished[0].second, sc_time(1 + 1 + 2 + 1 + kLatency + 1, SC_NS));
    EXPECT_FALSE(bench.pipeline.busy());
    EXPECT_EQ(bench.arrays.done().reads, 8);
}

TEST(Pipeline, FillsAndThenGivesATokenAnInterval) {
    Bench bench("bench");
    bench.program(0);
    constexpr int kTokens = 20;
    bench.pipeline.start(0, 0, kTokens);
    sc_core::sc_start();
    EXPECT_EQ(sc_time_stamp(), sc_time(1 + 1 + 2 + 1 + kLatency + 1 + (kTokens - 1) * kInterval, SC_NS));
    EXPECT_EQ(bench.pipeline.tokens_left(), static_cast<std::uint64_t>(kTokens));
}

TEST(Pipeline, StreamsThroughLayersWithAttentionAsTheBarrier) {
    Bench bench("bench");
    bench.program(1);
    constexpr int kTokens = 5;
    bench.pipeline.start(0, 0, kTokens);
    sc_core::sc_start();
    // Attention begins when the last token's query, key and value lie in the buffer; it takes a read, the products and the
    // softmax, a cycle each. A stage behind it: buffer in and out, bus, arrays, digital.
    constexpr int kStage = 2 + 1 + kLatency + 1;
    constexpr int kAttention = 1 + 1 + kStage + (kTokens - 1) * kInterval + 1;
    constexpr int kFirst = kAttention + 3 + kStage * 4;
    ASSERT_EQ(bench.finished.size(), 1u);
    EXPECT_EQ(bench.finished[0].second, sc_time(kFirst, SC_NS)) << "the first token needs three stages and the pooler";
    EXPECT_EQ(sc_time_stamp(), sc_time(kAttention + 3 + kStage * 3 + (kTokens - 1) * kInterval, SC_NS)) << "the last token needs three";
}

TEST(Pipeline, LetsRequestsOfOneTaskQueueAndThoseOfSeparateArraysPass) {
    Bench bench("bench");
    bench.program(0, 2, false);
    bench.pipeline.start(0, 0, 1);
    bench.pipeline.start(1, 0, 1);
    bench.pipeline.start(2, 1, 1);
    sc_core::sc_start();
    ASSERT_EQ(bench.finished.size(), 3u);
    const auto at = [&](std::size_t i) { return bench.finished[i].second; };
    EXPECT_EQ(bench.finished[1].first, 2u) << "the other task's arrays were free";
    EXPECT_EQ(at(2) - at(0), sc_time(kInterval, SC_NS));
    EXPECT_LT(at(1) - at(0), sc_time(10, SC_NS));
}

TEST(Pipeline, MakesTasksWaitForTheBaseTheyShare) {
    Bench bench("bench");
    bench.program(0, 2, true);
    bench.pipeline.start(0, 0, 1);
    bench.pipeline.start(1, 1, 1);
    sc_core::sc_start();
    ASSERT_EQ(bench.finished.size(), 2u);
    EXPECT_EQ(bench.finished[1].second - bench.finished[0].second, sc_time(kInterval, SC_NS));
}

TEST(Pipeline, TakesNoTimeToSwitchBetweenTasksOnTheChip) {
    Bench bench("bench");
    bench.program(1, 2, true);
    std::uint64_t request = 0;
    const auto time_of = [&](std::initializer_list<int> tasks) {
        const sc_time begin = sc_time_stamp();
        for (const int task : tasks) bench.pipeline.start(request++, task, 4);
        sc_core::sc_start();
        return sc_time_stamp() - begin;
    };
    const sc_time one_task = time_of({0, 0, 0, 0, 0, 0});
    EXPECT_EQ(time_of({0, 0, 0, 1, 1, 1}), one_task);
    EXPECT_EQ(time_of({0, 1, 0, 1, 0, 1}), one_task);
}

}  // namespace
}  // namespace berth::platform

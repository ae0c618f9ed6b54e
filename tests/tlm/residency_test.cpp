// SPDX-License-Identifier: Apache-2.0
// Tasks that take turns on the chip's arrays.
#include "platform/programming.hpp"
#include "tests/tlm/soc_bench.hpp"
#include "tests/tlm/tasks_alike.hpp"

#include <string>
#include <vector>

namespace berth::test {
namespace {

using sc_core::sc_time;
using sc_core::SC_US;

constexpr std::uint32_t kTasks = 4;

compressor::WeightImage four_tasks() { return tasks_alike({with_delta(7, 3), with_delta(8, 8), with_delta(9, 1), with_delta(10, 5)}); }

std::vector<std::string> with(const std::string& eviction, int slots, const std::string& scheduler) {
    return {"hierarchy.tiles=16",
            "residency.eviction=" + eviction,
            "residency.slots=" + std::to_string(slots),
            "queue.scheduler=" + scheduler,
            "queue.in_pipeline=1",
            "queue.depth=64",
            "queue.patience=1000"};
}

/// Posts rounds of requests, one of each task, all together, and takes the answers.
void serve(SocBench& soc, std::uint32_t rounds) {
    const std::uint32_t count = rounds * kTasks;
    std::vector<berth_request> requests;
    for (std::uint32_t i = 0; i < count; ++i) requests.push_back(soc.stage(i % kTasks, i));
    for (const berth_request& request : requests) soc.processor.check(berth_run(&soc.device, &request));
    for (std::uint32_t i = 0; i < count; ++i) EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
    for (std::uint32_t i = 0; i < count; ++i) EXPECT_TRUE(soc.answered(i % kTasks, i)) << i;
}

struct Choice {
    const char *eviction, *scheduler;
    int slots;
};

std::string name_of(const Choice& choice) {
    return std::string(choice.eviction) + "_" + choice.scheduler + "_" + std::to_string(choice.slots);
}

class Residency : public ::testing::TestWithParam<Choice> {};
INSTANTIATE_TEST_SUITE_P(Choices, Residency,
                         ::testing::Values(Choice{"lru", "fifo", 1}, Choice{"lru", "fifo", 3}, Choice{"lru", "by_task", 1},
                                           Choice{"lru", "by_task", 2}, Choice{"least_used", "by_task", 3},
                                           Choice{"least_used", "deadline", 2}),
                         [](const auto& about) { return name_of(about.param); });

TEST_P(Residency, ChangesNoAnswerAndSwitchesAsOftenAsTheFormSays) {
    const Choice choice = GetParam();
    constexpr std::uint32_t kRounds = 6;
    SocBench(
        "soc", tlm::View::lt,
        [choice](SocBench& soc) {
            soc.open(64);
            soc.load();
            EXPECT_EQ(soc.accelerator.controller().plan()->in_slot.size(), static_cast<std::size_t>(choice.slots));
            serve(soc, kRounds);
            const auto& switches = soc.accelerator.controller().switches();
            const auto slots = static_cast<std::uint64_t>(choice.slots);
            // In turns every request but the first to those that were there meets an absent task; grouped, each absent task is met once.
            if (std::string(choice.eviction) == "lru" && std::string(choice.scheduler) == "fifo") {
                EXPECT_EQ(switches.count, kTasks * kRounds - slots);
            }
            if (std::string(choice.scheduler) == "by_task") {
                EXPECT_EQ(switches.count, kTasks - slots);
            }
            EXPECT_GT(switches.count, 0u);
        },
        with(choice.eviction, choice.slots, choice.scheduler), four_tasks())
        .run();
}

TEST(ResidencyCost, IsTheFetchTheWritingAndTheEnergyOfItsCells) {
    SocBench(
        "soc", tlm::View::lt,
        [](SocBench& soc) {
            soc.open();
            soc.load();
            const double loaded_j = soc.accelerator.controller().programming().energy_j;
            const auto latency = [&](std::uint32_t task) {
                soc.post(task, 12);
                const sc_time begin = sc_core::sc_time_stamp();
                EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
                soc.processor.sleep(sc_time(100, SC_US));
                return (sc_core::sc_time_stamp() - begin).to_seconds();
            };
            const double absent = latency(1), present = latency(1);
            const auto& switches = soc.accelerator.controller().switches();
            ASSERT_EQ(switches.count, 1u);
            EXPECT_NEAR(absent - present, switches.fetch_s + switches.written.time_s, 0.02 * (absent - present));
            // Two deltas of 8 channels and 2 bits on 8 inputs, and factors of 8 x 3 of 2 bits and 3 x 8 of 1 bit, in two polarities.
            EXPECT_EQ(switches.written.cells.cells, 2u * (2 * 8 * 8 * 2 + 8 * 3 * 2 + 3 * 8 * 1));
            const double cell_j = soc.config.inventory.energy("tile.ima.array", "write") / (128.0 * 128.0);
            EXPECT_NEAR(switches.written.energy_j, static_cast<double>(switches.written.cells.cells) * cell_j,
                        1e-9 * switches.written.energy_j);
            Ledger ledger;
            soc.accelerator.record(ledger);
            EXPECT_EQ(ledger.count("tile.ima.array", "pulse"), switches.written.cells.cells) << "a switch is part of serving";
            EXPECT_DOUBLE_EQ(soc.accelerator.controller().programming().energy_j, loaded_j) << "and of no loading";
        },
        with("lru", 1, "fifo"), four_tasks())
        .run();
}

TEST(ResidencyCost, IsNothingWhereAllTasksFit) {
    SocBench(
        "soc", tlm::View::lt,
        [](SocBench& soc) {
            soc.open(32);
            soc.load();
            serve(soc, 4);
            EXPECT_EQ(soc.accelerator.controller().switches().count, 0u);
            EXPECT_TRUE(soc.accelerator.controller().plan()->in_slot.empty());
        },
        with("lru", 0, "fifo"), four_tasks())
        .run();
}

TEST(ResidencyFaults, AnswersWithTheAddressWhereATaskCannotBeFetched) {
    SocBench(
        "soc", tlm::View::lt,
        [](SocBench& soc) {
            soc.open();
            soc.load();
            soc.post(1, 12);
            // Descriptor and tokens come through; the task's bytes do not.
            const std::uint64_t before = soc.gate.asked;
            while (soc.gate.asked < before + 2) soc.processor.sleep(sc_time(1, sc_core::SC_NS));
            soc.gate.mood = Gate::Mood::refuse;
            soc.processor.sleep(sc_time(1, SC_US));
            soc.gate.mood = Gate::Mood::pass;
            bool loaded = false;
            soc.processor.check(berth_recover(&soc.device, &loaded));
            EXPECT_TRUE(loaded);
            for (std::uint32_t task = 0; task < kTasks; ++task) {
                soc.post(task, 20 + task);
                EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
                EXPECT_TRUE(soc.answered(task, 20 + task));
            }
        },
        with("lru", 1, "fifo"), four_tasks())
        .run();
}

TEST(ResidencyFaults, ComesBackFromAResetAtAnyTime) {
    SocBench(
        "soc", tlm::View::lt,
        [](SocBench& soc) {
            soc.open(16);
            soc.load();
            for (int round = 0; round < 80; ++round) {
                for (std::uint32_t i = 0; i < 6; ++i) soc.post(i % kTasks, i);
                soc.processor.sleep(sc_time(round * 1.7, SC_US));
                bool loaded = false;
                soc.processor.check(berth_recover(&soc.device, &loaded));
                EXPECT_TRUE(loaded);
                const auto task = static_cast<std::uint32_t>(round) % kTasks;
                soc.post(task, 30);
                EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
                EXPECT_TRUE(soc.answered(task, 30));
            }
        },
        with("lru", 2, "by_task"), four_tasks())
        .run();
}

TEST(ResidencyCost, AnswersSeveralTasksForOneSentenceOneByOne) {
    SocBench bench(
        "soc", tlm::View::lt,
        [](SocBench& soc) {
            soc.open();
            soc.load();
            berth_request request = soc.stage(3, 9);
            const std::vector<std::uint32_t> tasks{3, 0, 2};
            soc.processor.write_memory(request.tokens + request.length * 8, tasks.data(), tasks.size() * 4);
            soc.processor.check(berth_run_tasks(&soc.device, &request));
            EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
            EXPECT_EQ(soc.accelerator.controller().switches().count, 3u) << "3, 0 and 2 in turn, over the slot that 0 begins in";
        },
        with("lru", 1, "by_task"), four_tasks());
    bench.run();
}

}  // namespace
}  // namespace berth::test

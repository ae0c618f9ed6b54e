// SPDX-License-Identifier: Apache-2.0
// Requests that wait for the pipeline, as firmware sees them.
#include "platform/accelerator/scheduler.hpp"
#include "tests/tlm/soc_bench.hpp"

#include <vector>

namespace berth::test {
namespace {

using sc_core::sc_time;
using sc_core::SC_US;

constexpr std::uint64_t kRequests = 8;
using Tags = std::vector<std::uint64_t>;

std::uint32_t task_of(std::uint64_t tag) { return tag % 2; }

/// Lies in memory as `tag`, and has four tokens.
berth_request four_tokens(SocBench& soc, std::uint64_t tag, std::uint64_t deadline_ps) {
    berth_request request = soc.stage(task_of(tag), tag * 13 + 3);
    request.deadline_ps = deadline_ps;
    return request;
}

/// Posts requests of two tasks in turn, all but at once. @return their numbers in the order in which they were answered.
template <class Deadline>
Tags answered_in(SocBench& soc, Deadline deadline) {
    std::vector<berth_request> requests;
    for (std::uint64_t i = 0; i < kRequests; ++i) requests.push_back(four_tokens(soc, i, deadline(i)));
    for (const berth_request& request : requests) soc.processor.check(berth_run(&soc.device, &request));
    Tags order;
    for (std::uint64_t i = 0; i < kRequests; ++i) {
        const berth_completion said = soc.finish();
        EXPECT_EQ(said.outcome, BERTH_OUTCOME_DONE);
        order.push_back(said.tag / 13);
    }
    for (std::uint64_t i = 0; i < kRequests; ++i) EXPECT_TRUE(soc.answered(task_of(i), i * 13 + 3)) << i;
    return order;
}

constexpr auto kNoDeadline = [](std::uint64_t) { return std::uint64_t{0}; };
/// The last to be posted is the most urgent.
constexpr auto kReversed = [](std::uint64_t i) { return 1000 - i; };

std::vector<std::string> with(const std::string& scheduler) {
    return {"hierarchy.tiles=16", "queue.in_pipeline=1", "queue.scheduler=" + scheduler};
}

void run(SocBench::Firmware firmware, const std::string& scheduler) {
    SocBench("soc", tlm::View::lt, std::move(firmware), with(scheduler)).run();
}

TEST(Schedulers, AnswerInTheOrderOfTheirNames) {
    run(
        [](SocBench& soc) {
            soc.open();
            soc.load();
            EXPECT_EQ(soc.processor.read_register(BERTH_REG_SCHEDULER), platform::scheduler_number("fifo"));
            EXPECT_EQ(answered_in(soc, kReversed), (Tags{0, 1, 2, 3, 4, 5, 6, 7}));
            soc.processor.check(berth_set_scheduler(&soc.device, static_cast<std::uint32_t>(platform::scheduler_number("by_task"))));
            EXPECT_EQ(answered_in(soc, kReversed), (Tags{0, 2, 4, 6, 1, 3, 5, 7}));
            soc.processor.check(berth_set_scheduler(&soc.device, static_cast<std::uint32_t>(platform::scheduler_number("deadline"))));
            EXPECT_EQ(answered_in(soc, kReversed), (Tags{0, 7, 6, 5, 4, 3, 2, 1})) << "the first was let in before the others came";
        },
        "fifo");
}

TEST(Schedulers, CanBeTheConfigurationsAndComeBackWithAReset) {
    run(
        [](SocBench& soc) {
            soc.open();
            soc.load();
            const auto by_task = static_cast<std::uint32_t>(platform::scheduler_number("by_task"));
            EXPECT_EQ(soc.processor.read_register(BERTH_REG_SCHEDULER), by_task);
            soc.processor.check(berth_set_scheduler(&soc.device, 0));
            EXPECT_EQ(berth_set_scheduler(&soc.device, 77), BERTH_BAD_ARGUMENT);
            EXPECT_EQ(soc.processor.read_register(BERTH_REG_SCHEDULER), 0u);
            bool loaded = false;
            soc.processor.check(berth_recover(&soc.device, &loaded));
            EXPECT_EQ(soc.processor.read_register(BERTH_REG_SCHEDULER), by_task);
            EXPECT_EQ(answered_in(soc, kNoDeadline), (Tags{0, 2, 4, 6, 1, 3, 5, 7}));
        },
        "by_task");
}

TEST(Schedulers, ServeAllThatWaitBeforeAnImageOrAnUnloading) {
    run(
        [](SocBench& soc) {
            soc.open();
            soc.load();
            for (std::uint64_t tag = 0; tag < 4; ++tag) soc.post(task_of(tag), tag);
            soc.processor.check(berth_unload(&soc.device, 0, 99));
            for (int i = 0; i < 4; ++i) EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
            EXPECT_EQ(soc.finish().tag, 99u);
            for (std::uint64_t tag = 0; tag < 4; ++tag) EXPECT_TRUE(soc.answered(task_of(tag), tag));
        },
        "deadline");
}

TEST(Schedulers, ForgetWhatWaitsAtAReset) {
    run(
        [](SocBench& soc) {
            soc.open();
            soc.load();
            for (std::uint64_t tag = 0; tag < 7; ++tag) soc.post(task_of(tag), tag);
            bool loaded = false;
            soc.processor.check(berth_recover(&soc.device, &loaded));
            soc.processor.sleep(sc_time(100, SC_US));
            EXPECT_EQ(soc.processor.read_register(BERTH_REG_COMPLETED), 0u);
            EXPECT_EQ(answered_in(soc, kNoDeadline), (Tags{0, 2, 4, 6, 1, 3, 5, 7}));
        },
        "by_task");
}

TEST(Schedulers, FetchNoFurtherThanTheQueueIsDeep) {
    std::vector<std::string> settings = with("by_task");
    settings.emplace_back("queue.depth=3");
    SocBench(
        "soc", tlm::View::lt,
        [](SocBench& soc) {
            soc.open();
            soc.load();
            const std::uint32_t head = soc.processor.read_register(BERTH_REG_HEAD);
            std::vector<berth_request> requests;
            for (std::uint64_t i = 0; i < kRequests; ++i) requests.push_back(four_tokens(soc, i, 0));
            for (const berth_request& request : requests) soc.processor.check(berth_run(&soc.device, &request));
            soc.processor.sleep(sc_time(2, SC_US));
            EXPECT_EQ(soc.processor.read_register(BERTH_REG_HEAD) - head, 1u + 3u) << "one in the pipeline and three that wait";
            for (std::uint64_t i = 0; i < kRequests; ++i) EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
        },
        settings)
        .run();
}

}  // namespace
}  // namespace berth::test

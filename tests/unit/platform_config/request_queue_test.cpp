// SPDX-License-Identifier: Apache-2.0
#include "platform/accelerator/request_queue.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace berth::platform {
namespace {

constexpr int kLayers = 6;

using Numbers = std::vector<std::uint64_t>;

/// Takes everything that waits, one request in the pipeline at a time.
Numbers drained(RequestQueue& queue) {
    Numbers order;
    while (const auto number = queue.take(0, kLayers)) order.push_back(*number);
    return order;
}

/// Requests of these tasks, numbered from 0, all waiting before the first is taken.
Numbers order_of(const QueueParams& params, const std::vector<std::uint32_t>& tasks) {
    RequestQueue queue(params);
    for (std::size_t i = 0; i < tasks.size(); ++i) queue.add(i, tasks[i], 0);
    return drained(queue);
}

std::size_t switches(const Numbers& order, const std::vector<std::uint32_t>& tasks) {
    std::size_t count = 0;
    for (std::size_t i = 1; i < order.size(); ++i) count += tasks[order[i]] != tasks[order[i - 1]];
    return count;
}

TEST(RequestQueue, TakesRequestsInTheirOrderUnderFifo) {
    EXPECT_EQ(order_of({"fifo", 8, 0, 0}, {2, 0, 1, 0, 2}), (Numbers{0, 1, 2, 3, 4}));
}

TEST(RequestQueue, KeepsToATaskUnderByTask) {
    EXPECT_EQ(order_of({"by_task", 8, 0, 100}, {2, 0, 1, 0, 2, 1}), (Numbers{0, 4, 1, 3, 2, 5}));
}

TEST(RequestQueue, SwitchesOnceATaskWhereAllWaitAndPatienceIsLong) {
    std::vector<std::uint32_t> tasks;
    constexpr std::size_t kTasks = 5, kEach = 7;
    for (std::uint32_t i = 0; i < kTasks * kEach; ++i) tasks.push_back(i % kTasks);
    EXPECT_EQ(switches(order_of({"by_task", 64, 0, 64}, tasks), tasks), kTasks - 1);
    EXPECT_EQ(switches(order_of({"fifo", 64, 0, 64}, tasks), tasks), kTasks * kEach - 1);
    EXPECT_EQ(order_of({"by_task", 64, 0, 0}, tasks), order_of({"fifo", 64, 0, 0}, tasks)) << "no patience is fifo";
}

RC_GTEST_PROP(RequestQueue, LetsNoMoreThanPatienceLaterRequestsPass, ()) {
    const auto patience = *rc::gen::inRange(0, 10);
    RequestQueue queue({"by_task", 64, 0, patience});
    std::uint64_t given = 0;
    Numbers order;
    // Now a request comes, now one goes, as the generator has it; then all go.
    for (const bool comes : *rc::gen::container<std::vector<bool>>(rc::gen::arbitrary<bool>())) {
        if (comes)
            queue.add(given++, *rc::gen::inRange<std::uint32_t>(0, 4), 0);
        else if (const auto number = queue.take(0, kLayers))
            order.push_back(*number);
    }
    const Numbers rest = drained(queue);
    order.insert(order.end(), rest.begin(), rest.end());
    RC_ASSERT(order.size() == given);
    for (std::size_t i = 0; i < order.size(); ++i) {
        const auto passed = std::count_if(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(i),
                                          [&](std::uint64_t other) { return other > order[i]; });
        RC_ASSERT(passed <= patience);
    }
}

RC_GTEST_PROP(RequestQueue, TakesTheEarliestDeadlineAndNoneLast, ()) {
    const auto deadlines = *rc::gen::container<std::vector<std::uint64_t>>(rc::gen::inRange<std::uint64_t>(0, 6));
    RequestQueue queue({"deadline", 64, 0, 0});
    std::vector<std::pair<std::uint64_t, std::uint64_t>> expected;
    for (std::size_t i = 0; i < deadlines.size(); ++i) {
        queue.add(i, 0, deadlines[i]);
        expected.emplace_back(deadlines[i] == 0 ? UINT64_MAX : deadlines[i], i);
    }
    std::sort(expected.begin(), expected.end());
    const Numbers order = drained(queue);
    RC_ASSERT(order.size() == expected.size());
    for (std::size_t i = 0; i < order.size(); ++i) RC_ASSERT(order[i] == expected[i].second);
}

TEST(RequestQueue, HoldsRequestsBackWhileThePipelineHasNoRoom) {
    RequestQueue fifo({"fifo", 2, 0, 0}), limited({"fifo", 2, 3, 0}), by_task({"by_task", 2, 0, 0});
    for (RequestQueue* queue : {&fifo, &limited, &by_task}) queue->add(0, 0, 0);
    EXPECT_FALSE(limited.take(3, kLayers));
    EXPECT_TRUE(limited.take(2, kLayers));
    EXPECT_FALSE(by_task.take(kLayers, kLayers)) << "as many as the model has layers";
    EXPECT_TRUE(by_task.take(kLayers - 1, kLayers));
    EXPECT_TRUE(fifo.take(1000, kLayers)) << "as many as come";
}

TEST(RequestQueue, IsFullAtItsDepth) {
    RequestQueue queue({"by_task", 2, 1, 0});
    queue.add(0, 0, 0);
    EXPECT_FALSE(queue.full());
    queue.add(1, 0, 0);
    EXPECT_TRUE(queue.full());
    (void)queue.take(0, kLayers);
    EXPECT_FALSE(queue.full());
}

TEST(RequestQueue, ChangesItsSchedulerWithWhatWaits) {
    RequestQueue queue({"fifo", 8, 1, 0});
    queue.add(0, 0, 50);
    queue.add(1, 0, 40);
    EXPECT_FALSE(queue.use(schedulers().size()));
    EXPECT_EQ(queue.scheduler(), scheduler_number("fifo"));
    EXPECT_TRUE(queue.use(scheduler_number("deadline")));
    EXPECT_EQ(queue.take(0, kLayers), 1u);
}

}  // namespace
}  // namespace berth::platform

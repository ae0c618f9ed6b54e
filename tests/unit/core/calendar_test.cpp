// SPDX-License-Identifier: Apache-2.0
#include "models/core/calendar.hpp"

#include "models/core/occupancy.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <utility>
#include <vector>

namespace berth {
namespace {

TEST(Calendar, TakesTheFirstGapThatIsLongEnough) {
    Calendar<int> link;
    EXPECT_EQ(link.serve(0, 100, 10), 100);
    EXPECT_EQ(link.serve(0, 0, 10), 0) << "one that comes before finds it free";
    EXPECT_EQ(link.serve(0, 5, 91), 110) << "too long for the gap from 10 to 100";
    EXPECT_EQ(link.serve(0, 5, 90), 10);
    EXPECT_EQ(link.serve(0, 50, 1), 201);
    EXPECT_EQ(link.busy(), 202);
    EXPECT_EQ(link.served(), 5u);
}

TEST(Calendar, TakesNoTimeForNothing) {
    Calendar<int> link;
    EXPECT_EQ(link.serve(0, 5, 0), 5);
    EXPECT_EQ(link.serve(0, 5, 10), 5);
}

RC_GTEST_PROP(Calendar, NeverServesTwoAtOnceNorBeforeTheyAsk, ()) {
    const auto asked =
        *rc::gen::container<std::vector<std::pair<int, int>>>(rc::gen::pair(rc::gen::inRange(0, 200), rc::gen::inRange(1, 20)));
    Calendar<int> link;
    std::vector<bool> taken(8000);
    for (const auto& [time, length] : asked) {
        const int begin = link.serve(0, time, length);
        RC_ASSERT(begin >= time);
        for (int t = begin; t < begin + length; ++t) {
            RC_ASSERT(!taken[static_cast<std::size_t>(t)]);
            taken[static_cast<std::size_t>(t)] = true;
        }
    }
}

RC_GTEST_PROP(Calendar, IsAQueueWhereAllAskInOrder, ()) {
    const auto steps =
        *rc::gen::container<std::vector<std::pair<int, int>>>(rc::gen::pair(rc::gen::inRange(0, 20), rc::gen::inRange(1, 20)));
    Calendar<int> calendar;
    Occupancy<int> queue;
    int now = 0;
    for (const auto& [pause, length] : steps) {
        now += pause;
        RC_ASSERT(calendar.serve(now, now, length) == queue.serve(now, length));
    }
    RC_ASSERT(calendar.busy() == queue.busy());
}

}  // namespace
}  // namespace berth

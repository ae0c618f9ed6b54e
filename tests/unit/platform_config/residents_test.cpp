// SPDX-License-Identifier: Apache-2.0
#include "platform/accelerator/residents.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace berth::platform {
namespace {

/// How many of the requests find their task absent.
std::size_t misses(const std::string& eviction, std::size_t slots, std::size_t tasks, const std::vector<std::size_t>& requests) {
    Residents residents({eviction, 0}, slots, tasks);
    std::size_t count = 0;
    for (const std::size_t task : requests) {
        if (!residents.slot_of(task)) {
            ++count;
            residents.settle(residents.vacate(), task);
        }
        residents.use(residents.slot_of(task).value());
    }
    return count;
}

TEST(Residents, AreAllThereWhereEachHasArraysOfItsOwn) {
    const Residents residents;
    EXPECT_EQ(residents.slot_of(17), 0u);
    EXPECT_EQ(residents.slots(), 0u);
}

TEST(Residents, AreTheFirstTasksAtFirst) {
    const Residents residents({"lru", 0}, 2, 5);
    EXPECT_EQ(residents.slot_of(0), 0u);
    EXPECT_EQ(residents.slot_of(1), 1u);
    EXPECT_FALSE(residents.slot_of(2));
}

TEST(Residents, MissEveryTimeUnderLruWhereMoreTasksTakeTurnsThanThereAreSlots) {
    constexpr std::size_t kTasks = 5, kSlots = 3, kRounds = 7;
    std::vector<std::size_t> turns, groups;
    for (std::size_t i = 0; i < kTasks * kRounds; ++i) {
        turns.push_back(i % kTasks);
        groups.push_back(i / kRounds);
    }
    EXPECT_EQ(misses("lru", kSlots, kTasks, turns), kTasks * kRounds - kSlots) << "but for those that were there at first";
    EXPECT_EQ(misses("lru", kSlots, kTasks, groups), kTasks - kSlots);
    EXPECT_EQ(misses("least_used", kSlots, kTasks, groups), kTasks - kSlots);
}

TEST(Residents, KeepTheTaskThatIsUsedMostUnderLeastUsed) {
    // 0 is asked for again and again; between, others come once each.
    const std::vector<std::size_t> requests{0, 0, 0, 1, 2, 3, 0, 4, 5, 0};
    EXPECT_EQ(misses("least_used", 2, 6, requests), 4u) << "2, 3, 4 and 5";
    EXPECT_EQ(misses("lru", 2, 6, requests), 6u) << "and 0 twice";
}

TEST(Residents, GiveAnEmptySlotFirst) {
    Residents residents({"lru", 0}, 3, 2);
    EXPECT_EQ(residents.vacate(), 2u);
    residents.use(0);
    residents.settle(2, 7);
    EXPECT_EQ(residents.vacate(), 1u) << "nobody asked for its task yet, and it is the first of those";
    EXPECT_FALSE(residents.slot_of(1));
    EXPECT_EQ(residents.most_programmed(), 1u);
}

RC_GTEST_PROP(Residents, AreNeverTwiceThereAndAlwaysThereBehindTheirProgramming, ()) {
    const auto slots = *rc::gen::inRange<std::size_t>(1, 5);
    const auto requests = *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, 8));
    const auto eviction = *rc::gen::element<std::string>("lru", "least_used");
    Residents residents({eviction, 0}, slots, 8);
    for (const std::size_t task : requests) {
        if (!residents.slot_of(task)) residents.settle(residents.vacate(), task);
        RC_ASSERT(residents.slot_of(task).has_value());
        residents.use(*residents.slot_of(task));
        std::set<std::size_t> places;
        for (std::size_t other = 0; other < 8; ++other)
            if (const auto slot = residents.slot_of(other)) RC_ASSERT(places.insert(*slot).second);
        RC_ASSERT(places.size() <= slots);
    }
}

}  // namespace
}  // namespace berth::platform

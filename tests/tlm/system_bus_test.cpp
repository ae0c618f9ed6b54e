// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/system_bus.hpp"

#include "models/buffer/memory.hpp"
#include "models/tlm/dma.hpp"
#include "models/tlm/monitor.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <random>
#include <stdexcept>
#include <vector>

namespace berth::tlm {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;

constexpr std::uint64_t kSize = 1 << 14, kFirst = 0x10000, kSecond = 0x80000;

/// A process of its own that uses one DMA.
struct User : sc_core::sc_module {
    Dma dma;
    Monitor monitor{"monitor", Monitor::Beyond::interconnect};
    std::function<void(User&)> program;
    bool done = false;

    User(const sc_core::sc_module_name& name, View view, std::function<void(User&)> run)
        : sc_module(name), dma("dma", DmaParams{sc_time(1, SC_NS), 64, 8, view}), program(std::move(run)) {
        dma.socket.bind(monitor.target);
        SC_HAS_PROCESS(User);
        SC_THREAD(main);
    }
    void main() {
        program(*this);
        done = true;
    }
};

/// Any number of users, two memories of different speed, a monitor on every link.
struct Bench : sc_core::sc_module {
    SystemBus bus{"bus"};
    buffer::Memory quick{"quick", kSize, {sc_time(1, SC_NS), 3, 16}}, slow{"slow", kSize, {sc_time(1, SC_NS), 90, 4}};
    Monitor quick_link{"quick_link"}, slow_link{"slow_link"};
    std::deque<User> users;

    explicit Bench(const sc_core::sc_module_name& name) : sc_module(name) {
        quick_link.initiator.bind(quick.socket);
        slow_link.initiator.bind(slow.socket);
        bus.add(quick_link.target, kFirst, kSize);
        bus.add(slow_link.target, kSecond, kSize);
    }
    void add(View view, std::function<void(User&)> program) {
        User& user = users.emplace_back(("user_" + std::to_string(users.size())).c_str(), view, std::move(program));
        user.monitor.initiator.bind(bus.from);
    }
    void run() {
        sc_core::sc_start();
        for (const User& user : users) {
            EXPECT_TRUE(user.done) << user.name() << " hangs";
            EXPECT_TRUE(user.monitor.violations().empty()) << user.monitor.violations().front();
        }
        for (const Monitor* link : {&quick_link, &slow_link}) EXPECT_TRUE(link->violations().empty()) << link->violations().front();
    }
};

/// Writes and reads back ranges of its own in both memories, unaligned and across pages.
void exercise(User& user, unsigned number) {
    std::mt19937 random(number);
    const std::uint64_t share = kSize / 8;
    for (int round = 0; round < 60; ++round) {
        const std::uint64_t base = (random() % 2 ? kFirst : kSecond) + number * share, offset = random() % (share - 700);
        std::vector<std::byte> given(1 + random() % 700), got(given.size());
        for (auto& byte : given) byte = static_cast<std::byte>(random());
        ASSERT_TRUE(user.dma.write(base + offset, given).ok());
        ASSERT_TRUE(user.dma.read(base + offset, got).ok());
        ASSERT_EQ(given, got);
    }
}

class SystemBusWith : public ::testing::TestWithParam<std::pair<int, int>> {};
INSTANTIATE_TEST_SUITE_P(Users, SystemBusWith,
                         ::testing::Values(std::pair{1, 0}, std::pair{0, 1}, std::pair{3, 0}, std::pair{0, 4}, std::pair{3, 4}),
                         [](const auto& users) {
                             return std::to_string(users.param.first) + "_lt_" + std::to_string(users.param.second) + "_at";
                         });

TEST_P(SystemBusWith, GivesEveryUserItsOwnBytesBack) {
    Bench bench("bench");
    const auto [loosely, phased] = GetParam();
    for (int i = 0; i < loosely + phased; ++i)
        bench.add(i < loosely ? View::lt : View::at, [i](User& user) { exercise(user, static_cast<unsigned>(i)); });
    bench.run();
    if (phased > 1) {
        EXPECT_GT(bench.slow_link.statistics().outstanding_at_most, 8u) << "several users' bursts are under way at once";
    }
}

class SystemBusInBothViews : public ::testing::TestWithParam<View> {};
INSTANTIATE_TEST_SUITE_P(Views, SystemBusInBothViews, ::testing::Values(View::lt, View::at),
                         [](const auto& view) { return view.param == View::lt ? "lt" : "at"; });

TEST_P(SystemBusInBothViews, RefusesWhatLiesInNoRangeOrInTwo) {
    Bench bench("bench");
    bench.add(GetParam(), [](User& user) {
        std::vector<std::byte> bytes(64);
        for (const std::uint64_t address : {std::uint64_t{0}, kFirst - 1, kFirst + kSize, UINT64_MAX - 63}) {
            const DmaResult said = user.dma.read(address, bytes);
            EXPECT_EQ(said.status, ::tlm::TLM_ADDRESS_ERROR_RESPONSE) << address;
            EXPECT_EQ(said.failed_address, address);
        }
        EXPECT_TRUE(user.dma.read(kFirst + kSize - 64, bytes).ok());
    });
    bench.run();
}

TEST(SystemBus, RefusesRangesThatOverlap) {
    Bench bench("bench");
    Monitor other("other");
    EXPECT_THROW(bench.bus.add(other.target, kFirst + kSize - 1, 16), std::invalid_argument);
    EXPECT_THROW(bench.bus.add(other.target, 0, 0), std::invalid_argument);
    EXPECT_THROW(bench.bus.add(other.target, UINT64_MAX - 1, 16), std::invalid_argument);
}

}  // namespace
}  // namespace berth::tlm

// SPDX-License-Identifier: Apache-2.0
#include "models/interconnect/network.hpp"

#include "models/interconnect/bus.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace berth::interconnect {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;

const sc_time kCycle(1, SC_NS), kHop(3, SC_NS);

TEST(Network, TakesTheClosedFormsTimeWhereNobodyElseIsThere) {
    Network network("network", make_mesh({16, 1, 32}), kCycle, kHop);
    const int far = 15;  // three east, three south
    const std::vector<int> to{far};
    const Tree tree = network.topology().multicast(0, to, 40);  // 10 flits
    sc_time delay(7, SC_NS);
    network.multicast(tree, delay);
    EXPECT_EQ(delay, sc_time(7 + (6 + 1) * 3 + (10 - 1), SC_NS));
    EXPECT_EQ(network.router_flits(), 70u);
}

TEST(Network, GatherOfOneTileTakesAsLongAsSendingToIt) {
    Network network("network", make_mesh({16, 1, 32}), kCycle, kHop);
    const std::vector<int> one{15};
    sc_time delay;
    network.gather(network.topology().gather(one, 0, 40, 40), delay);
    EXPECT_EQ(delay, sc_time((6 + 1) * 3 + (10 - 1), SC_NS));
}

TEST(Network, ASaturatedLinkGivesOneFlitACycle) {
    Network network("network", make_mesh({16, 1, 32}), kCycle, kHop);
    const std::vector<int> to{3};
    const Tree tree = network.topology().multicast(0, to, 40);
    sc_time last;
    for (int packet = 0; packet < 50; ++packet) {
        sc_time delay;
        network.multicast(tree, delay);
        last = std::max(last, delay);
    }
    EXPECT_EQ(last, sc_time(50 * 10 - 1 + (3 + 1) * 3, SC_NS));
    EXPECT_EQ(network.busy(), sc_time(5 * 500, SC_NS)) << "out of the tile, three hops, into the tile";
    EXPECT_EQ(network.links_in_use(), 5u);
}

class SaturatedTopology : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Every, SaturatedTopology, ::testing::ValuesIn(topology_names()));

TEST_P(SaturatedTopology, CarriesAFlitACycleOnTheWayThatAllPacketsTake) {
    Network network("network", make_topology(GetParam(), {48, 2, 32}), kCycle, kHop);
    const std::vector<int> to{47};
    const Tree tree = network.topology().multicast(0, to, 256);  // 64 flits
    constexpr int kPackets = 2000;
    sc_time last;
    for (int packet = 0; packet < kPackets; ++packet) {
        sc_time delay;
        network.multicast(tree, delay);
        last = std::max(last, delay);
    }
    const double expected = kPackets * 64.0 + (network.topology().hops(0, 47) + 1) * 3.0 - 1.0;
    EXPECT_NEAR(last / kCycle, expected, 0.01 * expected);
    EXPECT_EQ(network.flits_carried(), network.flits_given());
}

TEST_P(SaturatedTopology, GivesAGatherOfDistantTilesTheTimeOfTheLongestWay) {
    Network network("network", make_topology(GetParam(), {48, 2, 32}), kCycle, kHop);
    const std::vector<int> from{1, 20, 47};
    sc_time delay;
    network.gather(network.topology().gather(from, 0, 256, 256), delay);
    int hops = 0;
    for (const int tile : from) hops = std::max(hops, network.topology().hops(tile, 0));
    // Where sums are added on the way, the last link carries the vector once; a bus carries every tile's.
    const int flits = GetParam() == "bus" ? 3 * 64 : 64;
    EXPECT_EQ(delay, (hops + 1) * kHop + (flits - 1) * kCycle);
}

TEST(Network, PacketsOnOtherLinksDoNotWait) {
    Network network("network", make_mesh({16, 1, 32}), kCycle, kHop);
    const std::vector<int> east{1}, west{2};
    sc_time first, second;
    network.multicast(network.topology().multicast(0, east, 400), first);
    network.multicast(network.topology().multicast(3, west, 400), second);
    EXPECT_EQ(first, second);
}

TEST(Bus, ServesOneAfterTheOther) {
    Bus bus("bus", 384, kCycle);
    sc_time first(2, SC_NS), second;
    bus.transfer(768, first);  // 16 cycles of 48 bytes
    bus.transfer(49, second);
    EXPECT_EQ(first, sc_time(18, SC_NS));
    EXPECT_EQ(second, sc_time(20, SC_NS));
    EXPECT_EQ(bus.bytes(), 817u);
}

}  // namespace
}  // namespace berth::interconnect

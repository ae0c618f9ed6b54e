// SPDX-License-Identifier: Apache-2.0
#include "models/interconnect/network.hpp"

#include "models/interconnect/bus.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "tests/tlm/packet_train.hpp"

namespace berth::interconnect {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;

const sc_time kCycle(1, SC_NS), kHop(3, SC_NS);

TEST(Network, TakesTheClosedFormsTimeWhereNobodyElseIsThere) {
    Network network("network", make_mesh({16, 1, 32}), {kCycle, kHop});
    const int far = 15;  // three east, three south
    const std::vector<int> to{far};
    const Tree tree = network.topology().multicast(0, to, 40);  // 10 flits
    sc_time delay(7, SC_NS);
    EXPECT_TRUE(network.multicast(tree, delay));
    EXPECT_EQ(delay, sc_time(7 + (6 + 1) * 3 + (10 - 1), SC_NS));
    EXPECT_EQ(network.router_flits(), 70u);
}

TEST(Network, GatherOfOneTileTakesAsLongAsSendingToIt) {
    Network network("network", make_mesh({16, 1, 32}), {kCycle, kHop});
    const std::vector<int> one{15};
    sc_time delay;
    EXPECT_TRUE(network.gather(network.topology().gather(one, 0, 40, 40), delay));
    EXPECT_EQ(delay, sc_time((6 + 1) * 3 + (10 - 1), SC_NS));
}

TEST(Network, ASaturatedLinkGivesOneFlitACycle) {
    Network network("network", make_mesh({16, 1, 32}), {kCycle, kHop});
    const std::vector<int> to{3};
    const Tree tree = network.topology().multicast(0, to, 40);
    EXPECT_EQ(test::packet_train(network, tree, 50), sc_time(50 * 10 - 1 + (3 + 1) * 3, SC_NS));
    EXPECT_EQ(network.busy(), sc_time(5 * 500, SC_NS)) << "out of the tile, three hops, into the tile";
    EXPECT_EQ(network.links_in_use(), 5u);
}

class SaturatedTopology : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Every, SaturatedTopology, ::testing::ValuesIn(topology_names()));

TEST_P(SaturatedTopology, CarriesAFlitACycleOnTheWayThatAllPacketsTake) {
    Network network("network", make_topology(GetParam(), {48, 2, 32}), {kCycle, kHop});
    const std::vector<int> to{47};
    const Tree tree = network.topology().multicast(0, to, 256);  // 64 flits
    constexpr int kPackets = 2000;
    const sc_time last = test::packet_train(network, tree, kPackets);
    const double expected = kPackets * 64.0 + (network.topology().hops(0, 47) + 1) * 3.0 - 1.0;
    EXPECT_NEAR(last / kCycle, expected, 0.01 * expected);
    EXPECT_EQ(network.flits_carried(), network.flits_given());
}

TEST_P(SaturatedTopology, GivesAGatherOfDistantTilesTheTimeOfTheLongestWay) {
    Network network("network", make_topology(GetParam(), {48, 2, 32}), {kCycle, kHop});
    const std::vector<int> from{1, 20, 47};
    sc_time delay;
    EXPECT_TRUE(network.gather(network.topology().gather(from, 0, 256, 256), delay));
    int hops = 0;
    for (const int tile : from) hops = std::max(hops, network.topology().hops(tile, 0));
    // Where sums are added on the way, the last link carries the vector once; a bus carries every tile's.
    const int flits = GetParam() == "bus" ? 3 * 64 : 64;
    EXPECT_EQ(delay, (hops + 1) * kHop + (flits - 1) * kCycle);
}

TEST(Network, PacketsOnOtherLinksDoNotWait) {
    Network network("network", make_mesh({16, 1, 32}), {kCycle, kHop});
    const std::vector<int> east{1}, west{2};
    sc_time first, second;
    EXPECT_TRUE(network.multicast(network.topology().multicast(0, east, 400), first));
    EXPECT_TRUE(network.multicast(network.topology().multicast(3, west, 400), second));
    EXPECT_EQ(first, second);
}

TEST(Network, HasTheCreditsTimeWhereBuffersAreFinite) {
    const auto arrival = [](std::int64_t buffer_flits) {
        Network network("network", make_mesh({16, 1, 32}), {kCycle, kHop, buffer_flits, kCycle});
        const std::vector<int> to{3};
        sc_time delay;
        EXPECT_TRUE(network.multicast(network.topology().multicast(0, to, 400), delay));
        EXPECT_EQ(network.flits_carried(), network.flits_given());
        EXPECT_EQ(network.links_in_use(), 5u);
        return delay;
    };
    EXPECT_EQ(arrival(4), arrival(0)) << "a round trip of 3 + 1 cycles is covered";
    // Two flits every four cycles: the last of a hundred sets out 49 rounds and a cycle behind the first.
    EXPECT_EQ(arrival(2), 4 * kHop + 49 * 4 * kCycle + kCycle);
}

NetworkDesign erring(double rate, int limit, std::int64_t buffer_flits = 0) {
    return {kCycle, kHop, buffer_flits, kCycle, {rate, crc_code("crc16_ccitt"), limit, 3}};
}

TEST(Network, TakesARoundTripMoreForEveryFlitThatIsSentAgain) {
    Network network("network", make_mesh({2, 1, 32}), erring(1e-3, 1000));
    const std::vector<int> to{1};
    const Tree tree = network.topology().multicast(0, to, 400);
    constexpr int kPackets = 2000;
    const sc_time last = test::packet_train(network, tree, kPackets);
    const auto retries = static_cast<double>(network.errors().retries);
    const double q = 1 - std::pow(1 - 1e-3, 48), flits = kPackets * 100.0;
    EXPECT_NEAR(retries, 3 * flits * q / (1 - q), 4 * std::sqrt(3 * flits * q) / (1 - q)) << "on three links";
    // A third of them on the hop between the routers, each for its round trip of four cycles, sets the pace.
    const double expected = flits + flits * q / (1 - q) * 4;
    EXPECT_NEAR(last / kCycle, expected, 0.01 * expected);
    EXPECT_EQ(network.flits_carried(), network.flits_given());
    EXPECT_GT(network.router_flits(), static_cast<std::uint64_t>(2 * flits)) << "flits sent again pass routers again";
}

TEST(Network, SaysWhenAFlitNeverCameRight) {
    Network network("network", make_mesh({2, 1, 32}), erring(0.05, 1));
    const std::vector<int> to{1};
    const Tree tree = network.topology().multicast(0, to, 400);
    int whole = 0;
    for (int packet = 0; packet < 10; ++packet) {
        sc_time delay;
        whole += network.multicast(tree, delay);
    }
    EXPECT_EQ(whole, 0) << "at this rate nine flits of ten come wrong";
    EXPECT_GT(network.errors().lost, 0u);
}

TEST(Network, LosesNothingToErrorsWhereBuffersAreFinite) {
    Network network("network", make_torus({16, 1, 32}), erring(1e-3, 1000, 4));
    std::vector<int> to(16);
    std::iota(to.begin(), to.end(), 0);
    for (int home = 0; home < 16; ++home) {
        sc_time out, back;
        EXPECT_TRUE(network.multicast(network.topology().multicast(home, to, 100), out));
        EXPECT_TRUE(network.gather(network.topology().gather(to, home, 20, 100), back));
    }
    EXPECT_GT(network.errors().retries, 0u);
    EXPECT_EQ(network.flits_carried(), network.flits_given());
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

// SPDX-License-Identifier: Apache-2.0
#include "models/interconnect/credit_flow.hpp"

#include "models/interconnect/passage.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "tests/tlm/wormhole_reference.hpp"

namespace berth::interconnect {
namespace {

constexpr std::int64_t kHop = 3, kCredit = 1;

/// Whole cycles, so that equality is exact.
CreditDesign<double> design(std::int64_t depth) { return {depth, 1.0, double(kHop), double(kCredit)}; }

/// The network with buffers that are deep enough for anything, as the platform has it where no depth is given.
struct Deep {
    const Topology& topology;
    std::vector<Calendar<double>> links = std::vector<Calendar<double>>(static_cast<std::size_t>(topology.links()));
    std::vector<Passage<double>> passages{};

    double pass(const Tree& tree, double start, bool meet) {
        const auto through = [this](const TreeStep& step, Passage<double>& passage) {
            const double hop = topology.routers_before(step.link) > 0 ? kHop : 0.0, length = static_cast<double>(step.flits);
            const double begin = links[static_cast<std::size_t>(step.link)].serve(0.0, passage.head, length);
            passage.tail = std::max(passage.tail, begin + length - 1) + hop;
            passage.head = begin + hop;
        };
        return meet ? pass_gather(tree, start, passages, through) : pass_multicast(tree, start, passages, through);
    }
};

struct Packet {
    Tree tree;
    bool meet;
    double start;
};

std::vector<Packet> random_packets(const Topology& topology, int most) {
    const int tiles = topology.shape().tiles;
    std::vector<Packet> packets;
    const int count = *rc::gen::inRange(1, most);
    for (int i = 0; i < count; ++i) {
        const auto others = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, tiles));
        const std::set<int> apart(others.begin(), others.end());
        const std::vector<int> list(apart.begin(), apart.end());
        const int home = *rc::gen::inRange(0, tiles);
        const std::int64_t bytes = 4 * *rc::gen::inRange(1, 40);
        const bool meet = *rc::gen::arbitrary<bool>();
        packets.push_back({meet ? topology.gather(list, home, bytes, 3 * bytes) : topology.multicast(home, list, bytes), meet,
                           static_cast<double>(*rc::gen::inRange(0, 100))});
    }
    return packets;
}

RC_GTEST_PROP(CreditFlow, IsTheDeepNetworkWhereBuffersHoldWholePackets, ()) {
    const std::string name = *rc::gen::element<std::string>("mesh", "h_tree", "bus");
    const auto topology = make_topology(name, {*rc::gen::inRange(2, 20), 1, 32});
    CreditFlow<double> flow(*topology, design(100000));
    Deep deep{*topology};
    for (const Packet& packet : random_packets(*topology, 12))
        RC_ASSERT(flow.pass(packet.tree, 0.0, packet.start) == deep.pass(packet.tree, packet.start, packet.meet));
}

RC_GTEST_PROP(CreditFlow, BringsEveryPacketThroughAtSaturationWhateverTheDepth, ()) {
    const auto topology = make_topology(*rc::gen::elementOf(topology_names()), {*rc::gen::inRange(2, 20), 1, 32});
    const std::int64_t depth = *rc::gen::inRange(1, 9);
    CreditFlow<double> flow(*topology, design(depth));
    double one_by_one = 0.0, last = 0.0;
    for (const Packet& packet : random_packets(*topology, 20)) {
        CreditFlow<double> alone(*topology, design(depth));
        const double through = alone.pass(packet.tree, 0.0, 0.0), loaded = flow.pass(packet.tree, 0.0, packet.start) - packet.start;
        RC_ASSERT(loaded >= through);
        one_by_one += through + kHop + kCredit;
        last = std::max(last, loaded + packet.start);
    }
    // If each waited for all before it to be through, their places free again, it could not be later.
    RC_ASSERT(last <= one_by_one + 100.0);
}

RC_GTEST_PROP(CreditFlow, LetsALonePacketThroughNoLaterWithDeeperBuffers, ()) {
    const auto topology = make_topology(*rc::gen::elementOf(topology_names()), {*rc::gen::inRange(2, 20), 1, 32});
    for (const Packet& packet : random_packets(*topology, 4)) {
        double before = 0.0;
        for (const std::int64_t depth : {1000, 8, 4, 3, 2, 1}) {
            CreditFlow<double> flow(*topology, design(depth));
            const double through = flow.pass(packet.tree, 0.0, packet.start);
            RC_ASSERT(through >= before);
            before = through;
        }
    }
}

class OneHop : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Depths, OneHop, ::testing::Values(1, 2, 3, 4, 5, 8, 16));

TEST_P(OneHop, CarriesDepthFlitsARoundTrip) {
    const int depth = GetParam();
    const auto mesh = make_mesh({2, 1, 32});
    const std::vector<int> to{1};
    const Tree tree = mesh->multicast(0, to, 4 * 240);
    CreditFlow<double> flow(*mesh, design(depth));
    constexpr int kPackets = 50;
    double last = 0.0;
    for (int i = 0; i < kPackets; ++i) last = std::max(last, flow.pass(tree, 0.0, 0.0));
    const double expected = std::min(1.0, depth / double(kHop + kCredit));
    EXPECT_NEAR(kPackets * 240 / last, expected, 0.01 * expected);
}

TEST(CreditFlow, LetsAPacketThatWaitsStandOnTheLinksBehindIt) {
    // Tiles 0 and 1 send to 2 over the last hop; 0's second packet for 1 finds the first hop held by the one that waits.
    const auto mesh = make_mesh({9, 1, 32});
    const std::vector<int> two{2}, one{1};
    const Tree blocker = mesh->multicast(1, two, 4 * 100), waiting = mesh->multicast(0, two, 4 * 100), behind = mesh->multicast(0, one, 4);
    const auto arrival = [&](std::int64_t depth) {
        CreditFlow<double> flow(*mesh, design(depth));
        flow.pass(blocker, 0.0, 0.0);
        flow.pass(waiting, 0.0, 0.0);
        return flow.pass(behind, 0.0, 0.0);
    };
    EXPECT_EQ(arrival(1000), 100 + 2 * kHop) << "behind the other in the tile's own link alone";
    EXPECT_GT(arrival(4), 190) << "the packet before stands on the hop until the last has room";
}

RC_GTEST_PROP(WormholeReference, NeverStandsStill, ()) {
    const auto topology = make_topology(*rc::gen::element<std::string>("mesh", "torus", "h_tree"), {*rc::gen::inRange(4, 26), 1, 32});
    const int depth = *rc::gen::inRange(1, 5);
    const std::uint64_t seed = *rc::gen::inRange(0, 1000);
    RC_ASSERT(test::WormholeReference(*topology, depth, topology->channels()).all_through(seed, 60, 12));
}

TEST(WormholeReference, StandsStillOnATorusOfOneChannel) {
    const auto torus = make_torus({64, 1, 32});
    int stuck = 0;
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        stuck += !test::WormholeReference(*torus, 1, 1).all_through(seed, 400, 30);
        EXPECT_TRUE(test::WormholeReference(*torus, 1, 2).all_through(seed, 400, 30));
    }
    EXPECT_GT(stuck, 0) << "the reference finds no deadlock where there is one";
}

}  // namespace
}  // namespace berth::interconnect

// SPDX-License-Identifier: Apache-2.0
#include "models/interconnect/mesh_network.hpp"

#include "models/interconnect/bus.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <vector>

namespace berth::interconnect {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;

const sc_time kCycle(1, SC_NS), kHop(3, SC_NS);

TEST(Mesh, IsAsSquareAsCanBeAndSharesRouters) {
    const Mesh mesh(168, 4, 32);  // ISAAC: 168 tiles, 4 a router
    EXPECT_EQ(mesh.width(), 7);
    EXPECT_EQ(mesh.height(), 6);
    EXPECT_EQ(mesh.hops(0, 3), 0);
    EXPECT_EQ(mesh.hops(0, 167), 6 + 5);
    EXPECT_EQ(mesh.flits(9), 3);
}

RC_GTEST_PROP(Mesh, RoutesAreAsLongAsTheDistanceAndEndInTheirTile, ()) {
    const int tiles = *rc::gen::inRange(1, 200);
    const Mesh mesh(tiles, *rc::gen::inRange(1, 5), 32);
    const int from = *rc::gen::inRange(0, tiles), to = *rc::gen::inRange(0, tiles);
    const auto links = mesh.route(from, to);
    RC_ASSERT(links.size() == (from == to ? 0u : static_cast<std::size_t>(mesh.hops(from, to)) + 2));
    for (const int link : links) RC_ASSERT(link >= 0 && link < mesh.links());
    RC_ASSERT(std::set<int>(links.begin(), links.end()).size() == links.size());
}

RC_GTEST_PROP(Mesh, NoLinkOfATreeCarriesTheVectorTwice, ()) {
    const int tiles = *rc::gen::inRange(1, 100);
    const Mesh mesh(tiles, 1, 32);
    auto far = *rc::gen::container<std::set<int>>(rc::gen::inRange(0, tiles));
    const std::vector<int> others(far.begin(), far.end());
    const int home = *rc::gen::inRange(0, tiles);
    const Tree out = mesh.multicast(home, others, 400);
    std::set<int> seen;
    for (const TreeStep& step : out.steps) {
        RC_ASSERT(seen.insert(step.link).second);
        RC_ASSERT(step.flits == 100);
    }
    const Tree back = mesh.gather(others, home, 100, 400);
    std::int64_t into_home = 0;
    for (std::size_t i = 0; i < back.steps.size(); ++i) {
        const TreeStep& step = back.steps[i];
        RC_ASSERT(step.flits <= 100);
        RC_ASSERT(step.next == -1 || step.next > static_cast<int>(i));
        if (step.next == -1) into_home += step.flits;
    }
    const auto sources = static_cast<std::int64_t>(std::count_if(others.begin(), others.end(), [&](int tile) { return tile != home; }));
    RC_ASSERT(into_home == std::min<std::int64_t>(100, sources * 25));
}

TEST(MeshNetwork, TakesTheClosedFormsTimeWhereNobodyElseIsThere) {
    MeshNetwork network("network", Mesh(16, 1, 32), kCycle, kHop);
    const int far = 15;  // three east, three south
    const std::vector<int> to{far};
    const Tree tree = network.mesh().multicast(0, to, 40);  // 10 flits
    sc_time delay(7, SC_NS);
    network.multicast(tree, delay);
    EXPECT_EQ(delay, sc_time(7 + (6 + 1) * 3 + (10 - 1), SC_NS));
    EXPECT_EQ(network.router_flits(), 70u);
}

TEST(MeshNetwork, GatherOfOneTileTakesAsLongAsSendingToIt) {
    MeshNetwork network("network", Mesh(16, 1, 32), kCycle, kHop);
    const std::vector<int> one{15};
    sc_time delay;
    network.gather(network.mesh().gather(one, 0, 40, 40), delay);
    EXPECT_EQ(delay, sc_time((6 + 1) * 3 + (10 - 1), SC_NS));
}

TEST(MeshNetwork, ASaturatedLinkGivesOneFlitACycle) {
    MeshNetwork network("network", Mesh(16, 1, 32), kCycle, kHop);
    const std::vector<int> to{3};
    const Tree tree = network.mesh().multicast(0, to, 40);
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

TEST(MeshNetwork, PacketsOnOtherLinksDoNotWait) {
    MeshNetwork network("network", Mesh(16, 1, 32), kCycle, kHop);
    const std::vector<int> east{1}, west{2};
    sc_time first, second;
    network.multicast(network.mesh().multicast(0, east, 400), first);
    network.multicast(network.mesh().multicast(3, west, 400), second);
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

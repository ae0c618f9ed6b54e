// SPDX-License-Identifier: Apache-2.0
#include "models/interconnect/chips.hpp"

#include "models/interconnect/network.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <cstdlib>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/tlm/packet_train.hpp"

namespace berth::interconnect {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;

/// Any number of chips of any topology.
struct Any {
    std::string name = *rc::gen::elementOf(topology_names());
    int tiles = *rc::gen::inRange(1, 30);
    int chips = *rc::gen::inRange(1, 12);
    std::shared_ptr<const Topology> chip = make_topology(name, {tiles, *rc::gen::inRange(1, 5), 32});
    Chips topology{chip, chips, {2.0, 6.0}};

    [[nodiscard]] int tile() const { return *rc::gen::inRange(0, tiles * chips); }
    [[nodiscard]] int links_between(int a, int b) const {
        const int width = static_cast<int>(std::ceil(std::sqrt(chips)));
        return std::abs(a % width - b % width) + std::abs(a / width - b / width);
    }
};

RC_GTEST_PROP(Chips, HaveRoutesThatConnectAndCrossAsManyLinksAsTheirPlacesAreApart, ()) {
    const Any any;
    const Topology& topology = any.topology;
    const int from = any.tile(), to = any.tile(), first_tile = topology.routers();
    const auto links = topology.route(from, to);
    RC_ASSERT(links.empty() == (from == to));
    int at = first_tile + from, crossed = 0;
    for (const int link : links) {
        RC_ASSERT(link >= 0 && link < topology.links());
        const auto ends = topology.ends(link);
        RC_ASSERT(ends.from == at || ends.from == Topology::kEveryTile || at == Topology::kEveryTile);
        at = ends.to;
        crossed += topology.joins_chips(link);
        RC_ASSERT(topology.cycles_per_flit(link) == (topology.joins_chips(link) ? 2.0 : 1.0));
    }
    if (from != to) RC_ASSERT(at == first_tile + to || at == Topology::kEveryTile);
    RC_ASSERT(crossed == any.links_between(from / any.tiles, to / any.tiles));
    RC_ASSERT(topology.channels_of(links, Topology::Flow::spread).size() == links.size());
    RC_ASSERT(std::set<int>(links.begin(), links.end()).size() == links.size());
}

RC_GTEST_PROP(Chips, OfOneChipAreThatChip, ()) {
    const std::string name = *rc::gen::elementOf(topology_names());
    const int tiles = *rc::gen::inRange(1, 40);
    const std::shared_ptr<const Topology> chip = make_topology(name, {tiles, 2, 32});
    const Chips one(chip, 1, {2.0, 6.0});
    const int from = *rc::gen::inRange(0, tiles), to = *rc::gen::inRange(0, tiles);
    RC_ASSERT(one.hops(from, to) == chip->hops(from, to));
    RC_ASSERT(one.route(from, to).size() == chip->route(from, to).size());
    for (const int link : one.route(from, to)) RC_ASSERT(!one.joins_chips(link));
}

RC_GTEST_PROP(Chips, CopyAPacketWhereWaysPartAndAddSumsWhereTheyMeet, ()) {
    const Any any;
    const int home = any.tile();
    const auto set = *rc::gen::container<std::set<int>>(rc::gen::inRange(0, any.tiles * any.chips));
    const std::vector<int> others(set.begin(), set.end());
    const Tree out = any.topology.multicast(home, others, 400), back = any.topology.gather(others, home, 100, 400);
    std::set<int> out_links, back_links;
    for (std::size_t i = 0; i < out.steps.size(); ++i) {
        RC_ASSERT(out_links.insert(out.steps[i].link).second);
        RC_ASSERT(out.steps[i].previous < static_cast<int>(i));
    }
    for (std::size_t i = 0; i < back.steps.size(); ++i) {
        RC_ASSERT(back_links.insert(back.steps[i].link).second);
        RC_ASSERT(back.steps[i].next == -1 || back.steps[i].next > static_cast<int>(i));
        if (any.chip->adds_on_the_way()) RC_ASSERT(back.steps[i].flits <= 100);
    }
    std::int64_t crossing = 0;
    for (const int link : out_links) crossing += any.topology.joins_chips(link);
    RC_ASSERT(out.chip_flits == 100 * crossing);
    // The ways to a target are a tree: every link leads on to one other.
    std::map<int, std::set<int>> leads;
    for (const int tile : others) {
        const auto way = any.topology.route(tile, home);
        for (std::size_t i = 0; i + 1 < way.size(); ++i) leads[way[i]].insert(way[i + 1]);
    }
    for (const auto& [link, next] : leads) RC_ASSERT(next.size() == 1u);
}

TEST(Chips, TakeAPacketMoreThanOneChipAndAsLongAsTheirLinkIsSlow) {
    const sc_time cycle(1, SC_NS), hop(3, SC_NS);
    const auto seconds = [&](double cycles_per_flit) {
        const std::shared_ptr<const Topology> chip = make_mesh({4, 1, 32});
        Network network("network", std::make_shared<const Chips>(chip, 2, ChipLink{cycles_per_flit, 6.0}), {cycle, hop});
        const std::vector<int> to{4};  // tile 0 of the second chip
        const Tree tree = network.topology().multicast(0, to, 40);
        sc_time delay;
        EXPECT_TRUE(network.multicast(tree, delay));
        EXPECT_EQ(network.chip_flits(), 10u);
        EXPECT_EQ(network.flits_given(), network.flits_carried());
        return delay;
    };
    // Out of the tile, over the link behind a router, through the other router into the tile: 10 flits.
    EXPECT_EQ(seconds(1.0), sc_time(2 * 3 + 6 + 9, SC_NS));
    EXPECT_EQ(seconds(0.75), sc_time(2 * 3 + 6 + 9, SC_NS)) << "flits come no faster than they are sent";
    EXPECT_EQ(seconds(2.0), sc_time(2 * 3 + 6 + 2 * 9, SC_NS));
}

TEST(Chips, SaturateTheirLinkAtItsRate) {
    const sc_time cycle(1, SC_NS), hop(3, SC_NS);
    const std::shared_ptr<const Topology> chip = make_mesh({4, 1, 32});
    Network network("network", std::make_shared<const Chips>(chip, 2, ChipLink{2.0, 6.0}), {cycle, hop});
    const std::vector<int> to{7};
    const Tree tree = network.topology().multicast(1, to, 400);
    constexpr int kPackets = 50;
    const sc_time last = test::packet_train(network, tree, kPackets);
    EXPECT_NEAR(last.to_seconds(), kPackets * 100 * 2e-9, 0.01 * kPackets * 100 * 2e-9);
}

}  // namespace
}  // namespace berth::interconnect

// SPDX-License-Identifier: Apache-2.0
#include "models/interconnect/topology.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <memory>
#include <numeric>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace berth::interconnect {
namespace {

/// Any topology of any shape.
struct Any {
    std::string name = *rc::gen::elementOf(topology_names());
    int tiles = *rc::gen::inRange(1, 120);
    int per_router = *rc::gen::inRange(1, 5);
    std::unique_ptr<const Topology> topology = make_topology(name, {tiles, per_router, 32});

    [[nodiscard]] int tile() const { return *rc::gen::inRange(0, tiles); }
    [[nodiscard]] std::vector<int> some_tiles() const {
        const auto any = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, tiles));
        const std::set<int> apart(any.begin(), any.end());
        return {apart.begin(), apart.end()};
    }
};

/// Where a topology's closed form has two tiles' routers.
int ring(int a, int b, int size) { return std::min(std::abs(a - b), size - std::abs(a - b)); }

int closed_form_hops(const Any& any, int from, int to) {
    const int a = from / any.per_router, b = to / any.per_router;
    const int taken = (any.tiles + any.per_router - 1) / any.per_router;
    const int width = static_cast<int>(std::ceil(std::sqrt(taken))), height = (taken + width - 1) / width;
    if (any.name == "mesh") return std::abs(a % width - b % width) + std::abs(a / width - b / width);
    if (any.name == "torus") return ring(a % width, b % width, width) + ring(a / width, b / width, height);
    if (any.name == "bus") return 0;
    int levels = 0;
    for (int size = 1; a / size != b / size; size *= 4) ++levels;
    return 2 * levels;
}

RC_GTEST_PROP(Topology, HasRoutesThatConnectAndAreAsLongAsTheClosedFormSays, ()) {
    const Any any;
    const int from = any.tile(), to = any.tile();
    const auto links = any.topology->route(from, to);
    RC_ASSERT(any.topology->hops(from, to) == closed_form_hops(any, from, to));
    if (from == to) RC_ASSERT(links.empty());
    if (from == to) return;
    const int first_tile = any.topology->routers();
    int at = first_tile + from, between_routers = 0;
    for (const int link : links) {
        RC_ASSERT(link >= 0 && link < any.topology->links());
        const auto ends = any.topology->ends(link);
        RC_ASSERT(ends.from == at || ends.from == Topology::kEveryTile);
        at = ends.to == Topology::kEveryTile ? first_tile + to : ends.to;
        between_routers += ends.from >= 0 && ends.from < first_tile && ends.to < first_tile;
    }
    RC_ASSERT(at == first_tile + to);
    RC_ASSERT(between_routers == any.topology->hops(from, to));
    RC_ASSERT(std::set<int>(links.begin(), links.end()).size() == links.size());
    int routers = 0;
    for (const int link : links) routers += any.topology->routers_before(link) > 0;
    RC_ASSERT(routers == any.topology->hops(from, to) + 1);
}

RC_GTEST_PROP(Topology, BringsACopyToEachTargetOnceAndNoLinkCarriesTwo, ()) {
    const Any any;
    const int home = any.tile();
    const auto targets = any.some_tiles();
    const Tree tree = any.topology->multicast(home, targets, 400);
    std::map<int, int> arrivals;  // by node
    std::set<int> seen;
    bool shared = false;
    for (std::size_t i = 0; i < tree.steps.size(); ++i) {
        const TreeStep& step = tree.steps[i];
        RC_ASSERT(step.flits == 100);
        RC_ASSERT(seen.insert(step.link).second);
        const auto ends = any.topology->ends(step.link);
        shared = shared || ends.to == Topology::kEveryTile;
        ++arrivals[ends.to];
        if (step.previous < 0) continue;
        RC_ASSERT(step.previous < static_cast<int>(i));
        RC_ASSERT(any.topology->ends(tree.steps[static_cast<std::size_t>(step.previous)].link).to == ends.from);
    }
    for (const auto& [node, count] : arrivals) RC_ASSERT(count == 1);
    const bool elsewhere = std::any_of(targets.begin(), targets.end(), [&](int tile) { return tile != home; });
    RC_ASSERT(shared == (elsewhere && any.name == "bus"));
    if (shared) return;
    std::set<int> expected, reached;
    for (const int tile : targets)
        if (tile != home) expected.insert(tile);
    for (const auto& [node, count] : arrivals)
        if (node >= any.topology->routers()) reached.insert(node - any.topology->routers());
    RC_ASSERT(reached == expected);
}

RC_GTEST_PROP(Topology, BringsTheSumsOfEveryTileHome, ()) {
    const Any any;
    const int home = any.tile();
    const auto sources = any.some_tiles();
    const Tree tree = any.topology->gather(sources, home, 100, 400);
    std::int64_t into_home = 0;
    std::set<int> seen;
    for (std::size_t i = 0; i < tree.steps.size(); ++i) {
        const TreeStep& step = tree.steps[i];
        RC_ASSERT(seen.insert(step.link).second);
        RC_ASSERT(step.next == -1 || step.next > static_cast<int>(i));
        RC_ASSERT(any.name == "bus" || step.flits <= 100);
        if (step.next == -1) into_home += step.flits;
    }
    const auto others = std::count_if(sources.begin(), sources.end(), [&](int tile) { return tile != home; });
    const std::int64_t sums = others * 25;
    RC_ASSERT(into_home == (any.name == "bus" ? sums : std::min<std::int64_t>(100, sums)));
}

/// What waits for what: a packet that holds one virtual channel of a link may wait for the next on its way.
using Channel = std::pair<int, int>;  // link, virtual channel
using Dependencies = std::map<Channel, std::set<Channel>>;

void add_route(const Topology& topology, int from, int to, Topology::Flow flow, bool channels, Dependencies& waits) {
    const auto links = topology.route(from, to);
    const auto numbers = topology.channels_of(links, flow);
    for (std::size_t i = 0; i + 1 < links.size(); ++i)
        waits[{links[i], channels ? numbers[i] : 0}].insert({links[i + 1], channels ? numbers[i + 1] : 0});
}

Dependencies all_routes(const Topology& topology, bool channels) {
    Dependencies waits;
    for (int from = 0; from < topology.shape().tiles; ++from)
        for (int to = 0; to < topology.shape().tiles; ++to)
            for (const auto flow : {Topology::Flow::spread, Topology::Flow::meet}) add_route(topology, from, to, flow, channels, waits);
    return waits;
}

/// Takes away what waits for nothing until nothing is left, or a circle.
bool has_circle(Dependencies waits) {
    for (bool changed = true; changed;) {
        changed = false;
        for (auto at = waits.begin(); at != waits.end();) {
            std::erase_if(at->second, [&](const Channel& next) { return !waits.contains(next); });
            const bool free = at->second.empty();
            at = free ? waits.erase(at) : std::next(at);
            changed = changed || free;
        }
    }
    return !waits.empty();
}

RC_GTEST_PROP(Topology, HasNoCircleOfChannelsThatWaitForOneAnother, ()) {
    const std::string name = *rc::gen::elementOf(topology_names());
    const int tiles = *rc::gen::inRange(1, 40);
    RC_ASSERT(!has_circle(all_routes(*make_topology(name, {tiles, *rc::gen::inRange(1, 3), 32}), true)));
}

TEST(Torus, WouldHaveACircleWithoutItsVirtualChannels) {
    EXPECT_TRUE(has_circle(all_routes(*make_torus({25, 1, 32}), false)));
    EXPECT_FALSE(has_circle(all_routes(*make_torus({25, 1, 32}), true)));
}

RC_GTEST_PROP(Topology, KeepsEveryPacketOnOneChannelOfALink, ()) {
    // Copies of a packet, and packets whose sums are added, share a link: they must agree on its channel.
    const Any any;
    const int home = any.tile();
    std::map<int, int> spread, meet;
    for (int tile = 0; tile < any.tiles; ++tile) {
        const auto out = any.topology->route(home, tile), back = any.topology->route(tile, home);
        const auto out_channels = any.topology->channels_of(out, Topology::Flow::spread);
        const auto back_channels = any.topology->channels_of(back, Topology::Flow::meet);
        for (std::size_t i = 0; i < out.size(); ++i) RC_ASSERT(spread.emplace(out[i], out_channels[i]).first->second == out_channels[i]);
        for (std::size_t i = 0; i < back.size(); ++i) RC_ASSERT(meet.emplace(back[i], back_channels[i]).first->second == back_channels[i]);
        for (const int channel : out_channels) RC_ASSERT(channel < any.topology->channels());
    }
}

TEST(Mesh, IsAsSquareAsCanBeAndSharesRouters) {
    const auto mesh = make_mesh({168, 4, 32});  // ISAAC: 168 tiles, 4 a router
    EXPECT_EQ(mesh->routers(), 7 * 6);
    EXPECT_EQ(mesh->ports(), 42 * 8);
    EXPECT_EQ(mesh->hops(0, 3), 0);
    EXPECT_EQ(mesh->hops(0, 167), 6 + 5);
    EXPECT_EQ(mesh->flits(9), 3);
}

TEST(HTree, HasOneRouterForFourBelowIt) {
    const auto tree = make_h_tree({256, 4, 32});  // 64 leaves, 16, 4 and the top
    EXPECT_EQ(tree->routers(), 64 + 16 + 4 + 1);
    EXPECT_EQ(tree->ports(), 256 + 2 * 84);
    EXPECT_EQ(tree->hops(0, 15), 2);
    EXPECT_EQ(tree->hops(0, 255), 6);
}

TEST(SharedBus, HasOneMediumThatEveryFlitOccupiesOnce) {
    const auto bus = make_shared_bus({64, 4, 32});
    const std::vector<int> to{1, 2, 63};
    const Tree tree = bus->multicast(0, to, 40);
    ASSERT_EQ(tree.steps.size(), 1u);
    EXPECT_EQ(tree.link_flits, 10);
    EXPECT_EQ(tree.router_flits, 10 * 16) << "a flit drives the stations of 16 routers' places";
}

}  // namespace
}  // namespace berth::interconnect

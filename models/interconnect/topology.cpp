// SPDX-License-Identifier: Apache-2.0
#include "models/interconnect/topology.hpp"

#include <algorithm>
#include <unordered_map>

namespace berth::interconnect {

std::vector<int> Topology::route(int from, int to) const {
    if (from == to) return {};
    std::vector<int> links{out_of_tile(from)};
    for (const int link : route_between(router_of(from), router_of(to))) links.push_back(link);
    links.push_back(into_tile(to));
    return links;
}

Topology::Ends Topology::ends(int link) const {
    if (link < router_links()) return router_link_ends(link);
    const int tile = (link - router_links()) % shape_.tiles, number = routers() + tile;
    return link < router_links() + shape_.tiles ? Ends{router_of(tile), number} : Ends{number, router_of(tile)};
}

std::vector<int> Topology::channels_of(std::span<const int> route, Flow) const { return std::vector<int>(route.size(), 0); }

Tree Topology::multicast(int from, std::span<const int> to, std::int64_t bytes) const {
    Tree tree;
    std::unordered_map<int, int> known;  // link to step
    for (const int tile : to) {
        int previous = -1;
        const std::vector<int> way = route(from, tile), channels = channels_of(way, Flow::spread);
        for (std::size_t i = 0; i < way.size(); ++i) {
            const auto [step, is_new] = known.emplace(way[i], static_cast<int>(tree.steps.size()));
            if (is_new) tree.steps.push_back({way[i], flits(bytes), -1, previous, channels[i]});
            previous = step->second;
        }
    }
    count_flits(tree);
    return tree;
}

Tree Topology::gather(std::span<const int> from, int to, std::int64_t share, std::int64_t whole) const {
    struct Link {
        std::int64_t sources = 0;
        int to_go = 0;  // links still to come, itself included
        int next = -1;
        int channel = 0;
    };
    std::unordered_map<int, Link> links;
    for (const int tile : from) {
        const std::vector<int> way = route(tile, to), channels = channels_of(way, Flow::meet);
        for (std::size_t i = 0; i < way.size(); ++i) {
            Link& link = links[way[i]];
            ++link.sources;
            link.to_go = static_cast<int>(way.size() - i);
            link.next = i + 1 < way.size() ? way[i + 1] : -1;
            link.channel = channels[i];
        }
    }
    std::vector<int> order;
    for (const auto& [link, about] : links) order.push_back(link);
    std::sort(order.begin(), order.end(), [&](int a, int b) {
        const int far_a = links[a].to_go, far_b = links[b].to_go;
        return far_a != far_b ? far_a > far_b : a < b;
    });
    std::unordered_map<int, int> place;
    for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = static_cast<int>(i);
    Tree tree;
    for (const int link : order) {
        const Link& about = links[link];
        const std::int64_t sums = about.sources * share, bytes = adds_on_the_way() ? std::min(whole, sums) : sums;
        tree.steps.push_back({link, flits(bytes), about.next < 0 ? -1 : place[about.next], -1, about.channel});
    }
    count_flits(tree);
    return tree;
}

void Topology::count_flits(Tree& tree) const {
    for (const TreeStep& step : tree.steps) {
        tree.link_flits += step.flits;
        tree.router_flits += step.flits * routers_before(step.link);
        if (joins_chips(step.link)) tree.chip_flits += step.flits;
    }
}

}  // namespace berth::interconnect

// SPDX-License-Identifier: Apache-2.0
#include "models/interconnect/mesh.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <unordered_map>

namespace berth::interconnect {
namespace {

enum Direction { east, west, south, north };

}  // namespace

Mesh::Mesh(int tiles, int tiles_per_router, int flit_bits) : tiles_(tiles), tiles_per_router_(tiles_per_router), flit_bits_(flit_bits) {
    const int routers = (tiles + tiles_per_router - 1) / tiles_per_router;
    width_ = static_cast<int>(std::ceil(std::sqrt(static_cast<double>(routers))));
    height_ = (routers + width_ - 1) / width_;
}

int Mesh::hops(int from, int to) const {
    const int a = router(from), b = router(to);
    return std::abs(a % width_ - b % width_) + std::abs(a / width_ - b / width_);
}

std::vector<int> Mesh::route(int from, int to) const {
    if (from == to) return {};
    std::vector<int> links{out_of_tile(from)};
    int at = router(from);
    const int target = router(to);
    const auto leave = [&](Direction direction, int step) {
        links.push_back(at * kDirections + direction);
        at += step;
    };
    while (at % width_ < target % width_) leave(east, 1);
    while (at % width_ > target % width_) leave(west, -1);
    while (at / width_ < target / width_) leave(south, width_);
    while (at / width_ > target / width_) leave(north, -width_);
    links.push_back(into_tile(to));
    return links;
}

Tree Mesh::multicast(int from, std::span<const int> to, std::int64_t bytes) const {
    Tree tree;
    std::unordered_map<int, int> known;  // link to step
    for (const int tile : to) {
        int previous = -1;
        for (const int link : route(from, tile)) {
            const auto [step, is_new] = known.emplace(link, static_cast<int>(tree.steps.size()));
            if (is_new) tree.steps.push_back({link, flits(bytes), -1, previous});
            previous = step->second;
        }
    }
    count_flits(tree);
    return tree;
}

Tree Mesh::gather(std::span<const int> from, int to, std::int64_t share, std::int64_t whole) const {
    struct Link {
        std::int64_t sources = 0;
        int to_go = 0;  // links still to come, itself included
        int next = -1;
    };
    std::unordered_map<int, Link> links;
    for (const int tile : from) {
        const std::vector<int> way = route(tile, to);
        for (std::size_t i = 0; i < way.size(); ++i) {
            Link& link = links[way[i]];
            ++link.sources;
            link.to_go = static_cast<int>(way.size() - i);
            link.next = i + 1 < way.size() ? way[i + 1] : -1;
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
        tree.steps.push_back({link, flits(std::min(whole, about.sources * share)), about.next < 0 ? -1 : place[about.next], -1});
    }
    count_flits(tree);
    return tree;
}

void Mesh::count_flits(Tree& tree) const {
    for (const TreeStep& step : tree.steps) {
        tree.link_flits += step.flits;
        if (leaves_router(step.link)) tree.router_flits += step.flits;
    }
}

}  // namespace berth::interconnect

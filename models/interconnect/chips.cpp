// SPDX-License-Identifier: Apache-2.0
#include "models/interconnect/chips.hpp"

#include <cmath>
#include <stdexcept>
#include <utility>

namespace berth::interconnect {
namespace {

constexpr int kGateway = 0;  ///< the tile of each chip at whose router packets leave it and come in

TopologyShape all_tiles(const TopologyShape& chip, int chips) {
    TopologyShape shape = chip;
    shape.tiles *= chips;
    return shape;
}

}  // namespace

Chips::Chips(std::shared_ptr<const Topology> chip, int chips, const ChipLink& link)
    : Topology(all_tiles(chip->shape(), chips)),
      chip_(std::move(chip)),
      chips_(chips),
      width_(static_cast<int>(std::ceil(std::sqrt(static_cast<double>(chips))))),
      link_(link) {}

int Chips::router_of(int tile) const {
    const int tiles = chip_->shape().tiles;
    return tile / tiles * chip_->routers() + chip_->router_of(tile % tiles);
}

int Chips::outer(int chip, int link) const {
    const int within = inner_router_links(), tiles = chip_->shape().tiles;
    if (link < within) return chip * within + link;
    const int tile = (link - within) % tiles, all = shape().tiles;
    return router_links() + (link < within + tiles ? 0 : all) + chip * tiles + tile;
}

Chips::Place Chips::inner(int link) const {
    const int within = inner_router_links(), tiles = chip_->shape().tiles;
    if (link < first_link()) return {link / within, link % within};
    const int place = link - router_links(), all = shape().tiles, tile = place % all;
    return {tile / tiles, within + (place < all ? 0 : tiles) + tile % tiles};
}

int Chips::neighbour(int chip, Direction direction) const {
    switch (direction) {
        case east:
            return chip + 1;
        case west:
            return chip - 1;
        case south:
            return chip + width_;
        case north:
            break;
    }
    return chip - width_;
}

std::vector<int> Chips::links_between(int from_chip, int to_chip) const {
    std::vector<int> links;
    int at = from_chip;
    const auto leave = [&](Direction direction) {
        links.push_back(first_link() + at * kDirections + direction);
        at = neighbour(at, direction);
    };
    while (at / width_ > to_chip / width_) leave(north);
    while (at % width_ < to_chip % width_) leave(east);
    while (at % width_ > to_chip % width_) leave(west);
    while (at / width_ < to_chip / width_) leave(south);
    return links;
}

std::vector<int> Chips::route(int from, int to) const {
    const int tiles = chip_->shape().tiles, from_chip = chip_of(from), to_chip = chip_of(to);
    std::vector<int> links;
    const auto take = [&](int chip, const std::vector<int>& way) {
        for (const int link : way) links.push_back(outer(chip, link));
    };
    if (from_chip == to_chip) {
        take(from_chip, chip_->route(from % tiles, to % tiles));
        return links;
    }
    take(from_chip, to_gateway(from % tiles));
    for (const int link : links_between(from_chip, to_chip)) links.push_back(link);
    take(to_chip, from_gateway(to % tiles));
    return links;
}

/// The gateway tile's own packets take the first link of its ways, others all but the one into it; what all tiles share is one link.
std::vector<int> Chips::to_gateway(int tile) const {
    if (chip_->shape().tiles == 1) return {inner_router_links() + 1};  // out of the tile
    if (tile == kGateway) return {chip_->route(kGateway, kGateway + 1).front()};
    std::vector<int> way = chip_->route(tile, kGateway);
    if (way.size() > 1) way.pop_back();
    return way;
}

std::vector<int> Chips::from_gateway(int tile) const {
    if (chip_->shape().tiles == 1) return {inner_router_links()};  // into the tile
    if (tile == kGateway) return {chip_->route(kGateway + 1, kGateway).back()};
    std::vector<int> way = chip_->route(kGateway, tile);
    if (way.size() > 1) way.erase(way.begin());
    return way;
}

int Chips::hops(int from, int to) const {
    const int tiles = chip_->shape().tiles, from_chip = chip_of(from), to_chip = chip_of(to);
    if (from_chip == to_chip) return chip_->hops(from % tiles, to % tiles);
    return chip_->hops(from % tiles, kGateway) + static_cast<int>(links_between(from_chip, to_chip).size()) +
           chip_->hops(kGateway, to % tiles);
}

int Chips::routers_before(int link) const { return joins_chips(link) ? 1 : chip_->routers_before(inner(link).link); }

std::vector<int> Chips::channels_of(std::span<const int> route, Flow flow) const {
    std::vector<int> channels, links;
    const auto flush = [&] {
        if (links.empty()) return;
        for (const int channel : chip_->channels_of(links, flow)) channels.push_back(channel);
        links.clear();
    };
    for (const int link : route) {
        if (joins_chips(link)) {
            flush();
            channels.push_back(0);
        } else {
            links.push_back(inner(link).link);
        }
    }
    flush();
    return channels;
}

Topology::Ends Chips::router_link_ends(int link) const {
    const int routers = chip_->routers();
    if (joins_chips(link)) {
        const int chip = (link - first_link()) / kDirections;
        const auto direction = static_cast<Direction>((link - first_link()) % kDirections);
        const int gateway = chip_->router_of(kGateway);
        return {chip * routers + gateway, neighbour(chip, direction) * routers + gateway};
    }
    const Place place = inner(link);
    const Ends ends = chip_->ends(place.link);
    if (ends.from == kEveryTile || ends.to == kEveryTile) return ends;
    return {place.chip * routers + ends.from, place.chip * routers + ends.to};
}

std::vector<int> Chips::route_between(int, int) const { throw std::logic_error("routes of several chips go by tiles"); }

}  // namespace berth::interconnect

// SPDX-License-Identifier: Apache-2.0
#include "models/interconnect/grid.hpp"

#include <algorithm>
#include <cstdlib>

namespace berth::interconnect {
namespace {

/// A grid whose rows and columns are rings: along the row first, then along the column, each the shorter way round (east and south where
/// both are as long). The ring's cycle is cut at the link that wraps round it, the dateline: a packet that has still to cross it is on
/// channel 0, the dateline itself and all behind it are on channel 1. A packet that never crosses takes channel 0 when it spreads and
/// channel 1 when it meets others, so that copies, and sums that are added, are on the same one. No way leads from channel 1 back onto
/// a dateline, for none is longer than half a ring.
class Torus : public Grid {
public:
    explicit Torus(const TopologyShape& shape) : Grid(shape) {}

    [[nodiscard]] int hops(int from, int to) const override {
        const int a = router_of(from), b = router_of(to);
        return around(column(a) - column(b), width()) + around(row(a) - row(b), height());
    }

    [[nodiscard]] int channels() const override { return 2; }

    [[nodiscard]] std::vector<int> channels_of(std::span<const int> route, Flow flow) const override {
        std::vector<int> channels(route.size(), 0);
        // Each of the two dimensions is a run of links in one direction, with at most one dateline.
        for (std::size_t begin = 0, end = 0; begin < route.size(); begin = end) {
            end = begin + 1;
            if (route[begin] >= router_links()) continue;
            while (end < route.size() && route[end] < router_links() && direction_of(route[end]) == direction_of(route[begin])) ++end;
            const auto first = route.begin() + static_cast<std::ptrdiff_t>(begin), last = route.begin() + static_cast<std::ptrdiff_t>(end);
            const auto dateline = std::find_if(first, last, [this](int link) { return wraps(link); });
            const bool crosses = dateline != last;
            for (auto link = first; link != last; ++link)
                channels[static_cast<std::size_t>(link - route.begin())] = crosses ? link >= dateline : flow == Flow::meet;
        }
        return channels;
    }

protected:
    [[nodiscard]] std::vector<int> route_between(int at, int target) const override {
        std::vector<int> links;
        const auto go = [&](int distance, int size, Direction forward, Direction back) {
            const int ahead = (distance + size) % size;
            const Direction direction = 2 * ahead <= size ? forward : back;
            for (int left = std::min(ahead, size - ahead); left > 0; --left) {
                links.push_back(link_out(at, direction));
                at = neighbour(at, direction);
            }
        };
        go(column(target) - column(at), width(), east, west);
        go(row(target) - row(at), height(), south, north);
        return links;
    }

private:
    static int around(int distance, int size) { return std::min(std::abs(distance), size - std::abs(distance)); }

    [[nodiscard]] bool wraps(int link) const {
        const Ends ends = router_link_ends(link);
        switch (direction_of(link)) {
            case east:
                return column(ends.to) < column(ends.from);
            case west:
                return column(ends.to) > column(ends.from);
            case south:
                return row(ends.to) < row(ends.from);
            case north:
                return row(ends.to) > row(ends.from);
        }
        return false;
    }
};

}  // namespace

std::unique_ptr<const Topology> make_torus(const TopologyShape& shape) { return std::make_unique<const Torus>(shape); }

}  // namespace berth::interconnect

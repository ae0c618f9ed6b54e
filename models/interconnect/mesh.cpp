// SPDX-License-Identifier: Apache-2.0
#include "models/interconnect/grid.hpp"

#include <cstdlib>

namespace berth::interconnect {
namespace {

/// Packets go along the row first, then along the column: a turn back into a row is never taken, so no circle of links can form.
class Mesh : public Grid {
public:
    explicit Mesh(const TopologyShape& shape) : Grid(shape) {}

    [[nodiscard]] int hops(int from, int to) const override {
        const int a = router_of(from), b = router_of(to);
        return std::abs(column(a) - column(b)) + std::abs(row(a) - row(b));
    }

protected:
    [[nodiscard]] std::vector<int> route_between(int at, int target) const override {
        std::vector<int> links;
        const auto leave = [&](Direction direction) {
            links.push_back(link_out(at, direction));
            at = neighbour(at, direction);
        };
        while (column(at) < column(target)) leave(east);
        while (column(at) > column(target)) leave(west);
        while (row(at) < row(target)) leave(south);
        while (row(at) > row(target)) leave(north);
        return links;
    }
};

}  // namespace

std::unique_ptr<const Topology> make_mesh(const TopologyShape& shape) { return std::make_unique<const Mesh>(shape); }

}  // namespace berth::interconnect

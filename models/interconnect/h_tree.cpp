// SPDX-License-Identifier: Apache-2.0
#include "models/interconnect/topology.hpp"

#include <algorithm>

namespace berth::interconnect {
namespace {

/// The routers of the tiles are the leaves of a tree in which every router above joins four, as the bars of an H do: up to the first
/// router above both tiles, and down. Level 0 has the leaves; the levels above are numbered behind it. Every link is as wide as any
/// other, so the top is narrow.
class HTree : public Topology {
public:
    explicit HTree(const TopologyShape& shape) : Topology(shape) {
        int wide = shape.routers_of_tiles();
        for (;;) {
            first_.push_back(routers_);
            routers_ += wide;
            if (wide == 1) break;
            wide = static_cast<int>(ceil_div(wide, kFanOut));
        }
    }

    [[nodiscard]] int hops(int from, int to) const override { return 2 * levels_above(router_of(from), router_of(to)); }
    [[nodiscard]] int routers() const override { return routers_; }
    /// The tiles' links, and both ends of every link between routers.
    [[nodiscard]] std::int64_t ports() const override {
        const int leaves = first_.size() > 1 ? first_[1] : 1;
        return std::int64_t{leaves} * shape().tiles_per_router + 2 * std::int64_t{routers_ - 1};
    }

protected:
    /// Up and down at every router but the top.
    [[nodiscard]] int router_links() const override { return 2 * (routers_ - 1); }

    [[nodiscard]] std::vector<int> route_between(int from, int to) const override {
        const int levels = levels_above(from, to);
        std::vector<int> links, down;
        int level = 0;
        for (; level < levels; ++level) {
            links.push_back(2 * at(from, level));
            down.push_back(2 * at(to, level) + 1);
        }
        links.insert(links.end(), down.rbegin(), down.rend());
        return links;
    }

    [[nodiscard]] Ends router_link_ends(int link) const override {
        const int router = link / 2;
        const auto above = std::upper_bound(first_.begin(), first_.end(), router);
        const int parent = *above + (router - *std::prev(above)) / kFanOut;
        return link % 2 == 0 ? Ends{router, parent} : Ends{parent, router};
    }

private:
    static constexpr int kFanOut = 4;

    /// Levels from two leaves to the first router above both.
    static int levels_above(int a, int b) {
        int levels = 0;
        for (; a != b; ++levels) a /= kFanOut, b /= kFanOut;
        return levels;
    }

    /// The router of a level above a leaf.
    [[nodiscard]] int at(int leaf, int level) const {
        for (int i = 0; i < level; ++i) leaf /= kFanOut;
        return first_[static_cast<std::size_t>(level)] + leaf;
    }

    int routers_ = 0;
    std::vector<int> first_;  ///< router of each level
};

}  // namespace

std::unique_ptr<const Topology> make_h_tree(const TopologyShape& shape) { return std::make_unique<const HTree>(shape); }

}  // namespace berth::interconnect

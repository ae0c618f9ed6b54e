// SPDX-License-Identifier: Apache-2.0
#include "models/interconnect/topology.hpp"

namespace berth::interconnect {
namespace {

/// One medium for the whole chip, one packet at a time, heard by every tile: a vector for many tiles passes once, sums of many tiles pass
/// one after the other and are added where they meet. A flit drives the stations of all tiles, one of which, as a router, serves as many
/// tiles as share one.
class SharedBus : public Topology {
public:
    explicit SharedBus(const TopologyShape& shape) : Topology(shape) {}

    [[nodiscard]] int hops(int, int) const override { return 0; }
    [[nodiscard]] std::vector<int> route(int from, int to) const override { return from == to ? std::vector<int>{} : std::vector{kMedium}; }
    [[nodiscard]] bool adds_on_the_way() const override { return false; }
    [[nodiscard]] int routers_before(int link) const override { return link == kMedium ? routers() : 0; }
    [[nodiscard]] int routers() const override { return shape().routers_of_tiles(); }
    /// A tile's own, and one to the medium for each station.
    [[nodiscard]] std::int64_t ports() const override { return std::int64_t{routers()} * (shape().tiles_per_router + 1); }

protected:
    [[nodiscard]] int router_links() const override { return 1; }
    [[nodiscard]] std::vector<int> route_between(int, int) const override { return {kMedium}; }
    [[nodiscard]] Ends router_link_ends(int) const override { return {kEveryTile, kEveryTile}; }

private:
    static constexpr int kMedium = 0;
};

}  // namespace

std::unique_ptr<const Topology> make_shared_bus(const TopologyShape& shape) { return std::make_unique<const SharedBus>(shape); }

}  // namespace berth::interconnect

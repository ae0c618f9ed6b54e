// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/ceil_div.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace berth::interconnect {

/// One link of a tree, with what passes over it. Steps are in the order in which the first flit meets them.
struct TreeStep {
    int link = 0;
    std::int64_t flits = 0;
    int next = -1;      ///< gather: the step this one feeds; -1 at the root
    int previous = -1;  ///< multicast: the step that feeds this one; -1 at the root
    int channel = 0;    ///< the virtual channel of the link that the packet takes
};

struct Tree {
    std::vector<TreeStep> steps;
    std::int64_t router_flits = 0;  ///< flits times routers they pass
    std::int64_t link_flits = 0;    ///< flits times links they pass
    std::int64_t chip_flits = 0;    ///< those of them that go from chip to chip
};

/// How many tiles there are, how many share a router, and how wide a link is.
struct TopologyShape {
    int tiles = 1;
    int tiles_per_router = 1;
    int flit_bits = 32;

    /// Routers that have tiles.
    [[nodiscard]] int routers_of_tiles() const { return static_cast<int>(ceil_div(tiles, tiles_per_router)); }
};

/// How the tiles of a chip are joined. Pure geometry: links are numbers, time is the network's. Links between routers come first, then
/// those into the tiles, then those out of them. Routes are a function of source and target alone; those from one tile to all others are
/// a tree, and so are those from all others to one, so that packets can be copied and sums be added on the way.
class Topology {
public:
    virtual ~Topology() = default;
    Topology(const Topology&) = delete;
    Topology& operator=(const Topology&) = delete;

    [[nodiscard]] const TopologyShape& shape() const { return shape_; }
    [[nodiscard]] std::int64_t flits(std::int64_t bytes) const { return ceil_div(bytes * 8, shape_.flit_bits); }

    [[nodiscard]] int links() const { return router_links() + 2 * shape_.tiles; }

    /// Links between routers on the way from one tile to another.
    [[nodiscard]] virtual int hops(int from, int to) const = 0;

    /// Links from one tile to another in order: out of the tile, through the routers, into the tile. Empty where they are the same.
    [[nodiscard]] virtual std::vector<int> route(int from, int to) const;

    /// Routers that a flit passes on its way to this link's end: 0 for the link out of a tile, which ends at one.
    [[nodiscard]] virtual int routers_before(int link) const { return link < router_links() + shape_.tiles ? 1 : 0; }

    /// Where a link leads from and to: routers are numbered from 0, tiles behind them. kEveryTile on a medium that all tiles share.
    struct Ends {
        int from = 0, to = 0;
        bool operator==(const Ends&) const = default;
    };
    static constexpr int kEveryTile = -1;
    [[nodiscard]] virtual Ends ends(int link) const;

    [[nodiscard]] virtual int router_of(int tile) const { return tile / shape_.tiles_per_router; }
    [[nodiscard]] virtual int routers() const = 0;

    /// Whether a link leads from one chip to another, for how many cycles a flit is on a link, and how long after its first flit a packet
    /// can go on at its end.
    [[nodiscard]] virtual bool joins_chips(int /*link*/) const { return false; }
    [[nodiscard]] virtual double cycles_per_flit(int /*link*/) const { return 1.0; }
    [[nodiscard]] virtual double packet_cycles(int /*link*/) const { return 0.0; }

    /// Whether sums that meet on their way are added there.
    [[nodiscard]] virtual bool adds_on_the_way() const { return true; }

    /// Ports of all routers, which their area and power go by.
    [[nodiscard]] virtual std::int64_t ports() const = 0;

    /// Virtual channels of every link, as many as it takes to break cycles.
    [[nodiscard]] virtual int channels() const { return 1; }

    /// What a packet is for: one tile's vector for many, or many tiles' sums for one.
    enum class Flow { spread, meet };

    /// The virtual channel on each link of a route.
    [[nodiscard]] virtual std::vector<int> channels_of(std::span<const int> route, Flow flow) const;

    /// The same bytes to many tiles: a packet is copied where the ways part, so no link carries it twice.
    [[nodiscard]] Tree multicast(int from, std::span<const int> to, std::int64_t bytes) const;

    /// Partial sums of many tiles to one: each tile has `share` bytes of a vector of `whole`; where ways meet, sums of the
    /// same outputs are added, so no link carries more than the whole vector; on a shared medium nothing is added on the way.
    [[nodiscard]] Tree gather(std::span<const int> from, int to, std::int64_t share, std::int64_t whole) const;

protected:
    explicit Topology(const TopologyShape& shape) : shape_(shape) {}

    [[nodiscard]] virtual int router_links() const = 0;
    [[nodiscard]] virtual std::vector<int> route_between(int from_router, int to_router) const = 0;
    [[nodiscard]] virtual Ends router_link_ends(int link) const = 0;

private:
    [[nodiscard]] int into_tile(int tile) const { return router_links() + tile; }
    [[nodiscard]] int out_of_tile(int tile) const { return router_links() + shape_.tiles + tile; }
    void count_flits(Tree& tree) const;

    TopologyShape shape_;
};

/// One line of the registration table.
struct TopologyEntry {
    std::string_view name, meaning;
    std::string_view deadlock;  ///< why packets cannot wait for one another in a circle
    std::string_view source;
    std::unique_ptr<const Topology> (*make)(const TopologyShape&);
};

/// Every topology there is. To add one: a file of its own with its make function, and a line here.
[[nodiscard]] std::span<const TopologyEntry> topologies();
[[nodiscard]] std::vector<std::string> topology_names();

/// @throws std::invalid_argument for a name that is not registered; configurations have been checked against topology_names().
[[nodiscard]] std::unique_ptr<const Topology> make_topology(std::string_view name, const TopologyShape& shape);

/// [{name, meaning, deadlock, source}], as `berth list topologies` shows them.
[[nodiscard]] boost::json::array describe_topologies();

[[nodiscard]] std::unique_ptr<const Topology> make_mesh(const TopologyShape& shape);
[[nodiscard]] std::unique_ptr<const Topology> make_torus(const TopologyShape& shape);
[[nodiscard]] std::unique_ptr<const Topology> make_h_tree(const TopologyShape& shape);
[[nodiscard]] std::unique_ptr<const Topology> make_shared_bus(const TopologyShape& shape);

}  // namespace berth::interconnect

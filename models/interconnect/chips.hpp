// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/interconnect/topology.hpp"

#include <memory>
#include <vector>

namespace berth::interconnect {

/// What a serial link between chips takes, in cycles of the chip's clock.
struct ChipLink {
    double cycles_per_flit = 1.0;
    double packet_cycles = 0.0;  ///< until the first packet is over: a link sends whole packets
};

/// Chips alike, each with tiles joined by a topology, and serial links between them: the chips stand on a grid, as square as can be,
/// with a link each way between neighbours (ISAAC's chip has four: Shafiee et al., ISCA 2016, Table I). Tiles are numbered chip by chip.
/// A packet to another chip leaves its own by tile 0's router, takes the links along the grid's row, then along its column, and goes on
/// from tile 0's router; upwards it takes the column first, because the last row need not be full. A gateway takes in whole packets
/// before it sends them on, so no link of one chip waits for a link of another.
class Chips : public Topology {
public:
    /// @param chip the topology of each of `chips`. Of one chip it is that topology.
    Chips(std::shared_ptr<const Topology> chip, int chips, const ChipLink& link);

    [[nodiscard]] int hops(int from, int to) const override;
    [[nodiscard]] std::vector<int> route(int from, int to) const override;
    [[nodiscard]] int routers_before(int link) const override;
    [[nodiscard]] int routers() const override { return chips_ * chip_->routers(); }
    [[nodiscard]] std::int64_t ports() const override { return chips_ * chip_->ports(); }
    [[nodiscard]] int channels() const override { return chip_->channels(); }
    [[nodiscard]] std::vector<int> channels_of(std::span<const int> route, Flow flow) const override;
    [[nodiscard]] int router_of(int tile) const override;

    [[nodiscard]] bool joins_chips(int link) const override { return link >= first_link() && link < router_links(); }
    [[nodiscard]] double cycles_per_flit(int link) const override { return joins_chips(link) ? link_.cycles_per_flit : 1.0; }
    [[nodiscard]] double packet_cycles(int link) const override { return joins_chips(link) ? link_.packet_cycles : 0.0; }

    [[nodiscard]] int chip_of(int tile) const { return tile / chip_->shape().tiles; }

protected:
    [[nodiscard]] int router_links() const override { return first_link() + chips_ * kDirections; }
    [[nodiscard]] std::vector<int> route_between(int from_router, int to_router) const override;
    [[nodiscard]] Ends router_link_ends(int link) const override;
    [[nodiscard]] bool adds_on_the_way() const override { return chip_->adds_on_the_way(); }

private:
    enum Direction { east, west, south, north };
    static constexpr int kDirections = 4;

    [[nodiscard]] int inner_router_links() const { return chip_->links() - 2 * chip_->shape().tiles; }
    [[nodiscard]] int first_link() const { return chips_ * inner_router_links(); }
    /// A chip's link among all links.
    [[nodiscard]] int outer(int chip, int link) const;
    /// The chip of a link that joins no chips, and its number there.
    struct Place {
        int chip = 0, link = 0;
    };
    [[nodiscard]] Place inner(int link) const;
    [[nodiscard]] int neighbour(int chip, Direction direction) const;
    [[nodiscard]] std::vector<int> links_between(int from_chip, int to_chip) const;
    /// Within a chip, between a tile and the gateway's router.
    [[nodiscard]] std::vector<int> to_gateway(int tile) const;
    [[nodiscard]] std::vector<int> from_gateway(int tile) const;

    std::shared_ptr<const Topology> chip_;
    int chips_, width_;
    ChipLink link_;
};

}  // namespace berth::interconnect

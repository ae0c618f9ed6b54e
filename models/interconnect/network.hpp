// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/calendar.hpp"
#include "models/interconnect/passage.hpp"
#include "models/interconnect/topology.hpp"

#include <cstdint>
#include <memory>
#include <systemc>
#include <utility>
#include <vector>

namespace berth::interconnect {

/// A topology in time: wormhole switching, a flit a cycle on every link, `hop` for a flit to pass a router and its link, and
/// packets that meet on a link take it one after the other, each in the first gap behind its arrival there. Buffers in routers are
/// taken to be deep enough. Uncontended, a packet of F flits over H hops between routers arrives after
/// (H + 1) * hop + (F - 1) * cycle; a link between chips takes a packet more, and a flit may take longer on it.
class Network : public sc_core::sc_module {
public:
    Network(const sc_core::sc_module_name& name, std::shared_ptr<const Topology> topology, const sc_core::sc_time& cycle,
            const sc_core::sc_time& hop)
        : sc_module(name), topology_(std::move(topology)), cycle_(cycle), hop_(hop), links_(static_cast<std::size_t>(topology_->links())) {}

    /// Adds the time until the last flit is at the last tile to `delay`.
    void multicast(const Tree& tree, sc_core::sc_time& delay);
    void gather(const Tree& tree, sc_core::sc_time& delay);

    [[nodiscard]] const Topology& topology() const { return *topology_; }
    [[nodiscard]] std::uint64_t router_flits() const { return router_flits_; }
    [[nodiscard]] std::uint64_t chip_flits() const { return chip_flits_; }  ///< from chip to chip, each link counted
    /// Flits times links that packets were to pass, and those that links had time for: the same, or the network lost some.
    [[nodiscard]] std::uint64_t flits_given() const { return flits_given_; }
    [[nodiscard]] std::uint64_t flits_carried() const;
    [[nodiscard]] sc_core::sc_time busy() const;       ///< of all links together
    [[nodiscard]] sc_core::sc_time busiest() const;    ///< of the link that is busy for longest
    [[nodiscard]] std::uint64_t links_in_use() const;  ///< links that ever carried something

private:
    void count(const Tree& tree);
    void pass(const TreeStep& step, Passage<sc_core::sc_time>& passage);
    [[nodiscard]] sc_core::sc_time flit_time(int link) const { return topology_->cycles_per_flit(link) * cycle_; }

    std::shared_ptr<const Topology> topology_;
    sc_core::sc_time cycle_, hop_;
    std::vector<Calendar<sc_core::sc_time>> links_;
    std::vector<Passage<sc_core::sc_time>> passages_;
    std::uint64_t router_flits_ = 0, flits_given_ = 0, chip_flits_ = 0;
};

}  // namespace berth::interconnect

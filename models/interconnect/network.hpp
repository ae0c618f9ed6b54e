// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/calendar.hpp"
#include "models/core/tally.hpp"
#include "models/interconnect/credit_flow.hpp"
#include "models/interconnect/link_errors.hpp"
#include "models/interconnect/passage.hpp"
#include "models/interconnect/topology.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <systemc>
#include <utility>
#include <vector>

namespace berth::interconnect {

struct NetworkDesign {
    sc_core::sc_time cycle;         ///< of a flit on a link
    sc_core::sc_time hop;           ///< of a flit through a router and its link
    std::int64_t buffer_flits = 0;  ///< depth of the buffer at a link's end, of each channel; 0: deep enough for anything
    sc_core::sc_time credit{};      ///< of a credit, or of word that a flit came wrong, on its way back
    LinkErrorDesign errors{};
};

/// What bit errors on links came to.
struct LinkErrorCounts {
    std::uint64_t retries = 0;     ///< flits sent again
    std::uint64_t lost = 0;        ///< packets given up, on a link
    std::uint64_t undetected = 0;  ///< flits that came wrong and passed the check
};

/// A topology in time: wormhole switching, a flit a cycle on every link, `hop` for a flit to pass a router and its link, and
/// packets that meet on a link take it one after the other, each in the first gap behind its arrival there. Uncontended, a packet of
/// F flits over H hops between routers arrives after (H + 1) * hop + (F - 1) * cycle; a link between chips takes a packet more, and a flit
/// may take longer on it. Where buffers are finite, CreditFlow says when a flit may go. A flit that is found wrong is sent again when word
/// of it has come back: hop + credit later, and at least a cycle.
class Network : public sc_core::sc_module {
public:
    Network(const sc_core::sc_module_name& name, std::shared_ptr<const Topology> topology, const NetworkDesign& design);

    /// Adds the time until the last flit is at the last tile to `delay`. @return whether every flit came whole, as far as its check can
    /// say.
    [[nodiscard]] bool multicast(const Tree& tree, sc_core::sc_time& delay) { return carry(tree, delay, false); }
    [[nodiscard]] bool gather(const Tree& tree, sc_core::sc_time& delay) { return carry(tree, delay, true); }

    [[nodiscard]] const Topology& topology() const { return *topology_; }
    [[nodiscard]] std::uint64_t router_flits() const { return router_flits_; }
    [[nodiscard]] std::uint64_t chip_flits() const { return chip_flits_; }  ///< from chip to chip, each link counted
    /// Flits times links that packets were to pass, and those that links had time for: the same, or the network lost some.
    [[nodiscard]] std::uint64_t flits_given() const { return flits_given_; }
    [[nodiscard]] std::uint64_t flits_carried() const;
    [[nodiscard]] const LinkErrorCounts& errors() const { return errors_seen_; }
    [[nodiscard]] sc_core::sc_time busy() const;             ///< of all links together
    [[nodiscard]] sc_core::sc_time busy_of(int link) const;  ///< carrying, or held by a packet that waits
    [[nodiscard]] std::uint64_t packets_of(int link) const;  ///< that passed it
    [[nodiscard]] sc_core::sc_time busiest() const;          ///< of the link that is busy for longest
    [[nodiscard]] std::uint64_t links_in_use() const;        ///< links that ever carried something

    /// From the start of packets until their last flit was there.
    [[nodiscard]] const Tally& packets() const { return packets_; }

    /// Called for every link that a packet takes, with when it takes it and when it lets it go.
    void watch(std::function<void(int link, const sc_core::sc_time& begin, const sc_core::sc_time& end)> call);

private:
    bool carry(const Tree& tree, sc_core::sc_time& delay, bool meets);
    [[nodiscard]] bool cross(const Tree& tree);
    [[nodiscard]] sc_core::sc_time through(int link) const;
    void pass(const TreeStep& step, Passage<sc_core::sc_time>& passage, const Late<sc_core::sc_time>& late);
    [[nodiscard]] sc_core::sc_time flit_time(int link) const { return topology_->cycles_per_flit(link) * design_.cycle; }

    std::shared_ptr<const Topology> topology_;
    NetworkDesign design_;
    std::vector<Calendar<sc_core::sc_time>> links_;
    std::vector<sc_core::sc_time> repeating_;           ///< of each link's time, with flits sent again
    std::optional<CreditFlow<sc_core::sc_time>> flow_;  ///< where buffers are finite
    LinkErrors errors_;
    LinkErrorCounts errors_seen_;
    std::vector<Late<sc_core::sc_time>> late_;
    std::vector<Passage<sc_core::sc_time>> passages_;
    std::uint64_t router_flits_ = 0, flits_given_ = 0, chip_flits_ = 0;
    Tally packets_;
    std::function<void(int, const sc_core::sc_time&, const sc_core::sc_time&)> watch_;
};

}  // namespace berth::interconnect

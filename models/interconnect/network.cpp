// SPDX-License-Identifier: Apache-2.0
#include "models/interconnect/network.hpp"

#include <algorithm>
#include <cmath>

namespace berth::interconnect {

using sc_core::sc_time;

void Network::pass(const TreeStep& step, Passage<sc_time>& passage) {
    const sc_time flit = flit_time(step.link), length = static_cast<double>(step.flits) * flit;
    const sc_time through =
        (topology_->routers_before(step.link) > 0 ? hop_ : sc_core::SC_ZERO_TIME) + topology_->packet_cycles(step.link) * cycle_;
    const sc_time begin = links_[static_cast<std::size_t>(step.link)].serve(sc_core::sc_time_stamp(), passage.head, length);
    passage.tail = std::max(passage.tail, begin + length - flit) + through;
    passage.head = begin + through;
}

void Network::multicast(const Tree& tree, sc_time& delay) {
    const sc_time now = sc_core::sc_time_stamp();
    delay = pass_multicast(tree, now + delay, passages_, [this](const TreeStep& step, auto& passage) { pass(step, passage); }) - now;
    count(tree);
}

void Network::gather(const Tree& tree, sc_time& delay) {
    const sc_time now = sc_core::sc_time_stamp();
    delay = pass_gather(tree, now + delay, passages_, [this](const TreeStep& step, auto& passage) { pass(step, passage); }) - now;
    count(tree);
}

void Network::count(const Tree& tree) {
    router_flits_ += static_cast<std::uint64_t>(tree.router_flits);
    flits_given_ += static_cast<std::uint64_t>(tree.link_flits);
    chip_flits_ += static_cast<std::uint64_t>(tree.chip_flits);
}

std::uint64_t Network::flits_carried() const {
    double flits = 0.0;
    for (std::size_t link = 0; link < links_.size(); ++link) flits += links_[link].busy() / flit_time(static_cast<int>(link));
    return static_cast<std::uint64_t>(std::llround(flits));
}

sc_time Network::busy() const {
    sc_time sum;
    for (const auto& link : links_) sum += link.busy();
    return sum;
}

sc_time Network::busiest() const {
    sc_time most;
    for (const auto& link : links_) most = std::max(most, link.busy());
    return most;
}

std::uint64_t Network::links_in_use() const {
    return static_cast<std::uint64_t>(std::count_if(links_.begin(), links_.end(), [](const auto& link) { return link.served() > 0; }));
}

}  // namespace berth::interconnect

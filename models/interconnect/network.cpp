// SPDX-License-Identifier: Apache-2.0
#include "models/interconnect/network.hpp"

#include <algorithm>
#include <cmath>

namespace berth::interconnect {

using sc_core::sc_time;

Network::Network(const sc_core::sc_module_name& name, std::shared_ptr<const Topology> topology, const NetworkDesign& design)
    : sc_module(name),
      topology_(std::move(topology)),
      design_(design),
      links_(static_cast<std::size_t>(topology_->links())),
      repeating_(links_.size()),
      errors_(design.errors, topology_->links(), topology_->shape().flit_bits) {
    if (design.buffer_flits > 0)
        flow_.emplace(*topology_, CreditDesign<sc_time>{design.buffer_flits, design.cycle, design.hop, design.credit});
}

sc_time Network::through(int link) const {
    return (topology_->routers_before(link) > 0 ? design_.hop : sc_core::SC_ZERO_TIME) + topology_->packet_cycles(link) * design_.cycle;
}

void Network::pass(const TreeStep& step, Passage<sc_time>& passage, const Late<sc_time>& late) {
    const sc_time flit = flit_time(step.link), length = static_cast<double>(step.flits) * flit + late.last;
    const sc_time begin = links_[static_cast<std::size_t>(step.link)].serve(sc_core::sc_time_stamp(), passage.head, length);
    passage.tail = std::max(passage.tail, begin + length - flit) + through(step.link);
    passage.head = begin + late.first + through(step.link);
    if (watch_) watch_(step.link, begin, begin + length);
}

void Network::watch(std::function<void(int, const sc_time&, const sc_time&)> call) {
    watch_ = std::move(call);
    if (flow_) flow_->watch(watch_);
}

/// What befalls the flits on each link. @return whether none is lost.
bool Network::cross(const Tree& tree) {
    bool whole = true;
    late_.assign(tree.steps.size(), {});
    for (std::size_t i = 0; i < late_.size(); ++i) {
        const TreeStep& step = tree.steps[i];
        const Crossing crossing = errors_.cross(step.link, step.flits);
        const sc_time round_trip = std::max(flit_time(step.link), through(step.link) + design_.credit);
        late_[i] = {static_cast<double>(crossing.first) * round_trip, static_cast<double>(crossing.retries) * round_trip};
        whole = whole && !crossing.lost;
        errors_seen_.retries += static_cast<std::uint64_t>(crossing.retries);
        errors_seen_.undetected += static_cast<std::uint64_t>(crossing.undetected);
        errors_seen_.lost += crossing.lost;
        router_flits_ += static_cast<std::uint64_t>(crossing.retries * topology_->routers_before(step.link));
        if (!flow_) repeating_[static_cast<std::size_t>(step.link)] += late_[i].last;
    }
    return whole;
}

bool Network::carry(const Tree& tree, sc_time& delay, bool meets) {
    const sc_time now = sc_core::sc_time_stamp(), start = now + delay;
    const bool whole = !errors_.possible() || cross(tree);
    const auto step_through = [this, &tree](const TreeStep& step, Passage<sc_time>& passage) {
        pass(step, passage, errors_.possible() ? late_[static_cast<std::size_t>(&step - tree.steps.data())] : Late<sc_time>{});
    };
    if (flow_)
        delay =
            flow_->pass(tree, now, start, errors_.possible() ? std::span<const Late<sc_time>>(late_) : std::span<const Late<sc_time>>{}) -
            now;
    else if (meets)
        delay = pass_gather(tree, start, passages_, step_through) - now;
    else
        delay = pass_multicast(tree, start, passages_, step_through) - now;
    router_flits_ += static_cast<std::uint64_t>(tree.router_flits);
    flits_given_ += static_cast<std::uint64_t>(tree.link_flits);
    chip_flits_ += static_cast<std::uint64_t>(tree.chip_flits);
    if (!tree.steps.empty()) packets_.add((now + delay - start) / sc_time(1, sc_core::SC_PS));
    return whole;
}

std::uint64_t Network::flits_carried() const {
    if (flow_) return flow_->flits();
    double flits = 0.0;
    for (std::size_t link = 0; link < links_.size(); ++link)
        flits += (links_[link].busy() - repeating_[link]) / flit_time(static_cast<int>(link));
    return static_cast<std::uint64_t>(std::llround(flits));
}

sc_time Network::busy_of(int link) const { return flow_ ? flow_->held(link) : links_[static_cast<std::size_t>(link)].busy(); }

std::uint64_t Network::packets_of(int link) const { return flow_ ? flow_->served(link) : links_[static_cast<std::size_t>(link)].served(); }

sc_time Network::busy() const {
    sc_time sum;
    for (int link = 0; link < topology_->links(); ++link) sum += busy_of(link);
    return sum;
}

sc_time Network::busiest() const {
    sc_time most;
    for (int link = 0; link < topology_->links(); ++link) most = std::max(most, busy_of(link));
    return most;
}

std::uint64_t Network::links_in_use() const {
    std::uint64_t used = 0;
    for (int link = 0; link < topology_->links(); ++link) used += packets_of(link) > 0;
    return used;
}

}  // namespace berth::interconnect

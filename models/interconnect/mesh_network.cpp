// SPDX-License-Identifier: Apache-2.0
#include "models/interconnect/mesh_network.hpp"

#include <algorithm>

namespace berth::interconnect {

using sc_core::sc_time;

void MeshNetwork::pass(const TreeStep& step, Passage& passage) {
    const sc_time length = static_cast<double>(step.flits) * cycle_;
    const sc_time through = mesh_.leaves_router(step.link) ? hop_ : sc_core::SC_ZERO_TIME;
    const sc_time begin = links_[static_cast<std::size_t>(step.link)].serve(sc_core::sc_time_stamp(), passage.head, length);
    passage.tail = std::max(passage.tail, begin + length - cycle_) + through;
    passage.head = begin + through;
}

void MeshNetwork::multicast(const Tree& tree, sc_time& delay) {
    const sc_time now = sc_core::sc_time_stamp();
    const sc_time start = now + delay;
    sc_time last = start;
    passages_.assign(tree.steps.size(), {start, start});
    for (std::size_t i = 0; i < tree.steps.size(); ++i) {
        const TreeStep& step = tree.steps[i];
        if (step.previous >= 0) passages_[i] = passages_[static_cast<std::size_t>(step.previous)];
        pass(step, passages_[i]);
        last = std::max(last, passages_[i].tail);
    }
    router_flits_ += static_cast<std::uint64_t>(tree.router_flits);
    delay = last - now;
}

void MeshNetwork::gather(const Tree& tree, sc_time& delay) {
    const sc_time now = sc_core::sc_time_stamp();
    const sc_time start = now + delay;
    sc_time last = start;
    passages_.assign(tree.steps.size(), {start, start});
    for (std::size_t i = 0; i < tree.steps.size(); ++i) {
        const TreeStep& step = tree.steps[i];
        pass(step, passages_[i]);
        if (step.next >= 0) {
            Passage& next = passages_[static_cast<std::size_t>(step.next)];
            next.head = std::max(next.head, passages_[i].head);
            next.tail = std::max(next.tail, passages_[i].tail);
        }
        last = std::max(last, passages_[i].tail);
    }
    router_flits_ += static_cast<std::uint64_t>(tree.router_flits);
    delay = last - now;
}

sc_time MeshNetwork::busy() const {
    sc_time sum;
    for (const auto& link : links_) sum += link.busy();
    return sum;
}

std::uint64_t MeshNetwork::links_in_use() const {
    return static_cast<std::uint64_t>(std::count_if(links_.begin(), links_.end(), [](const auto& link) { return link.served() > 0; }));
}

}  // namespace berth::interconnect

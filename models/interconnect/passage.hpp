// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/interconnect/topology.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace berth::interconnect {

/// When the first and the last flit come to a link, then when they are through.
template <class Time>
struct Passage {
    Time head{}, tail{};
};

/// Takes a packet that parts on its way along a tree's links: a copy starts where the link before it ends.
/// @param pass (step, passage): moves a passage from a link's beginning to its end.
/// @param passages of the tree's steps: room to work in.
/// @return when the last flit is at the last tile.
template <class Time, class Pass>
Time pass_multicast(const Tree& tree, Time start, std::vector<Passage<Time>>& passages, const Pass& pass) {
    Time last = start;
    passages.assign(tree.steps.size(), {start, start});
    for (std::size_t i = 0; i < tree.steps.size(); ++i) {
        const TreeStep& step = tree.steps[i];
        if (step.previous >= 0) passages[i] = passages[static_cast<std::size_t>(step.previous)];
        pass(step, passages[i]);
        last = std::max(last, passages[i].tail);
    }
    return last;
}

/// The same for packets that become one: it goes on when those that join it are there.
template <class Time, class Pass>
Time pass_gather(const Tree& tree, Time start, std::vector<Passage<Time>>& passages, const Pass& pass) {
    Time last = start;
    passages.assign(tree.steps.size(), {start, start});
    for (std::size_t i = 0; i < tree.steps.size(); ++i) {
        const TreeStep& step = tree.steps[i];
        pass(step, passages[i]);
        last = std::max(last, passages[i].tail);
        if (step.next < 0) continue;
        Passage<Time>& next = passages[static_cast<std::size_t>(step.next)];
        next.head = std::max(next.head, passages[i].head);
        next.tail = std::max(next.tail, passages[i].tail);
    }
    return last;
}

}  // namespace berth::interconnect

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/calendar.hpp"
#include "models/interconnect/topology.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

namespace berth::interconnect {

/// Buffers of a network of finite depth.
template <class Time>
struct CreditDesign {
    std::int64_t depth = 1;  ///< flits that the buffer at a link's end holds, for each virtual channel
    Time cycle{};            ///< of a flit on a link
    Time hop{};              ///< through a router and its link
    Time credit{};           ///< of a credit on its way back
};

/// How much later than it would a packet's first flit, and its last, come over a link on which flits are sent again.
template <class Time>
struct Late {
    Time first{}, last{};
};

/// Links whose buffers hold `depth` flits, with credits and wormhole switching: a flit sets out when the one before it on its link has,
/// when it has arrived there, and when a credit says that its place is free, which the flit `depth` before it has left `credit` ago.
/// So a packet that must wait stands along its way, and every link that it stands on is held. One hop carries
/// min(1, depth * cycle / (hop + credit)) flits a cycle (Dally and Towles, 2004, sec. 13.3).
///
/// A flit is copied where ways part when every way has taken it; where sums meet, a flit sets out when its parts have come. Packets are
/// laid into the calendars of links and channels one after the other, each into the first gaps that all of its way fits; none ever waits
/// for one that is laid in later, so none can wait in a circle. The next packet follows on a link when its first flit has a place: depth -
/// 1 flits before the last one of the packet before it leaves the buffer.
template <class Time>
class CreditFlow {
public:
    CreditFlow(const Topology& topology, const CreditDesign<Time>& design)
        : topology_(topology),
          design_(design),
          held_(static_cast<std::size_t>(topology.links() * topology.channels())),
          slots_(topology.channels() > 1 ? static_cast<std::size_t>(topology.links()) : 0) {}

    /// Takes a tree of either kind. @param now nothing is asked for before it any more. @param late by step; none: no flit is sent again.
    /// @return when its last flit is through.
    Time pass(const Tree& tree, const Time& now, const Time& start, std::span<const Late<Time>> late = {}) {
        if (tree.link_flits == 0) return start;
        lay_out(tree, start, late);
        while (!fits()) walk_all();
        Time last = start;
        for (std::size_t i = 0; i < ways_.size(); ++i) {
            const Way& way = ways_[i];
            last = std::max(last, way.out.back() + way.through);
            calendar(way).serve(now, begun(way), released(i) - begun(way));
            flits_ += static_cast<std::uint64_t>(way.flits);
            if (watch_) watch_(way.link, begun(way), released(i));
            if (!slots_.empty())
                for (const Time& at : way.out) slots_[static_cast<std::size_t>(way.link)].serve(now, at, design_.cycle);
        }
        return last;
    }

    /// Called for every link that a packet takes, with when it takes it and when it lets it go.
    void watch(std::function<void(int link, const Time& begin, const Time& end)> call) { watch_ = std::move(call); }

    /// Flits times links that they have passed.
    [[nodiscard]] std::uint64_t flits() const { return flits_; }

    /// For how long a link was held, by packets moving or waiting, and by how many; channels together.
    [[nodiscard]] Time held(int link) const {
        Time sum{};
        for (const auto& calendar : channels(link)) sum = sum + calendar.busy();
        return sum;
    }
    [[nodiscard]] std::uint64_t served(int link) const {
        std::uint64_t sum = 0;
        for (const auto& calendar : channels(link)) sum += calendar.served();
        return sum;
    }

private:
    /// A link as a packet takes it.
    struct Way {
        int link = 0, channel = 0;
        std::int64_t flits = 0;
        Time through{}, gate{};  ///< no flit sets out before the gate
        Late<Time> late{};
        std::vector<int> before, next;  ///< that flits come from, and go to
        std::vector<Time> out;          ///< when each flit set out, as far as is known
    };

    Calendar<Time>& calendar(const Way& way) { return held_[static_cast<std::size_t>(way.link * topology_.channels() + way.channel)]; }

    [[nodiscard]] std::span<const Calendar<Time>> channels(int link) const {
        const auto count = static_cast<std::size_t>(topology_.channels());
        return std::span(held_).subspan(static_cast<std::size_t>(link) * count, count);
    }

    /// When a packet's first flit set out for the first time.
    static Time begun(const Way& way) { return way.out.front() - way.late.first; }

    void lay_out(const Tree& tree, const Time& start, std::span<const Late<Time>> late) {
        ways_.assign(tree.steps.size(), {});
        for (std::size_t i = 0; i < ways_.size(); ++i) {
            const TreeStep& step = tree.steps[i];
            ways_[i].link = step.link;
            ways_[i].channel = step.channel;
            ways_[i].flits = step.flits;
            ways_[i].through = topology_.routers_before(step.link) > 0 ? design_.hop : Time{};
            ways_[i].gate = start;
            if (!late.empty()) ways_[i].late = late[i];
            if (step.previous >= 0) join(step.previous, static_cast<int>(i));
            if (step.next >= 0) join(static_cast<int>(i), step.next);
        }
        walk_all();
    }

    void join(int from, int to) {
        ways_[static_cast<std::size_t>(from)].next.push_back(to);
        ways_[static_cast<std::size_t>(to)].before.push_back(from);
    }

    void walk_all() {
        for (Way& way : ways_) way.out.clear();
        for (std::size_t i = 0; i < ways_.size(); ++i) walk(i, ways_[i].flits);
    }

    /// Finds when flits set out, the first `count` of the way. What a flit waits for is never one that waits for it: parts come before the
    /// sum, and places are left by flits before.
    void walk(std::size_t index, std::int64_t count) {
        Way& way = ways_[index];
        for (auto flit = static_cast<std::int64_t>(way.out.size()); flit < count; ++flit) {
            Time at = flit == 0 ? way.gate : way.out.back() + design_.cycle;
            for (const int part : way.before) at = std::max(at, arrived(static_cast<std::size_t>(part), way.flits, flit));
            if (flit >= design_.depth) at = std::max(at, left(index, flit - design_.depth) + design_.credit);
            if (flit == 0) at = at + way.late.first;
            if (flit == std::max<std::int64_t>(1, way.flits - 1)) at = at + (way.late.last - way.late.first);
            if (!slots_.empty()) at = slots_[static_cast<std::size_t>(way.link)].earliest(at, design_.cycle);
            way.out.push_back(at);
        }
    }

    /// When what flit number `flit` of `flits` takes of a way before it has come. The flits of both are spread evenly.
    Time arrived(std::size_t part, std::int64_t flits, std::int64_t flit) {
        const std::int64_t needed = ((flit + 1) * ways_[part].flits + flits - 1) / flits;
        walk(part, needed);
        return ways_[part].out[static_cast<std::size_t>(needed - 1)] + ways_[part].through;
    }

    /// When a flit has left the buffer at its link's end: at once into a tile, else when all that follows has taken it.
    Time left(std::size_t index, std::int64_t flit) {
        Time at = ways_[index].out[static_cast<std::size_t>(flit)] + ways_[index].through;
        for (std::size_t i = 0; i < ways_[index].next.size(); ++i) {
            const auto next = static_cast<std::size_t>(ways_[index].next[i]);
            const std::int64_t taken = (flit + 1) * ways_[next].flits / ways_[index].flits;
            walk(next, taken);
            at = std::max(at, ways_[next].out[static_cast<std::size_t>(taken - 1)]);
        }
        return at;
    }

    /// When the next packet may begin on the link.
    Time released(std::size_t index) {
        const Way& way = ways_[index];
        const Time room = left(index, way.flits - 1) + design_.credit, whole = static_cast<double>(design_.depth - 1) * design_.cycle;
        const Time sent = way.out.back() + design_.cycle;
        return sent + whole < room ? room - whole : sent;
    }

    /// Whether every link is free for as long as the packet holds it; where one is not, the packet comes later there.
    bool fits() {
        bool all = true;
        for (std::size_t i = 0; i < ways_.size(); ++i) {
            Way& way = ways_[i];
            const Time begin = begun(way), free = calendar(way).earliest(begin, released(i) - begin);
            if (begin < free) way.gate = free, all = false;
        }
        return all;
    }

    const Topology& topology_;
    CreditDesign<Time> design_;
    std::vector<Calendar<Time>> held_;   ///< by link and channel
    std::vector<Calendar<Time>> slots_;  ///< by link, of single flits, where several channels share it
    std::vector<Way> ways_;
    std::uint64_t flits_ = 0;
    std::function<void(int, const Time&, const Time&)> watch_;
};

}  // namespace berth::interconnect

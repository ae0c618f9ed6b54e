// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/interconnect/topology.hpp"

#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace berth::interconnect::test {

/// A network cycle by cycle, flit by flit, as little like the calendars as can be: every virtual channel belongs to one packet from its
/// first flit to its last, every link moves one flit a cycle, and a flit moves when the buffer ahead has a place.
class WormholeReference {
public:
    WormholeReference(const Topology& topology, int depth, int channels)
        : topology_(topology), depth_(depth), channels_(channels), lanes_(static_cast<std::size_t>(topology.links() * channels)) {}

    /// Sends packets of up to `longest` flits between random tiles, all at once. @return whether all came through.
    bool all_through(std::uint64_t seed, int packets, int longest) {
        std::mt19937_64 random(seed);
        const auto below = [&random](int limit) { return static_cast<int>(random() % static_cast<std::uint64_t>(limit)); };
        for (int i = 0; i < packets; ++i) {
            const int tiles = topology_.shape().tiles, from = below(tiles), to = (from + 1 + below(tiles - 1)) % tiles;
            add(from, to, 1 + below(longest));
        }
        while (left_ > 0)
            if (!step()) return false;
        return true;
    }

private:
    struct Packet {
        std::vector<std::size_t> way;  ///< lanes
        int flits = 0;
        std::vector<int> sent;  ///< flits that have set out on each lane
    };
    struct Lane {
        int owner = -1;  ///< packet
    };

    void add(int from, int to, int flits) {
        const auto links = topology_.route(from, to);
        const auto numbers = topology_.channels_of(links, Topology::Flow::spread);
        Packet packet;
        for (std::size_t i = 0; i < links.size(); ++i)
            packet.way.push_back(static_cast<std::size_t>(links[i] * channels_ + (channels_ > 1 ? numbers[i] : 0)));
        packet.flits = flits;
        packet.sent.assign(packet.way.size(), 0);
        packets_.push_back(std::move(packet));
        ++left_;
    }

    /// A cycle. @return whether anything moved.
    bool step() {
        std::vector<bool> taken(static_cast<std::size_t>(topology_.links()), false);
        bool moved = false;
        for (std::size_t i = 0; i < packets_.size(); ++i) moved = move(static_cast<int>((i + turn_) % packets_.size()), taken) || moved;
        ++turn_;
        return moved;
    }

    bool move(int number, std::vector<bool>& taken) {
        Packet& packet = packets_[static_cast<std::size_t>(number)];
        bool moved = false;
        // From the end on, so that a place which is left is taken a cycle later.
        for (std::size_t at = packet.way.size(); at-- > 0;) {
            const std::size_t link = packet.way[at] / static_cast<std::size_t>(channels_);
            Lane& lane = lanes_[packet.way[at]];
            const bool last = at + 1 == packet.way.size();
            const int come = at == 0 ? packet.flits : packet.sent[at - 1], waiting = last ? 0 : packet.sent[at] - packet.sent[at + 1];
            if (packet.sent[at] >= come || waiting >= depth_ || taken[link] || (lane.owner != -1 && lane.owner != number)) continue;
            lane.owner = number;
            taken[link] = moved = true;
            ++packet.sent[at];
            // A lane is free again when the last flit has left its buffer.
            if (at > 0 && packet.sent[at] == packet.flits) lanes_[packet.way[at - 1]].owner = -1;
            if (last && packet.sent[at] == packet.flits) lane.owner = -1, --left_;
        }
        return moved;
    }

    const Topology& topology_;
    int depth_, channels_;
    std::vector<Lane> lanes_;
    std::vector<Packet> packets_;
    int left_ = 0;
    std::size_t turn_ = 0;
};

}  // namespace berth::interconnect::test

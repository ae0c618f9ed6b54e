// SPDX-License-Identifier: Apache-2.0
#include "models/interconnect/topology.hpp"

#include <stdexcept>

namespace berth::interconnect {
namespace {

constexpr TopologyEntry kTopologies[] = {
    {"mesh", "a rectangular grid of routers, each shared by a few tiles; packets go along the row first, then along the column",
     "no packet turns from a column back into a row", "dimension-order routing: Dally and Seitz, IEEE TC 1987", &make_mesh},
    {"torus", "a mesh whose rows and columns are rings; packets go the shorter way round, along the row first, then along the column",
     "two virtual channels: a packet changes to the second on the link that wraps round, the dateline",
     "datelines: Dally and Seitz, IEEE TC 1987", &make_torus},
    {"h_tree", "the tiles' routers are leaves of a tree that joins four at a time; packets go up to the first router above both, and down",
     "no packet goes up again once it has gone down", "fat trees without the fat: Leiserson, IEEE TC 1985", &make_h_tree},
    {"bus", "one medium for all tiles, one packet at a time, heard by every tile; partial sums are added where they arrive, not on the way",
     "a packet takes one link", "shared-medium networks: Dally and Towles, 2004, ch. 22", &make_shared_bus},
};

}  // namespace

std::span<const TopologyEntry> topologies() { return kTopologies; }

std::vector<std::string> topology_names() {
    std::vector<std::string> names;
    for (const TopologyEntry& entry : kTopologies) names.emplace_back(entry.name);
    return names;
}

std::unique_ptr<const Topology> make_topology(std::string_view name, const TopologyShape& shape) {
    for (const TopologyEntry& entry : kTopologies)
        if (entry.name == name) return entry.make(shape);
    throw std::invalid_argument("no topology is called " + std::string(name));
}

boost::json::array describe_topologies() {
    boost::json::array list;
    for (const TopologyEntry& entry : kTopologies)
        list.emplace_back(
            boost::json::object{{"name", entry.name}, {"meaning", entry.meaning}, {"deadlock", entry.deadlock}, {"source", entry.source}});
    return list;
}

}  // namespace berth::interconnect

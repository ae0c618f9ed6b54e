// SPDX-License-Identifier: Apache-2.0
#include "platform/accelerator/eviction.hpp"

#include <stdexcept>

namespace berth::platform {
namespace {

constexpr EvictionEntry kEvictions[] = {
    {"none", "nobody: all tasks must fit on the chip, where they stay", "weight-stationary", nullptr},
    {"lru", "the task whose last request is longest ago", "least recently used", &make_lru_eviction},
    {"least_used", "the task with the fewest requests since it was programmed; of equals the one whose last is longest ago",
     "least frequently used", &make_least_used_eviction},
};

}  // namespace

std::span<const EvictionEntry> evictions() { return kEvictions; }

std::unique_ptr<const Eviction> make_eviction(std::string_view name) {
    for (const EvictionEntry& entry : kEvictions)
        if (entry.name == name) return entry.make ? entry.make() : nullptr;
    throw std::invalid_argument("no eviction is called " + std::string(name));
}

std::vector<std::string> eviction_names() {
    std::vector<std::string> names;
    for (const EvictionEntry& entry : kEvictions) names.emplace_back(entry.name);
    return names;
}

boost::json::array describe_evictions() {
    boost::json::array list;
    for (const EvictionEntry& entry : kEvictions)
        list.emplace_back(boost::json::object{{"name", entry.name}, {"meaning", entry.meaning}, {"source", entry.source}});
    return list;
}

}  // namespace berth::platform

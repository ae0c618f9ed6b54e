// SPDX-License-Identifier: Apache-2.0
#include "models/mapping/plane.hpp"

#include <algorithm>

namespace berth::mapping {

std::string owner_of(const std::vector<std::string_view>& tasks) {
    std::string owner;
    for (const std::string_view task : tasks) {
        if (!owner.empty()) owner += kOwnerJoin;
        owner += task;
    }
    return owner;
}

bool is_common(std::string_view owner) { return owner == kBaseOwner || owner.find(kOwnerJoin) != owner.npos; }

std::vector<std::string_view> tasks_of(std::string_view owner) {
    std::vector<std::string_view> tasks;
    for (;;) {
        const std::size_t end = owner.find(kOwnerJoin);
        tasks.push_back(owner.substr(0, end));
        if (end == owner.npos) return tasks;
        owner.remove_prefix(end + 1);
    }
}

bool is_for(std::string_view owner, std::string_view task) {
    if (owner == kBaseOwner || owner == task) return true;
    if (owner.find(kOwnerJoin) == owner.npos) return false;
    const auto tasks = tasks_of(owner);
    return std::find(tasks.begin(), tasks.end(), task) != tasks.end();
}

bool meet(std::string_view one, std::string_view other) {
    if (one == kBaseOwner || other == kBaseOwner) return true;
    if (!is_common(one)) return is_for(other, one);
    const auto tasks = tasks_of(one);
    return std::any_of(tasks.begin(), tasks.end(), [other](std::string_view task) { return is_for(other, task); });
}

}  // namespace berth::mapping

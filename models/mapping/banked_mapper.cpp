// SPDX-License-Identifier: Apache-2.0
#include "models/mapping/mapper.hpp"
#include "models/mapping/neighbours.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace berth::mapping {
namespace {

/// The vector that a plane takes, as a name: down factors of matrices that share one share it too; an up factor has its own.
std::string_view vector_of(const Plane& plane) { return plane.role == PlaneRole::down_factor ? plane.stage : plane.matrix; }

/// Finds planes that take the same vector the group whose converters they stand behind: the first in which no other owner has a plane
/// that a task of theirs reads as well.
class GroupFinder {
public:
    /// @return the group's index; `groups` where there is none yet, which it then is.
    std::size_t of(const Plane& plane, std::size_t groups) {
        const std::pair vector{vector_of(plane), plane.role};
        const auto [known, fresh] = group_of_.try_emplace({vector.first, vector.second, plane.owner}, groups);
        if (!fresh) return known->second;
        auto& candidates = taken_[vector];
        for (auto& [group, owners] : candidates) {
            if (std::any_of(owners.begin(), owners.end(), [&](std::string_view owner) { return meet(owner, plane.owner); })) continue;
            owners.push_back(plane.owner);
            return known->second = group;
        }
        candidates.push_back({groups, {plane.owner}});
        return groups;
    }

private:
    struct Taken {
        std::size_t group;
        std::vector<std::string_view> owners;
    };

    std::map<std::tuple<std::string_view, PlaneRole, std::string_view>, std::size_t> group_of_;
    std::map<std::pair<std::string_view, PlaneRole>, std::vector<Taken>> taken_;
};

/// The base stands alone, for it is read with every task. A task's planes that take the same vector stand side by side; those of
/// different tasks are banks, and so are those that tasks have in common, apart from planes that one of these reads too.
class BankedMapper final : public Mapper {
public:
    [[nodiscard]] std::vector<Group> groups(std::span<const Plane> planes) const override {
        std::vector<Group> groups;
        GroupFinder finder;
        std::map<std::tuple<std::size_t, std::string_view, int>, std::size_t> strip_of;
        for (std::size_t i = 0; i < planes.size(); ++i) {
            const Plane& plane = planes[i];
            const std::size_t group = finder.of(plane, groups.size());
            if (group == groups.size()) groups.emplace_back();
            Group& strips = groups[group];
            const auto [strip, first] = strip_of.try_emplace({group, plane.owner, plane.inputs}, strips.size());
            if (first) strips.emplace_back();
            strips[strip->second].push_back(i);
        }
        return neighbours(std::move(groups), planes);
    }
};

}  // namespace

std::unique_ptr<const Mapper> make_banked_mapper() { return std::make_unique<BankedMapper>(); }

}  // namespace berth::mapping

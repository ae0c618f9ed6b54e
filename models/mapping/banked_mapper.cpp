// SPDX-License-Identifier: Apache-2.0
#include "models/mapping/mapper.hpp"

#include <map>
#include <tuple>

namespace berth::mapping {
namespace {

/// The base stands alone, for it is read with every task. A task's planes that take the same vector stand side by side; those of
/// different tasks for the same vector are banks.
class BankedMapper final : public Mapper {
public:
    [[nodiscard]] std::vector<Group> groups(std::span<const Plane> planes) const override {
        std::vector<Group> groups;
        std::map<std::tuple<std::string_view, bool>, std::size_t> group_of;
        std::map<std::tuple<std::string_view, std::string_view, int>, std::pair<std::size_t, std::size_t>> strip_of;
        for (std::size_t i = 0; i < planes.size(); ++i) {
            const Plane& plane = planes[i];
            const std::string_view vector = plane.vector.empty() ? plane.matrix : plane.vector;
            const auto group = group_of.try_emplace({vector, plane.owner == kBaseOwner}, groups.size());
            if (group.second) groups.emplace_back();
            const std::size_t at = group.first->second;
            const auto strip = strip_of.try_emplace({vector, plane.owner, plane.inputs}, at, groups[at].size());
            if (strip.second) groups[at].emplace_back();
            groups[at][strip.first->second.second].push_back(i);
        }
        return groups;
    }
};

}  // namespace

std::unique_ptr<const Mapper> make_banked_mapper() { return std::make_unique<BankedMapper>(); }

}  // namespace berth::mapping

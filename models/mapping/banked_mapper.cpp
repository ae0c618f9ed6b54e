// SPDX-License-Identifier: Apache-2.0
#include "models/mapping/mapper.hpp"

#include <map>
#include <tuple>

namespace berth::mapping {
namespace {

/// The vector that a plane takes, as a name: down factors of matrices that share one share it too; an up factor has its own.
std::string_view vector_of(const Plane& plane) { return plane.role == PlaneRole::down_factor ? plane.stage : plane.matrix; }

/// The base stands alone, for it is read with every task. A task's planes that take the same vector stand side by side; those of
/// different tasks are banks.
class BankedMapper final : public Mapper {
public:
    [[nodiscard]] std::vector<Group> groups(std::span<const Plane> planes) const override {
        std::vector<Group> groups;
        std::map<std::tuple<std::string_view, PlaneRole, bool>, std::size_t> group_of;
        std::map<std::tuple<std::size_t, std::string_view, int>, std::size_t> strip_of;
        for (std::size_t i = 0; i < planes.size(); ++i) {
            const Plane& plane = planes[i];
            const auto [group, fresh] = group_of.try_emplace({vector_of(plane), plane.role, plane.owner == kBaseOwner}, groups.size());
            if (fresh) groups.emplace_back();
            Group& strips = groups[group->second];
            const auto [strip, first] = strip_of.try_emplace({group->second, plane.owner, plane.inputs}, strips.size());
            if (first) strips.emplace_back();
            strips[strip->second].push_back(i);
        }
        return groups;
    }
};

}  // namespace

std::unique_ptr<const Mapper> make_banked_mapper() { return std::make_unique<BankedMapper>(); }

}  // namespace berth::mapping

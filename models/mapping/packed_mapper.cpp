// SPDX-License-Identifier: Apache-2.0
#include "models/mapping/mapper.hpp"
#include "models/mapping/neighbours.hpp"

#include <map>
#include <utility>

namespace berth::mapping {
namespace {

class PackedMapper final : public Mapper {
public:
    [[nodiscard]] std::vector<Group> groups(std::span<const Plane> planes) const override {
        std::vector<Group> groups;
        std::map<std::pair<std::string_view, int>, std::size_t> strip_of;
        for (std::size_t i = 0; i < planes.size(); ++i) {
            const auto [found, fresh] = strip_of.try_emplace({planes[i].matrix, planes[i].inputs}, groups.size());
            if (fresh) groups.push_back({Strip{}});
            groups[found->second].front().push_back(i);
        }
        return neighbours(std::move(groups), planes);
    }
};

}  // namespace

std::unique_ptr<const Mapper> make_packed_mapper() { return std::make_unique<PackedMapper>(); }

}  // namespace berth::mapping

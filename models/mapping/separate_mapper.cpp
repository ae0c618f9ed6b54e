// SPDX-License-Identifier: Apache-2.0
#include "models/mapping/mapper.hpp"

namespace berth::mapping {
namespace {

class SeparateMapper final : public Mapper {
public:
    [[nodiscard]] std::vector<Group> groups(std::span<const Plane> planes) const override {
        std::vector<Group> groups;
        groups.reserve(planes.size());
        for (std::size_t i = 0; i < planes.size(); ++i) groups.push_back({{i}});
        return groups;
    }
};

}  // namespace

std::unique_ptr<const Mapper> make_separate_mapper() { return std::make_unique<SeparateMapper>(); }

}  // namespace berth::mapping

// SPDX-License-Identifier: Apache-2.0
#include "models/mapping/mapper.hpp"

namespace berth::mapping {
namespace {

class SeparateMapper final : public Mapper {
public:
    [[nodiscard]] std::vector<Strip> strips(std::span<const Plane> planes) const override {
        std::vector<Strip> strips;
        strips.reserve(planes.size());
        for (std::size_t i = 0; i < planes.size(); ++i) strips.push_back({i});
        return strips;
    }
};

}  // namespace

std::unique_ptr<const Mapper> make_separate_mapper() { return std::make_unique<SeparateMapper>(); }

}  // namespace berth::mapping

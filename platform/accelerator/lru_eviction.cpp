// SPDX-License-Identifier: Apache-2.0
#include "platform/accelerator/eviction.hpp"

#include <algorithm>

namespace berth::platform {
namespace {

class LruEviction final : public Eviction {
public:
    [[nodiscard]] std::size_t victim(std::span<const SlotUse> slots) const override {
        const auto oldest =
            std::min_element(slots.begin(), slots.end(), [](const SlotUse& a, const SlotUse& b) { return a.last < b.last; });
        return static_cast<std::size_t>(oldest - slots.begin());
    }
};

}  // namespace

std::unique_ptr<const Eviction> make_lru_eviction() { return std::make_unique<LruEviction>(); }

}  // namespace berth::platform

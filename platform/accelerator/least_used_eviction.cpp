// SPDX-License-Identifier: Apache-2.0
#include "platform/accelerator/eviction.hpp"

#include <algorithm>
#include <utility>

namespace berth::platform {
namespace {

class LeastUsedEviction final : public Eviction {
public:
    [[nodiscard]] std::size_t victim(std::span<const SlotUse> slots) const override {
        const auto least = std::min_element(slots.begin(), slots.end(), [](const SlotUse& a, const SlotUse& b) {
            return std::pair(a.requests, a.last) < std::pair(b.requests, b.last);
        });
        return static_cast<std::size_t>(least - slots.begin());
    }
};

}  // namespace

std::unique_ptr<const Eviction> make_least_used_eviction() { return std::make_unique<LeastUsedEviction>(); }

}  // namespace berth::platform

// SPDX-License-Identifier: Apache-2.0
#include "platform/accelerator/scheduler.hpp"

#include <algorithm>

namespace berth::platform {
namespace {

class DeadlineScheduler final : public Scheduler {
public:
    [[nodiscard]] std::size_t next(std::span<const WaitingRequest> waiting, std::optional<std::uint32_t>) const override {
        // Less one, no deadline is the latest of all.
        const auto urgent = std::min_element(waiting.begin(), waiting.end(), [](const WaitingRequest& a, const WaitingRequest& b) {
            return a.deadline_ps - 1 < b.deadline_ps - 1;
        });
        return static_cast<std::size_t>(urgent - waiting.begin());
    }
};

}  // namespace

std::unique_ptr<const Scheduler> make_deadline_scheduler(const QueueParams&) { return std::make_unique<DeadlineScheduler>(); }

}  // namespace berth::platform

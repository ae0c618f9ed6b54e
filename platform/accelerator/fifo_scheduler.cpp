// SPDX-License-Identifier: Apache-2.0
#include "platform/accelerator/scheduler.hpp"

namespace berth::platform {
namespace {

class FifoScheduler final : public Scheduler {
public:
    [[nodiscard]] std::size_t next(std::span<const WaitingRequest>, std::optional<std::uint32_t>) const override { return 0; }
};

}  // namespace

std::unique_ptr<const Scheduler> make_fifo_scheduler(const QueueParams&) { return std::make_unique<FifoScheduler>(); }

}  // namespace berth::platform

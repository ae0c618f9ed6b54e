// SPDX-License-Identifier: Apache-2.0
#include "platform/accelerator/scheduler.hpp"

#include <algorithm>

namespace berth::platform {
namespace {

/// Whoever passes a request also passes all that came before it. So when one has been passed `patience` times, all before it have been
/// too, and they go in their order: nobody is passed more often.
class ByTaskScheduler final : public Scheduler {
public:
    explicit ByTaskScheduler(std::uint64_t patience) : patience_(patience) {}

    [[nodiscard]] std::size_t next(std::span<const WaitingRequest> waiting, std::optional<std::uint32_t> last) const override {
        if (!last || waiting.front().passed >= patience_) return 0;
        const auto found = std::find_if(waiting.begin(), waiting.end(), [&](const WaitingRequest& one) { return one.task == *last; });
        return found == waiting.end() ? 0 : static_cast<std::size_t>(found - waiting.begin());
    }

private:
    std::uint64_t patience_;
};

}  // namespace

std::unique_ptr<const Scheduler> make_by_task_scheduler(const QueueParams& params) {
    return std::make_unique<ByTaskScheduler>(static_cast<std::uint64_t>(params.patience));
}

}  // namespace berth::platform

// SPDX-License-Identifier: Apache-2.0
#include "platform/accelerator/request_queue.hpp"

namespace berth::platform {

RequestQueue::RequestQueue(const QueueParams& params) : params_(params) { use(scheduler_number(params.scheduler)); }

bool RequestQueue::use(std::size_t scheduler) {
    if (scheduler >= schedulers().size()) return false;
    number_ = scheduler;
    scheduler_ = schedulers()[scheduler].make(params_);
    return true;
}

bool RequestQueue::room(std::size_t in_pipeline, int layers) const {
    if (params_.in_pipeline > 0) return in_pipeline < static_cast<std::size_t>(params_.in_pipeline);
    return !schedulers()[number_].reorders || in_pipeline < static_cast<std::size_t>(layers);
}

std::optional<std::uint64_t> RequestQueue::take(std::size_t in_pipeline, int layers) {
    if (waiting_.empty() || !room(in_pipeline, layers)) return std::nullopt;
    const auto place = static_cast<std::ptrdiff_t>(scheduler_->next(waiting_, last_));
    const WaitingRequest taken = waiting_[static_cast<std::size_t>(place)];
    waiting_.erase(waiting_.begin() + place);
    for (auto earlier = waiting_.begin(); earlier != waiting_.begin() + place; ++earlier) ++earlier->passed;
    last_ = taken.task;
    return taken.number;
}

}  // namespace berth::platform

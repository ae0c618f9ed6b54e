// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/accelerator/scheduler.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace berth::platform {

/// Requests that have been fetched and wait for the pipeline, which takes them in its scheduler's order as it has room.
class RequestQueue {
public:
    explicit RequestQueue(const QueueParams& params);

    /// Takes another scheduler, by its place in the table of schedulers. @return whether there is one.
    bool use(std::size_t scheduler);
    [[nodiscard]] std::size_t scheduler() const { return number_; }

    [[nodiscard]] bool full() const { return waiting_.size() >= static_cast<std::size_t>(params_.depth); }
    [[nodiscard]] bool empty() const { return waiting_.empty(); }

    /// Numbers come in ascending order.
    void add(std::uint64_t number, std::uint32_t task, std::uint64_t deadline_ps) { waiting_.push_back({number, task, deadline_ps, 0}); }

    /// The number of the request that may go now.
    /// @param in_pipeline requests there. @param layers of the model.
    [[nodiscard]] std::optional<std::uint64_t> take(std::size_t in_pipeline, int layers);

private:
    [[nodiscard]] bool room(std::size_t in_pipeline, int layers) const;

    QueueParams params_;
    std::size_t number_ = 0;
    std::unique_ptr<const Scheduler> scheduler_;
    std::vector<WaitingRequest> waiting_;  ///< in the order in which they came
    std::optional<std::uint32_t> last_;    ///< task let in last
};

}  // namespace berth::platform

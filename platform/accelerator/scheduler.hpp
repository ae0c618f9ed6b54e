// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/params.hpp"

#include <boost/json.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace berth::platform {

/// Names that QueueParams::scheduler can take.
[[nodiscard]] std::vector<std::string> scheduler_names();

/// How requests that have been fetched wait for the pipeline.
struct QueueParams {
    std::string scheduler;
    int depth;
    int in_pipeline;
    int patience;

    static constexpr std::tuple fields{
        Choice{"scheduler", &QueueParams::scheduler, &scheduler_names, "which waiting request is let into the pipeline next"},
        Field{"depth", &QueueParams::depth, "request", 1, 65536, "requests that are fetched ahead and wait for the pipeline"},
        Field{"in_pipeline", &QueueParams::in_pipeline, "request", 0, 65536,
              "requests in the pipeline at once; 0: without a limit under fifo, else as many as the model has layers"},
        Field{"patience", &QueueParams::patience, "request", 0, 65536, "later requests that by_task lets in before an earlier one"},
    };
};

/// A request that waits for the pipeline.
struct WaitingRequest {
    std::uint64_t number = 0;  ///< counts requests in the order in which they came
    std::uint32_t task = 0;
    std::uint64_t deadline_ps = 0;  ///< since the simulation began; 0: none
    std::uint64_t passed = 0;       ///< requests that came later and were let in before
};

/// Decides who is let into the pipeline next.
class Scheduler {
public:
    virtual ~Scheduler() = default;

    /// @param waiting in the order in which they came; not empty. @param last the task let in last; none before the first.
    /// @return the place of the next one among them.
    [[nodiscard]] virtual std::size_t next(std::span<const WaitingRequest> waiting, std::optional<std::uint32_t> last) const = 0;
};

/// One line of the registration table. Its place in the table is the number in the register `scheduler`.
struct SchedulerEntry {
    std::string_view name, meaning, source;
    bool reorders;  ///< and so wants requests to wait: see QueueParams::in_pipeline
    std::unique_ptr<const Scheduler> (*make)(const QueueParams& params);
};

/// Every scheduler there is. To add one: a file of its own with its make function, and a line here, at the end.
[[nodiscard]] std::span<const SchedulerEntry> schedulers();

/// The place of a name in the table. @throws std::invalid_argument for one that is not registered.
[[nodiscard]] std::size_t scheduler_number(std::string_view name);

/// [{number, name, meaning, source}], as `berth list schedulers` shows them.
[[nodiscard]] boost::json::array describe_schedulers();

[[nodiscard]] std::unique_ptr<const Scheduler> make_fifo_scheduler(const QueueParams& params);
[[nodiscard]] std::unique_ptr<const Scheduler> make_by_task_scheduler(const QueueParams& params);
[[nodiscard]] std::unique_ptr<const Scheduler> make_deadline_scheduler(const QueueParams& params);

}  // namespace berth::platform

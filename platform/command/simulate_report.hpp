// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/command/command.hpp"
#include "platform/command/simulate_input.hpp"
#include "platform/simulation.hpp"

#include <boost/json.hpp>

#include <span>
#include <string>
#include <vector>

namespace berth::command {

/// What came of one task's sentences, in their order.
struct TaskOutcome {
    std::vector<float> logits;  ///< [sentences, labels]; none where they were not computed
    std::vector<double> latency_s;
    std::size_t missed = 0;  ///< deadlines
};

/// The run's outcome by task.
[[nodiscard]] std::vector<TaskOutcome> by_task(const SimulateInput& input, const platform::SimulationOutcome& outcome);

/// The report of docs/README: `wall_s` is left at 0. Books static energy in the outcome's ledger. @param references of each task.
[[nodiscard]] boost::json::object simulate_report(const SimulateOptions& options, const SimulateInput& input,
                                                  platform::SimulationOutcome& outcome, std::span<const TaskOutcome> tasks,
                                                  std::span<const ReferenceLogits> references, const Common& common, int threads);

/// The same in a few lines for people.
[[nodiscard]] std::string simulate_summary(const boost::json::object& report);

}  // namespace berth::command

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/calibrated_norm.hpp"
#include "compressor/draft.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace berth::compressor {

/// Tasks for which a stage is asked for with the same parameters.
template <class Params>
struct TasksAlike {
    const Params* params;
    std::vector<std::size_t> tasks;
};

/// The tasks that have no low-rank factors at a matrix yet, by the parameters of a stage that makes some with a rank.
/// @param params_of a task's parameters; null where the stage leaves it alone, as it does where the rank is 0.
template <class Params, class ParamsOf>
[[nodiscard]] std::vector<TasksAlike<Params>> tasks_without_factors(const Draft& draft, std::size_t index, const ParamsOf& params_of) {
    std::vector<TasksAlike<Params>> groups;
    for (std::size_t task = 0; task < draft.tasks.size(); ++task) {
        const Params* params = params_of(task);
        if (!params || params->rank == 0 || draft.image.tasks[task].network.linears[index].low_rank) continue;
        const auto found = std::find_if(groups.begin(), groups.end(), [&](const auto& group) { return *group.params == *params; });
        if (found == groups.end())
            groups.push_back({params, {task}});
        else
            found->tasks.push_back(task);
    }
    return groups;
}

/// What the image does not hold yet of some tasks' matrices.
class ResidualDeltas {
public:
    ResidualDeltas(const Draft& draft, const std::vector<std::size_t>& tasks, std::size_t index) {
        for (const std::size_t task : tasks) left_.push_back(draft.residual(task, index, (*draft.target(task))[index]));
        for (std::size_t i = 0; i < tasks.size(); ++i)
            all_.push_back({left_[i], draft.subject.calibrated()[tasks[i]].calibration.sites[index]});
    }
    ResidualDeltas(const ResidualDeltas&) = delete;
    ResidualDeltas& operator=(const ResidualDeltas&) = delete;

    [[nodiscard]] const std::vector<DeltaOfTask>& all() const { return all_; }

private:
    std::vector<Rows> left_;
    std::vector<DeltaOfTask> all_;
};

}  // namespace berth::compressor

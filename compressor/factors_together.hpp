// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/calibrated_norm.hpp"
#include "compressor/stage.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace berth::compressor {

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

/// A stage that gives factors at a matrix to all tasks together for which it is asked for with the same parameters. Those that have some
/// there, and those with a rank of 0, are left alone.
template <class Parameters>
class FactorsTogether : public StageOf<Parameters> {
public:
    using StageOf<Parameters>::StageOf;

    [[nodiscard]] Need needs() const override { return Need::calibration; }

protected:
    /// Calls share(tasks, matrix, parameters), matrices side by side. @param stage its name. @param doing what its progress says.
    template <class Share>
    void at_every_matrix(Draft& draft, Threads& threads, const char* stage, const char* doing, const Share& share) const {
        draft.need_base(stage);
        Progress progress(doing, draft.matrices(), draft.subject.request().quiet);
        threads.for_each(draft.matrices(), [&](std::size_t index) {
            for (const Alike& alike : tasks_alike(draft, index)) share(alike.tasks, index, *alike.params);
            progress.advance();
        });
    }

private:
    struct Alike {
        const Parameters* params;
        std::vector<std::size_t> tasks;
    };

    [[nodiscard]] std::vector<Alike> tasks_alike(const Draft& draft, std::size_t index) const {
        std::vector<Alike> groups;
        for (std::size_t task = 0; task < draft.tasks.size(); ++task) {
            const Parameters* params = this->at(draft, task, index);
            if (!params || params->rank == 0 || draft.image.tasks[task].network.linears[index].low_rank) continue;
            const auto found = std::find_if(groups.begin(), groups.end(), [&](const Alike& group) { return *group.params == *params; });
            if (found == groups.end())
                groups.push_back({params, {task}});
            else
                found->tasks.push_back(task);
        }
        return groups;
    }
};

}  // namespace berth::compressor

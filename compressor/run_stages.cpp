// SPDX-License-Identifier: Apache-2.0
#include "compressor/run_stages.hpp"

#include "compressor/finish.hpp"
#include "models/core/error.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace berth::compressor {
namespace {

class Run {
public:
    Run(const StageList& list, const CompressionRequest& request, Threads& threads)
        : list_(list), threads_(threads), subject_(request, list.needs(), threads) {}

    [[nodiscard]] WeightImage make(const Budget& budget) {
        Draft draft = drafted(budget);
        return finish(std::move(draft), threads_).image;
    }

    [[nodiscard]] WeightImage within_loss(double most) {
        constexpr int steps = 40;
        double least = 1e300;
        for (int step = 0; step < steps; ++step) {
            Draft draft = drafted({std::nullopt, step});
            const bool last = draft.plan && draft.plan->all;
            Finished finished = finish(std::move(draft), threads_);
            least = std::min(least, finished.loss);
            if (finished.loss <= most) return std::move(finished.image);
            if (last) break;
        }
        throw InputError("--max-loss", fmt::format("{} cannot be reached with these tasks", most),
                         fmt::format("{:.2f} points or more, the best reached", least));
    }

private:
    [[nodiscard]] Draft drafted(const Budget& budget) {
        Draft draft(subject_, list_.names, budget);
        for (const auto& stage : list_.stages) stage->apply(draft, threads_);
        return draft;
    }

    const StageList& list_;
    Threads& threads_;
    Subject subject_;
};

}  // namespace

WeightImage run_stages(const StageList& list, const CompressionRequest& request, Threads& threads) {
    Run run(list, request, threads);
    if (list.has("allocation") && !request.max_area) return run.within_loss(request.max_loss.value_or(kDefaultLoss));
    return run.make({request.max_area, 0});
}

}  // namespace berth::compressor

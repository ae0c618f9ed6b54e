// SPDX-License-Identifier: Apache-2.0
#include "compressor/run_stages.hpp"

#include "berth/version.hpp"
#include "compressor/finish.hpp"
#include "models/core/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace berth::compressor {
namespace {

class Run {
public:
    Run(const StageList& list, const CompressionRequest& request, Threads& threads)
        : list_(list), threads_(threads), subject_(request, list.needs(), threads) {}

    [[nodiscard]] WeightImage make(const Budget& budget) { return finish(list_.draft(subject_, budget, threads_), threads_).image; }

    [[nodiscard]] WeightImage within_loss(double most) {
        constexpr int steps = 40;
        double least = 1e300;
        for (int step = 0; step < steps; ++step) {
            if (const auto known = tried(step); known && known->loss > most) {
                least = std::min(least, known->loss);
                if (known->last) break;
                continue;
            }
            Draft draft = list_.draft(subject_, {std::nullopt, step}, threads_);
            const bool last = draft.plan && draft.plan->all;
            Finished finished = finish(std::move(draft), threads_);
            record(step, {finished.loss, last});
            least = std::min(least, finished.loss);
            if (finished.loss <= most) return std::move(finished.image);
            if (last) break;
        }
        throw InputError("--max-loss", fmt::format("{} cannot be reached with these tasks", most),
                         fmt::format("{:.2f} points or more, the best reached", least));
    }

private:
    /// What a step of a search for an area came to.
    struct Tried {
        double loss;
        bool last;  ///< nothing more can be bought
    };
    [[nodiscard]] std::optional<Tried> tried(int step) const {
        if (!keeps_journal()) return std::nullopt;
        const auto known = subject_.request().journal->find<double>(question(step), 2);
        return known ? std::optional(Tried{(*known)[0], (*known)[1] != 0.0}) : std::nullopt;
    }
    void record(int step, const Tried& outcome) {
        const std::array numbers{outcome.loss, outcome.last ? 1.0 : 0.0};
        if (keeps_journal()) subject_.request().journal->record<double>(question(step), numbers);
    }
    /// Not where an image stands behind the request that no question names.
    [[nodiscard]] bool keeps_journal() const {
        const CompressionRequest& request = subject_.request();
        return request.journal && !request.appended_to;
    }
    [[nodiscard]] boost::json::object question(int step) const {
        const CompressionRequest& request = subject_.request();
        boost::json::array tasks;
        for (std::size_t t = 0; t < request.tasks.size(); ++t)
            tasks.push_back({{"name", request.tasks[t].name},
                             {"files", subject_.bare(t).provenance},
                             {"rows", static_cast<int>(request.tasks[t].rows)},
                             {"metric", subject_.bare(t).metric}});
        return {{"what", "loss of a step"},  {"berth", kVersion},     {"base", subject_.family().provenance()},
                {"tasks", std::move(tasks)}, {"stages", list_.given}, {"platform", request.platform_sha256},
                {"seed", request.seed},      {"step", step}};
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

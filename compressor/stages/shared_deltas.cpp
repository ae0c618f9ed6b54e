// SPDX-License-Identifier: Apache-2.0
#include "compressor/factors_together.hpp"
#include "compressor/low_rank.hpp"
#include "compressor/similar_deltas.hpp"
#include "compressor/stages/kinds.hpp"

#include <algorithm>
#include <optional>

namespace berth::compressor {
namespace {

struct SharedDeltaParams {
    double threshold = 0.1;
    int rank = 16, bits = 4, rounds = 3;

    static constexpr std::tuple fields{
        Field{"threshold", &SharedDeltaParams::threshold, "of what no delta loses", 0.0, 1.0,
              "that every task of a cluster may lose with any other's delta in place of its own, in the calibrated norm"},
        Field{"rank", &SharedDeltaParams::rank, "vectors", 0, kMostRank, "of a cluster's factors, half the matrix's smaller side at most"},
        Field{"bits", &SharedDeltaParams::bits, "bit", 2, inference::kMatrixMagnitudeBits + 1, "of a factor's code, sign included"},
        Field{"rounds", &SharedDeltaParams::rounds, "rounds", 1, 16, "times that each factor is solved for with the other as quantised"},
    };

    bool operator==(const SharedDeltaParams&) const = default;
};

using Factors = std::shared_ptr<const inference::LowRankDelta>;

class SharedDeltas : public FactorsTogether<SharedDeltaParams> {
public:
    using FactorsTogether::FactorsTogether;

    void apply(Draft& draft, Threads& threads) const override {
        at_every_matrix(draft, threads, "shared_deltas", "deltas alike",
                        [&](const std::vector<std::size_t>& tasks, std::size_t index, const SharedDeltaParams& params) {
                            share(draft, tasks, index, params);
                        });
    }

private:
    static void share(Draft& draft, const std::vector<std::size_t>& tasks, std::size_t index, const SharedDeltaParams& params) {
        const ResidualDeltas deltas(draft, tasks, index);
        std::vector<std::size_t> left;
        for (std::size_t i = 0; i < tasks.size(); ++i) {
            if (Factors there = delta_there(draft, deltas.all()[i], index, params))
                draft.image.tasks[tasks[i]].network.linears[index].low_rank = std::move(there);
            else
                left.push_back(i);
        }
        const std::vector<DeltaOfTask> some = chosen(deltas.all(), left);
        for (const auto& cluster : similar_deltas(some, params.threshold)) {
            if (cluster.size() < 2) continue;
            const Factors factors = delta_of(chosen(some, cluster), params);
            for (const std::size_t member : cluster) draft.image.tasks[tasks[left[member]]].network.linears[index].low_rank = factors;
        }
    }

    static std::vector<DeltaOfTask> chosen(const std::vector<DeltaOfTask>& deltas, const std::vector<std::size_t>& which) {
        std::vector<DeltaOfTask> some;
        for (const std::size_t one : which) some.push_back(deltas[one]);
        return some;
    }

    /// Null where the cluster's tasks have no delta.
    static Factors delta_of(const std::vector<DeltaOfTask>& cluster, const SharedDeltaParams& params) {
        const Rows mean = mean_delta(cluster);
        const SiteCalibration site = pooled_site(cluster);
        const int rank = std::min(params.rank, static_cast<int>(std::min(mean.rows(), mean.cols()) / 2));
        if (rank == 0 || mean.isZero(0.0F)) return nullptr;
        return low_rank_delta(mean, site, rank, params.bits - 1, params.rounds);
    }

    /// Of the deltas that the tasks of the image appended to have, the one with which this task loses least, where that is little enough.
    static Factors delta_there(const Draft& draft, const DeltaOfTask& task, std::size_t index, const SharedDeltaParams& params) {
        const WeightImage* const image = draft.subject.request().appended_to;
        Factors best;
        double least = params.threshold;
        for (std::size_t other = 0; image && other < image->tasks.size(); ++other) {
            const Factors& there = image->tasks[other].network.linears[index].low_rank;
            if (!there) continue;
            const double loss = loss_with(real_values(*there), task);
            if (loss > least || (best && loss == least)) continue;
            least = loss;
            best = there;
        }
        return best;
    }
};

}  // namespace

StageKind stages::shared_deltas() {
    return {"shared_deltas",
            "one low-rank delta for tasks whose deltas at a matrix stand in for each other: that of their mean",
            "what the tasks of a cluster have in common; tasks like no other are left to a stage behind it",
            "rank times the sum of a matrix's sides once for a cluster",
            "those of one task for a cluster",
            "a scale a row of each factor, once for a cluster",
            "complete linkage in the calibrated norm; the mean as RegMean has it (Jin et al. 2022, arXiv:2212.09849)",
            &make_stage_of<SharedDeltas>,
            &parameters_of<SharedDeltas>};
}

}  // namespace berth::compressor

// SPDX-License-Identifier: Apache-2.0
#include "compressor/low_rank.hpp"

#include "compressor/adapter_delta.hpp"
#include "compressor/stages/kinds.hpp"

#include <algorithm>

namespace berth::compressor {
namespace {

std::vector<std::string> adapter_ways() { return {"own", "merged"}; }

struct LowRankParams {
    int rank = 16, bits = 4, rounds = 3;
    std::string adapters = "own";

    static constexpr std::tuple fields{
        Field{"rank", &LowRankParams::rank, "vectors", 0, kMostRank,
              "of the factors, half the matrix's smaller side at most; an allocation before it has its say instead"},
        Field{"bits", &LowRankParams::bits, "bit", 2, inference::kMatrixMagnitudeBits + 1, "of a factor's code, sign included; likewise"},
        Field{"rounds", &LowRankParams::rounds, "rounds", 1, 16, "times that each factor is solved for with the other as quantised"},
        Choice{"adapters", &LowRankParams::adapters, &adapter_ways,
               "a task that came as an adapter keeps the adapter's factors at their own rank wherever they are all it has beyond an "
               "8-bit base rounded to nearest, or is treated as a whole model"},
    };
};

class LowRank : public StageOf<LowRankParams> {
public:
    using StageOf::StageOf;

    [[nodiscard]] Need needs() const override { return Need::calibration; }

    void apply(Draft& draft, Threads& threads) const override {
        draft.need_base("low_rank");
        Progress progress("factors", draft.tasks.size() * draft.matrices(), draft.subject.request().quiet);
        for (std::size_t task = 0; task < draft.tasks.size(); ++task) {
            const auto target = draft.target(task);
            threads.for_each(draft.matrices(), [&](std::size_t index) {
                if (const LowRankParams* params = at(draft, task, index)) add(draft, task, index, (*target)[index], *params);
                progress.advance();
            });
        }
    }

private:
    static void add(Draft& draft, std::size_t task, std::size_t index, const Rows& target, const LowRankParams& params) {
        inference::Linear& linear = draft.image.tasks[task].network.linears[index];
        if (linear.low_rank) return;
        if (keeps_adapter(draft, task, index, params)) {
            const CalibratedTask& of = draft.subject.calibrated()[task];
            if (of.added[index])
                linear.low_rank = quantise_factors(*of.added[index], of.calibration.sites[index], params.bits - 1, params.rounds);
            return;
        }
        const int most = std::min(linear.matrix->out, linear.matrix->in) / 2;
        const int rank = draft.plan ? draft.plan->ranks[task * draft.matrices() + index] : std::min(params.rank, most);
        const int magnitude_bits = draft.plan ? draft.plan->factor_magnitude_bits : params.bits - 1;
        if (rank == 0) return;
        const SiteCalibration& site = draft.subject.calibrated()[task].calibration.sites[index];
        const Rows left = draft.residual(task, index, target);
        linear.low_rank = low_rank_delta(left, site, rank, magnitude_bits, params.rounds);
    }

    /// Whether the adapter's factors are all that the image lacks of the matrix, but for the base's rounding, which is left as it is.
    static bool keeps_adapter(const Draft& draft, std::size_t task, std::size_t index, const LowRankParams& params) {
        const CalibratedTask& of = draft.subject.calibrated()[task];
        const inference::Linear& linear = draft.image.tasks[task].network.linears[index];
        const bool edited = draft.tasks[task].edited || linear.delta;
        return params.adapters == "own" && params.rank > 0 && !draft.plan && !of.added.empty() && !edited &&
               is_adapter_alone(of.weights[index], of.added[index].get(), *linear.matrix);
    }
};

}  // namespace

StageKind stages::low_rank() {
    return {
        "low_rank",
        "two small matrices in series, the best of their rank in the calibrated norm, where a matrix has none yet",
        "the directions of the delta that the logits see most",
        "rank times the sum of a matrix's sides, times the magnitude's bits; none where the mapper keeps factors digital",
        "few columns of the first factor; all of the second, at few rows",
        "a scale a row of each factor",
        "singular value decomposition in the norm of Kronecker factors (Martens and Grosse 2015, arXiv:1503.05671); docs/compression.md",
        &make_stage_of<LowRank>,
        &parameters_of<LowRank>};
}

}  // namespace berth::compressor

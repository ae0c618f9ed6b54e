// SPDX-License-Identifier: Apache-2.0
#include "compressor/dictionary.hpp"
#include "compressor/factors_together.hpp"
#include "compressor/image_planes.hpp"
#include "compressor/low_rank.hpp"
#include "compressor/stages/kinds.hpp"

#include <algorithm>
#include <optional>

namespace berth::compressor {
namespace {

std::vector<std::string> common_names() { return {"larger", "up", "down"}; }

struct DictionaryParams {
    int rank = 32, bits = 4, rounds = 3;
    std::string common = "larger";

    static constexpr std::tuple fields{
        Field{"rank", &DictionaryParams::rank, "vectors", 0, kMostRank, "of the basis, the matrix's smaller side at most"},
        Field{"bits", &DictionaryParams::bits, "bit", 2, inference::kMatrixMagnitudeBits + 1, "of a factor's code, sign included"},
        Field{"rounds", &DictionaryParams::rounds, "rounds", 1, 16, "times that each factor is solved for with the others as quantised"},
        Choice{"common", &DictionaryParams::common, &common_names,
               "the factor that tasks have in common: up [out, rank], down [rank, in], or that on the matrix's larger side"},
    };

    bool operator==(const DictionaryParams&) const = default;
};

class SharedDictionary : public FactorsTogether<DictionaryParams> {
public:
    using FactorsTogether::FactorsTogether;

    void apply(Draft& draft, Threads& threads) const override {
        at_every_matrix(draft, threads, "shared_dictionary", "dictionaries",
                        [&](const std::vector<std::size_t>& tasks, std::size_t index, const DictionaryParams& params) {
                            share(draft, tasks, index, params);
                        });
    }

private:
    static CommonFactor common_of(const DictionaryParams& params, const inference::Int8Matrix& matrix) {
        if (params.common == "larger") return matrix.out >= matrix.in ? CommonFactor::up : CommonFactor::down;
        return params.common == "up" ? CommonFactor::up : CommonFactor::down;
    }

    static void share(Draft& draft, const std::vector<std::size_t>& tasks, std::size_t index, const DictionaryParams& params) {
        const inference::Int8Matrix& matrix = *draft.image.tasks[tasks.front()].network.linears[index].matrix;
        const CommonFactor which = common_of(params, matrix);
        const int rank = std::min({params.rank, matrix.out, matrix.in});
        const ResidualDeltas residuals(draft, tasks, index);
        const std::vector<DeltaOfTask>& deltas = residuals.all();
        std::optional<Dictionary> dictionary = extended(draft, deltas, index, which, rank, params.bits - 1);
        if (!dictionary) dictionary = make_dictionary(deltas, which, rank, params.bits - 1, params.rounds);
        for (std::size_t i = 0; i < tasks.size(); ++i)
            draft.image.tasks[tasks[i]].network.linears[index].low_rank =
                std::make_shared<const inference::LowRankDelta>(dictionary->delta(i, which));
    }

    /// Of the bases that tasks of the image appended to have in common, the one with which least is lost; none where there is none of this
    /// rank and precision.
    static std::optional<Dictionary> extended(const Draft& draft, const std::vector<DeltaOfTask>& deltas, std::size_t index,
                                              CommonFactor which, int rank, int magnitude_bits) {
        const WeightImage* const image = draft.subject.request().appended_to;
        std::optional<Dictionary> best;
        double least = 0.0;
        const PlaneKind kind = which == CommonFactor::up ? PlaneKind::up : PlaneKind::down;
        for (std::size_t task = 0; image && task < image->tasks.size(); ++task) {
            const auto sharers = sharers_of_factor(*image, task, index, kind);
            if (sharers.size() < 2 || sharers.front() != task) continue;
            const auto& factors = *image->tasks[task].network.linears[index].low_rank;
            const auto& common = which == CommonFactor::up ? factors.up : factors.down;
            if (factors.down->out != rank || common->magnitude_bits != magnitude_bits) continue;
            Dictionary dictionary = extend_dictionary(deltas, which, common, magnitude_bits);
            double loss = 0.0;
            for (std::size_t i = 0; i < deltas.size(); ++i)
                loss += calibrated_loss(deltas[i].delta - real_values(dictionary.delta(i, which)), deltas[i].site);
            if (best && loss >= least) continue;
            least = loss;
            best = std::move(dictionary);
        }
        return best;
    }
};

}  // namespace

StageKind stages::shared_dictionary() {
    return {"shared_dictionary",
            "low-rank deltas of several tasks with one factor in common: a basis that each task has its own coefficients for",
            "of every task's delta what lies in the directions that matter most to all tasks together",
            "the basis once, rank times a matrix's one side; for every task rank times its other side",
            "those of the basis once; the tasks' own stand behind one set where the mapper shares them",
            "a scale a row of each factor",
            "singular value decomposition of the deltas of all tasks, in the norm of docs/compression.md's step 3",
            &make_stage_of<SharedDictionary>,
            &parameters_of<SharedDictionary>};
}

}  // namespace berth::compressor

// SPDX-License-Identifier: Apache-2.0
#include "compressor/error_feedback.hpp"
#include "compressor/quantise.hpp"
#include "compressor/stages/kinds.hpp"

namespace berth::compressor {
namespace {

std::vector<std::string> roundings() { return {"nearest", "feedback"}; }

struct CopyParams {
    int bits = inference::kMatrixMagnitudeBits + 1;
    std::string rounding = "nearest";

    static constexpr std::tuple fields{
        Field{"bits", &CopyParams::bits, "bit", 2, inference::kMatrixMagnitudeBits + 1, "of a code, sign included"},
        Choice{"rounding", &CopyParams::rounding, &roundings, "each weight by itself, or errors made up for in the calibrated inputs"},
    };
};

bool with_feedback(const CopyParams& params) { return params.rounding == "feedback"; }

class LowBitCopies : public StageOf<CopyParams> {
public:
    using StageOf::StageOf;

    [[nodiscard]] Need needs() const override { return settings().any(&with_feedback) ? Need::calibration : Need::weights; }

    void apply(Draft& draft, Threads& threads) const override {
        for (std::size_t task = 0; task < draft.tasks.size(); ++task) {
            const auto target = draft.target(task);
            threads.for_each(draft.matrices(), [&](std::size_t index) {
                const CopyParams* params = at(draft, task, index);
                if (!params) return;
                inference::Linear& linear = draft.image.tasks[task].network.linears[index];
                linear.delta = nullptr;
                linear.low_rank = nullptr;
                linear.matrix = made(draft, task, index, (*target)[index], *params);
            });
        }
    }

private:
    [[nodiscard]] static std::shared_ptr<const inference::Int8Matrix> made(const Draft& draft, std::size_t task, std::size_t index,
                                                                           const Rows& weights, const CopyParams& params) {
        if (!with_feedback(params))
            return quantise(values_of(weights), static_cast<int>(weights.rows()), static_cast<int>(weights.cols()), params.bits - 1);
        return std::make_shared<const inference::Int8Matrix>(
            quantise_with_feedback(weights, params.bits - 1, damped(draft.subject.calibrated()[task].calibration.sites[index].inputs)));
    }
};

}  // namespace

StageKind stages::low_bit_copies() {
    return {"low_bit_copies",
            "a matrix of the task's own, in place of the base's and of what was coded on it",
            "every weight, in few bits",
            "a weight's magnitude bits for every task",
            "those of one model for every task, unless the mapper shares them",
            "a scale an output channel",
            "baseline of Kang, Shin, Kim, ICCAD 2021; feedback: GPTQ (Frantar et al. 2022, arXiv:2210.17323)",
            &make_stage_of<LowBitCopies>,
            &parameters_of<LowBitCopies>};
}

}  // namespace berth::compressor

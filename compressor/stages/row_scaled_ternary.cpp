// SPDX-License-Identifier: Apache-2.0
#include "compressor/error_feedback.hpp"
#include "compressor/row_scaled.hpp"
#include "compressor/stages/kinds.hpp"

namespace berth::compressor {
namespace {

std::vector<std::string> selections() { return {"magnitude", "calibrated"}; }
constexpr float kDamping = 0.01F;

struct TernaryParams {
    std::string selection = "magnitude";
    double keep = 0.5;
    int max_precision = kMostMagnitudeBits;

    static constexpr std::tuple fields{
        Choice{"selection", &TernaryParams::selection, &selections,
               "the largest elements of each row, or column after column with the errors made up for in the calibrated inputs"},
        Field{"keep", &TernaryParams::keep, "of a row", 0.001, 1.0, "by magnitude: elements of a row that are not zero"},
        Field{"max_precision", &TernaryParams::max_precision, "bit", 1, kMostMagnitudeBits, "magnitude bits of a row's scale at most"},
    };
};

class RowScaledTernary : public StageOf<TernaryParams> {
public:
    using StageOf::StageOf;

    [[nodiscard]] Need needs() const override { return settings().common().selection == "calibrated" ? Need::calibration : Need::weights; }

    void apply(Draft& draft, Threads& threads) const override {
        draft.need_base("row_scaled_ternary");
        const auto& calibrated = draft.subject.calibrated();
        for (std::size_t task = 0; task < draft.tasks.size(); ++task) {
            const auto target = draft.target(task);
            CodedDeltas& coded = draft.integers(task, threads);
            threads.for_each(draft.matrices(), [&](std::size_t index) {
                const TernaryParams* params = at(draft, task, index);
                if (!params) return;
                const inference::Int8Matrix& base = *draft.image.base[index];
                if (params->selection == "magnitude" || calibrated.empty())
                    return code_by_magnitude(coded, index, base, params->keep, params->max_precision);
                const Eigen::MatrixXf inputs = damped(calibrated[task].calibration.sites[index].inputs, kDamping);
                code_with_feedback(coded, index, base, draft.residual(task, index, (*target)[index]), inputs, params->max_precision);
            });
            draft.write_codes(task);
        }
    }
};

}  // namespace

StageKind stages::row_scaled_ternary() {
    return {"row_scaled_ternary",
            "the sign of some elements, at one magnitude a row; the others are zero",
            "signs of the largest elements, or of those that calibrated error feedback picks; a row's magnitude is in whole steps of the "
            "base's scale",
            "the bits of the matrix's largest magnitude for every weight of a kept channel: one where it is a step",
            "a column a slice and polarity of every kept channel",
            "the kept channels' numbers",
            "ComPEFT (Yadav et al. 2023, arXiv:2311.13171), by row; calibrated: GPTQ (Frantar et al. 2022, arXiv:2210.17323)",
            &make_stage_of<RowScaledTernary>,
            &parameters_of<RowScaledTernary>};
}

}  // namespace berth::compressor

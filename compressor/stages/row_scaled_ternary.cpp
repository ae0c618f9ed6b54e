// SPDX-License-Identifier: Apache-2.0
#include "compressor/coding_stage.hpp"
#include "compressor/error_feedback.hpp"
#include "compressor/row_scaled.hpp"
#include "compressor/stages/kinds.hpp"

namespace berth::compressor {
namespace {

std::vector<std::string> selections() { return {"magnitude", "calibrated"}; }

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

bool calibrated(const TernaryParams& params) { return params.selection == "calibrated"; }

class RowScaledTernary final : public CodingStage<TernaryParams> {
public:
    using CodingStage::CodingStage;

    [[nodiscard]] Need needs() const override { return settings().any(&calibrated) ? Need::calibration : Need::weights; }

private:
    [[nodiscard]] const char* name() const override { return "row_scaled_ternary"; }

    void code(const Draft& draft, std::size_t task, std::size_t index, const TernaryParams& params, CodedDeltas& coded) const override {
        const inference::Int8Matrix& base = *draft.image.base[index];
        if (!calibrated(params)) return code_by_magnitude(coded, index, base, params.keep, params.max_precision);
        const Eigen::MatrixXf inputs = damped(draft.subject.calibrated()[task].calibration.sites[index].inputs);
        code_with_feedback(coded, index, base, draft.residual(task, index, (*draft.target(task))[index]), inputs, params.max_precision);
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

// SPDX-License-Identifier: Apache-2.0
#include "compressor/coding_stage.hpp"
#include "compressor/row_scaled.hpp"
#include "compressor/stages/kinds.hpp"

namespace berth::compressor {
namespace {

struct SignParams {
    int max_precision = kMostMagnitudeBits;

    static constexpr std::tuple fields{
        Field{"max_precision", &SignParams::max_precision, "bit", 1, kMostMagnitudeBits, "magnitude bits of a row's scale at most"},
    };
};

class RowScaledSign final : public CodingStage<SignParams> {
public:
    using CodingStage::CodingStage;

private:
    [[nodiscard]] const char* name() const override { return "row_scaled_sign"; }

    void code(const Draft& draft, std::size_t, std::size_t index, const SignParams& params, CodedDeltas& coded) const override {
        code_by_magnitude(coded, index, *draft.image.base[index], 1.0, params.max_precision);
    }
};

}  // namespace

StageKind stages::row_scaled_sign() {
    return {
        "row_scaled_sign",
        "the sign of every element, at one magnitude a row",
        "signs; a row's magnitude is the mean of its elements' in whole steps of the base's scale, and rows below half a step are left out",
        "the bits of the matrix's largest magnitude for every weight of a kept channel: one where it is a step",
        "a column a slice and polarity of every kept channel",
        "the kept channels' numbers",
        "BitDelta (Liu et al. 2024, arXiv:2402.10193), by row",
        &make_stage_of<RowScaledSign>,
        &parameters_of<RowScaledSign>};
}

}  // namespace berth::compressor

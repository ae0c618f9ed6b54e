// SPDX-License-Identifier: Apache-2.0
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

class RowScaledSign : public StageOf<SignParams> {
public:
    using StageOf::StageOf;

    void apply(Draft& draft, Threads& threads) const override {
        draft.need_base("row_scaled_sign");
        for (std::size_t task = 0; task < draft.tasks.size(); ++task) {
            CodedDeltas& coded = draft.integers(task, threads);
            threads.for_each(draft.matrices(), [&](std::size_t index) {
                if (const SignParams* params = at(draft, task, index))
                    code_by_magnitude(coded, index, *draft.image.base[index], 1.0, params->max_precision);
            });
            draft.write_codes(task);
        }
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

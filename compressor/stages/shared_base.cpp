// SPDX-License-Identifier: Apache-2.0
#include "compressor/shared_base.hpp"

#include "compressor/quantise.hpp"
#include "compressor/stages/kinds.hpp"
#include "models/core/error.hpp"

namespace berth::compressor {
namespace {

std::vector<std::string> sources() { return {"pretrained", "fitted"}; }

struct BaseParams {
    std::string source = "pretrained";
    int bits = inference::kMatrixMagnitudeBits + 1;

    static constexpr std::tuple fields{
        Choice{"source", &BaseParams::source, &sources,
               "the base checkpoint's matrices, or those that lose least over all tasks in their calibrated input norms"},
        Field{"bits", &BaseParams::bits, "bit", 2, inference::kMatrixMagnitudeBits + 1,
              "of a code, sign included; an allocation before it has its say instead"},
    };
};

class SharedBase : public StageOf<BaseParams> {
public:
    using StageOf::StageOf;

    [[nodiscard]] Need needs() const override { return fitted() ? Need::calibration : Need::weights; }

    void apply(Draft& draft, Threads& threads) const override {
        draft.image.base = draft.plan ? draft.plan->base : made(draft, threads);
        for (TaskDraft& task : draft.tasks) task.measured.reset();
        for (TaskImage& task : draft.image.tasks)
            for (std::size_t index = 0; index < draft.matrices(); ++index) task.network.linears[index].matrix = draft.image.base[index];
    }

private:
    [[nodiscard]] bool fitted() const { return settings().common().source == "fitted"; }

    [[nodiscard]] SharedMatrices made(const Draft& draft, Threads& threads) const {
        const int magnitude_bits = settings().common().bits - 1;
        const CompressionRequest& request = draft.subject.request();
        if (fitted()) return request.shared.empty() ? quantise_base(draft.subject.calibrated(), magnitude_bits, threads) : request.shared;
        SharedMatrices base;
        for (const Rows& matrix : base_weights(draft.subject.family()))
            base.push_back(quantise(values_of(matrix), static_cast<int>(matrix.rows()), static_cast<int>(matrix.cols()), magnitude_bits));
        return base;
    }
};

}  // namespace

StageKind stages::shared_base() {
    return {
        "shared_base",
        "one matrix for all tasks at each place of the network",
        "nothing of a delta: what tasks have in common",
        "a weight's magnitude bits once, whatever the number of tasks",
        "those of one model",
        "a scale an output channel",
        "Kang, Shin, Kim, ICCAD 2021; fitted: RegMean (Jin et al. 2022, arXiv:2212.09849) and GPTQ (Frantar et al. 2022, arXiv:2210.17323)",
        &make_stage_of<SharedBase>,
        &parameters_of<SharedBase>};
}

}  // namespace berth::compressor

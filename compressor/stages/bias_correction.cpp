// SPDX-License-Identifier: Apache-2.0
#include "compressor/stages/kinds.hpp"

namespace berth::compressor {
namespace {

class BiasCorrection : public StageOf<NoParameters> {
public:
    using StageOf::StageOf;

    [[nodiscard]] Need needs() const override { return Need::calibration; }

    void apply(Draft& draft, Threads& threads) const override {
        for (std::size_t task = 0; task < draft.tasks.size(); ++task) {
            const auto weights = draft.subject.weights(task);
            threads.for_each(draft.matrices(), [&](std::size_t index) {
                if (!at(draft, task, index)) return;
                std::vector<float>& bias = draft.image.tasks[task].network.linears[index].bias;
                Eigen::Map<Vector>(bias.data(), static_cast<Eigen::Index>(bias.size())) +=
                    draft.residual(task, index, (*weights)[index]) * draft.subject.calibrated()[task].calibration.sites[index].mean;
            });
        }
    }
};

}  // namespace

StageKind stages::bias_correction() {
    return {"bias_correction",
            "a layer's bias takes up what the stages before it changed of its outputs' mean",
            "the mean of every output over the calibration's tokens",
            "none",
            "none",
            "none: biases are each task's own anyway",
            "Nagel et al. 2019, arXiv:1906.04721",
            &make_stage_of<BiasCorrection>,
            &parameters_of<BiasCorrection>};
}

}  // namespace berth::compressor

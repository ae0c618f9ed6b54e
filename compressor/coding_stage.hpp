// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/stage.hpp"

namespace berth::compressor {

/// A stage that codes deltas in the base's integers, matrix by matrix.
template <class Parameters>
class CodingStage : public StageOf<Parameters> {
public:
    using StageOf<Parameters>::StageOf;

    void apply(Draft& draft, Threads& threads) const final {
        draft.need_base(name());
        for (std::size_t task = 0; task < draft.tasks.size(); ++task) {
            CodedDeltas& coded = draft.integers(task, threads);
            threads.for_each(draft.matrices(), [&](std::size_t index) {
                if (const Parameters* params = this->at(draft, task, index)) code(draft, task, index, *params, coded);
            });
            draft.write_codes(task);
        }
    }

private:
    [[nodiscard]] virtual const char* name() const = 0;

    /// Sets what goes into the image of one matrix: coded.deltas.deltas[index], coded.precision[index] and coded.kept[index].
    virtual void code(const Draft& draft, std::size_t task, std::size_t index, const Parameters& params, CodedDeltas& coded) const = 0;
};

}  // namespace berth::compressor

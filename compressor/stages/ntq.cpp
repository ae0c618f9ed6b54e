// SPDX-License-Identifier: Apache-2.0
#include "compressor/stages/kinds.hpp"

#include <algorithm>

namespace berth::compressor {
namespace {

struct NtqParams {
    int max_precision = kMostMagnitudeBits;

    static constexpr std::tuple fields{
        Field{"max_precision", &NtqParams::max_precision, "bit", 1, kMostMagnitudeBits,
              "magnitude bits of a code at most, also where the cosine asks for more; a suggestion of resilience may be lower"},
    };
};

class Ntq : public StageOf<NtqParams> {
public:
    using StageOf::StageOf;

    void apply(Draft& draft, Threads& threads) const override {
        draft.need_base("ntq");
        for (std::size_t task = 0; task < draft.tasks.size(); ++task) {
            CodedDeltas& coded = draft.integers(task, threads);
            const auto& suggestion = draft.tasks[task].suggestion;
            const int suggested = suggestion ? suggestion->settings.max_precision : kMostMagnitudeBits;
            for (std::size_t index = 0; index < draft.matrices(); ++index)
                if (const NtqParams* params = at(draft, task, index)) {
                    coded.precision[index] = std::min({coded.deltas.similarities[index].precision, params->max_precision, suggested});
                    coded.kept[index] = changed_channels(coded.deltas.deltas[index]);
                }
            draft.write_codes(task);
        }
    }
};

}  // namespace

StageKind stages::ntq() {
    return {"ntq",
            "near-ternary quantisation: clips the delta in the base's integers",
            "the sign and the lowest magnitudes of every element, at the lowest precision that keeps a cosine of 0.95",
            "the precision's bits for every weight of a channel that is not zero, in steps of the cell's",
            "a column a slice and polarity of every kept channel",
            "the kept channels' numbers",
            "Kang, Shin, Kim, ICCAD 2021, DOI 10.1109/ICCAD51958.2021.9643471",
            &make_stage_of<Ntq>,
            &parameters_of<Ntq>};
}

}  // namespace berth::compressor

// SPDX-License-Identifier: Apache-2.0
#include "compressor/coding_stage.hpp"
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

class Ntq final : public CodingStage<NtqParams> {
public:
    using CodingStage::CodingStage;

private:
    [[nodiscard]] const char* name() const override { return "ntq"; }

    void code(const Draft& draft, std::size_t task, std::size_t index, const NtqParams& params, CodedDeltas& coded) const override {
        const auto& suggestion = draft.tasks[task].suggestion;
        const int suggested = suggestion ? suggestion->settings.max_precision : kMostMagnitudeBits;
        coded.precision[index] = std::min({coded.deltas.similarities[index].precision, params.max_precision, suggested});
        coded.kept[index] = changed_channels(coded.deltas.deltas[index]);
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

// SPDX-License-Identifier: Apache-2.0
#include "compressor/stages/kinds.hpp"

namespace berth::compressor {
namespace {

struct EmbeddingParams {
    int bits = 5;

    static constexpr std::tuple fields{
        Field{"bits", &EmbeddingParams::bits, "bit", 2, inference::kMatrixMagnitudeBits + 1,
              "of a word's codes, sign included; an allocation before it has its say instead"},
    };
};

class EmbeddingBits : public StageOf<EmbeddingParams> {
public:
    using StageOf::StageOf;

    [[nodiscard]] Need needs() const override { return Need::calibration; }

    void apply(Draft& draft, Threads& threads) const override {
        const EmbeddingTables& words = draft.plan ? draft.plan->words : draft.subject.words(settings().common().bits - 1, threads);
        for (std::size_t task = 0; task < draft.tasks.size(); ++task) draft.image.tasks[task].network.embeddings = words.by_task[task];
    }
};

}  // namespace

StageKind stages::embeddings() {
    return {"embeddings",
            "the table of words in fewer bits, positions and segments as they are",
            "every word, its errors where the logits do not look",
            "none: embedding memory, a word's codes in so many bits",
            "none",
            "a scale a word",
            "GPTQ (Frantar et al. 2022, arXiv:2210.17323) in the moments of the logits' derivatives; docs/compression.md",
            &make_stage_of<EmbeddingBits>,
            &parameters_of<EmbeddingBits>};
}

}  // namespace berth::compressor

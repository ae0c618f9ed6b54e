// SPDX-License-Identifier: Apache-2.0
#include "compressor/error_feedback.hpp"
#include "compressor/stages/kinds.hpp"
#include "models/core/draws.hpp"

namespace berth::compressor {
namespace {

constexpr std::uint32_t kPurpose = 0x44415245;  ///< draws of this stage alone

struct DropParams {
    double drop = 0.9;

    static constexpr std::tuple fields{
        Field{"drop", &DropParams::drop, "of the elements", 0.0, 0.999, "elements of the delta that are drawn to become zero"},
    };
};

class DropAndRescale : public StageOf<DropParams> {
public:
    using StageOf::StageOf;

    void apply(Draft& draft, Threads& threads) const override {
        draft.need_base("drop_and_rescale");
        for (std::size_t task = 0; task < draft.tasks.size(); ++task) {
            auto edited = std::make_shared<std::vector<Rows>>(*draft.target(task));
            threads.for_each(draft.matrices(), [&](std::size_t index) {
                const DropParams* params = at(draft, task, index);
                if (!params) return;
                const DrawKey key =
                    narrowed(draw_key(draft.subject.request().seed, kPurpose, task), {static_cast<std::uint32_t>(index), 0, 0, 0});
                thin((*edited)[index], real_values(*draft.image.base[index]), params->drop, key);
            });
            draft.tasks[task].edited = std::move(edited);
        }
    }

private:
    /// weights = base + (weights - base) / (1 - drop) where a draw keeps the element, the base elsewhere.
    static void thin(Rows& weights, const Rows& base, double drop, const DrawKey& key) {
        const auto grown = static_cast<float>(1.0 / (1.0 - drop));
        for (Eigen::Index i = 0; i < weights.size(); ++i) {
            const auto place = static_cast<std::uint64_t>(i);
            const bool kept = unit_interval(philox({low_word(place), high_word(place), 0, 0}, key)[0]) >= drop;
            float& weight = weights.data()[i];
            weight = kept ? base.data()[i] + grown * (weight - base.data()[i]) : base.data()[i];
        }
    }
};

}  // namespace

StageKind stages::drop_and_rescale() {
    return {"drop_and_rescale",
            "most elements of the delta are dropped at random, the others grow so that the mean stays",
            "a random share of the elements, for a stage behind it to code",
            "as of the stage that codes it: a dropped element still has its cells",
            "as of the stage that codes it",
            "none: what is dropped follows from the seed",
            "DARE (Yu et al. 2023, arXiv:2311.03099)",
            &make_stage_of<DropAndRescale>,
            &parameters_of<DropAndRescale>};
}

}  // namespace berth::compressor

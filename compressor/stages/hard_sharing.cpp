// SPDX-License-Identifier: Apache-2.0
#include "compressor/stages/kinds.hpp"

#include <map>

namespace berth::compressor {
namespace {

struct SharingParams {
    double factor = 0.5;

    static constexpr std::tuple fields{
        Field{"factor", &SharingParams::factor, "of the channels", 0.0, 1.0,
              "output channels that lose their delta, over all matrices with this factor; a suggestion of resilience stands instead"},
    };
};

class HardSharing : public StageOf<SharingParams> {
public:
    using StageOf::StageOf;

    void apply(Draft& draft, Threads&) const override {
        draft.need_codes("hard_sharing");
        for (std::size_t task = 0; task < draft.tasks.size(); ++task) {
            std::map<double, std::vector<std::size_t>> matrices;
            for (std::size_t index = 0; index < draft.matrices(); ++index)
                if (const SharingParams* params = at(draft, task, index)) matrices[factor_of(draft.tasks[task], *params)].push_back(index);
            CodedDeltas& coded = *draft.tasks[task].coded;
            for (const auto& [factor, group] : matrices) delete_channels(coded.deltas, draft.image.base, group, factor, coded.kept);
            draft.write_codes(task);
        }
    }

private:
    static double factor_of(const TaskDraft& task, const SharingParams& params) {
        return task.suggestion ? task.suggestion->settings.selective_factor : params.factor;
    }
};

}  // namespace

StageKind stages::hard_sharing() {
    return {"hard_sharing",
            "selective hard-sharing: the least important output channels use the base alone",
            "the channels of the largest Euclidean norm, over the whole task",
            "those of the channels that are left",
            "those of the channels that are left",
            "the kept channels' numbers",
            "Kang, Shin, Kim, ICCAD 2021, DOI 10.1109/ICCAD51958.2021.9643471",
            &make_stage_of<HardSharing>,
            &parameters_of<HardSharing>};
}

}  // namespace berth::compressor

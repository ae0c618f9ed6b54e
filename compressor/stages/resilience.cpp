// SPDX-License-Identifier: Apache-2.0
#include "compressor/profiler.hpp"
#include "compressor/stages/kinds.hpp"

namespace berth::compressor {
namespace {

struct ResilienceParams {
    std::string mode = "acc";

    static constexpr std::tuple fields{
        Choice{"mode", &ResilienceParams::mode, &mode_names, "how much accuracy may be given for area"},
    };
};

class Resilience : public StageOf<ResilienceParams> {
public:
    using StageOf::StageOf;

    [[nodiscard]] Need needs() const override { return Need::data; }

    void apply(Draft& draft, Threads& threads) const override {
        draft.need_base("resilience");
        const CompressionRequest& request = draft.subject.request();
        const int cell_bits = request.geometry.cell_bits;
        std::vector<PreparedTask> prepared =
            prepare(draft.subject.family(), draft.image.base,
                    {request.tasks, cell_bits, request.profile, request.force, request.quiet, false, request.journal}, threads);
        const std::vector<Suggestion> suggestions = suggest(profile_of(prepared, cell_bits), mode_named(settings().common().mode));
        for (std::size_t task = 0; task < prepared.size(); ++task) {
            draft.tasks[task].suggestion = suggestions[task];
            draft.tasks[task].measured = std::move(prepared[task].deltas);
            draft.tasks[task].profiled = prepared[task].profile.sentences;
            draft.image.tasks[task].provenance[request.tasks[task].measure ? "measure" : "data"] = prepared[task].profile.data_sha256;
        }
    }
};

}  // namespace

StageKind stages::resilience() {
    return {"resilience",
            "measures what every task can lose, and suggests precision and sharing to the stages behind it",
            "nothing itself: ntq and hard_sharing behind it take what it suggests for each task",
            "none",
            "none",
            "none",
            "Kang, Shin, Kim, ICCAD 2021, DOI 10.1109/ICCAD51958.2021.9643471",
            &make_stage_of<Resilience>,
            &parameters_of<Resilience>};
}

}  // namespace berth::compressor

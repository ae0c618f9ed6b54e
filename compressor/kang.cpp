// SPDX-License-Identifier: Apache-2.0
#include "compressor/kang.hpp"

#include "compressor/profiler.hpp"

#include <cmath>

namespace berth::compressor {
namespace {

boost::json::object statistics_of(const PreparedTask& task, const Suggestion& suggestion) {
    std::int64_t channels = 0, kept = 0;
    for (std::size_t index = 0; index < task.deltas.deltas.size(); ++index) {
        const auto& delta = task.image.network.linears[index].delta;
        channels += task.deltas.deltas[index].out;
        kept += delta ? static_cast<std::int64_t>(delta->channels.size()) : 0;
    }
    return {{"cosine", task.deltas.overall.cosine},
            {"nonzero_share", task.deltas.overall.nonzero_share},
            {"mean_magnitude_lsb", task.deltas.overall.mean_magnitude},
            {"cluster", suggestion.cluster},
            {"max_precision_bits", suggestion.settings.max_precision},
            {"selective_factor", suggestion.settings.selective_factor},
            {"channels", channels},
            {"kept_channels", kept},
            {"measured_sentences", task.profile.sentences}};
}

}  // namespace

WeightImage Kang::compress(const CompressionRequest& request, Threads& threads) const {
    const Mode& mode = mode_named(request.mode);
    const Family family(request.base);
    WeightImage image = family.begin_image();
    image.base = family.base_matrices();
    const int cell_bits = request.geometry.cell_bits;
    std::vector<PreparedTask> tasks =
        prepare(family, image.base, {request.tasks, cell_bits, request.profile, request.force, request.quiet}, threads);
    const std::vector<Suggestion> suggestions = suggest(profile_of(tasks, cell_bits), mode);
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        PreparedTask& task = tasks[i];
        const auto codes = apply_stages(task.deltas, image.base, suggestions[i].settings);
        for (std::size_t index = 0; index < codes.size(); ++index) {
            inference::Linear& linear = task.image.network.linears[index];
            linear.matrix = image.base[index];
            linear.delta = codes[index];
        }
        task.image.statistics = statistics_of(task, suggestions[i]);
        task.image.provenance["data"] = task.profile.data_sha256;
        image.tasks.push_back(std::move(task.image));
    }
    return image;
}

boost::json::object Kang::describe() const {
    using boost::json::array;
    array modes;
    for (const std::string& name : mode_names()) {
        const Mode& mode = mode_named(name);
        modes.push_back({{"name", mode.name},
                         {"meaning", mode.meaning},
                         {"most_metric_lost", mode.most_metric},
                         {"most_variance_lost", mode.most_variance}});
    }
    return {{"name", "kang"},
            {"meaning", "near-ternary task deltas on one int8 base, least important output channels deleted"},
            {"source", "Kang, Shin, Kim, ICCAD 2021, DOI 10.1109/ICCAD51958.2021.9643471"},
            {"parameters", array{{{"name", "mode"}, {"one_of", std::move(modes)}, {"meaning", "how much accuracy may be given for area"}},
                                 {{"name", "data"}, {"meaning", "labelled rows of each task, on which its resilience is measured"}}}}};
}

}  // namespace berth::compressor

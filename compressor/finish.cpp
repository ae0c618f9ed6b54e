// SPDX-License-Identifier: Apache-2.0
#include "compressor/finish.hpp"

#include "models/core/statistics.hpp"

#include <algorithm>

namespace berth::compressor {
namespace {

constexpr std::uint32_t kNoisePurpose = 0x6C6F7373;  ///< draws of the expected loss alone

void describe_codes(const TaskDraft& task, TaskImage& image) {
    if (!task.coded) return;
    const Similarity& overall = task.coded->deltas.overall;
    image.statistics["cosine"] = overall.cosine;
    image.statistics["nonzero_share"] = overall.nonzero_share;
    image.statistics["mean_magnitude_lsb"] = overall.mean_magnitude;
    if (task.suggestion) {
        image.statistics["cluster"] = task.suggestion->cluster;
        image.statistics["max_precision_bits"] = task.suggestion->settings.max_precision;
        image.statistics["selective_factor"] = task.suggestion->settings.selective_factor;
    }
    std::int64_t channels = 0, kept = 0;
    for (std::size_t index = 0; index < task.coded->kept.size(); ++index) {
        channels += task.coded->deltas.deltas[index].out;
        kept += static_cast<std::int64_t>(task.coded->kept[index].size());
    }
    image.statistics["channels"] = channels;
    image.statistics["kept_channels"] = kept;
    if (task.suggestion) image.statistics["measured_sentences"] = task.profiled;
}

/// Bits, sign not included, of what the image holds for a calibrated task, and the rank of each matrix.
void describe_parts(const Draft& draft, TaskImage& image) {
    boost::json::object ranks;
    int factor_bits = 0;
    for (std::size_t index = 0; index < draft.matrices(); ++index) {
        const auto& factors = image.network.linears[index].low_rank;
        ranks[draft.matrix_name(index)] = factors ? factors->down->out : 0;
        if (factors) factor_bits = factors->down->magnitude_bits;
    }
    if (!draft.image.base.empty()) image.statistics["base_magnitude_bits"] = draft.image.base.front()->magnitude_bits;
    image.statistics["factor_magnitude_bits"] = factor_bits;
    image.statistics["embedding_magnitude_bits"] = image.network.embeddings->words.magnitude_bits;
    image.statistics["ranks"] = std::move(ranks);
}

/// @return points that the task is expected to lose.
double measure(const Draft& draft, std::size_t t, TaskImage& image, Threads& threads) {
    const CalibratedTask& task = draft.subject.calibrated()[t];
    const CompressionRequest& request = draft.subject.request();
    const inference::Network& network = image.network;
    Progress progress("measuring " + image.name, task.probe.sentences.size(), request.quiet);
    const std::vector<float> logits = logits_of(network, task.probe, threads, progress);
    const double lost = lost_variance(task.expected, logits, network.labels);
    const double reference = metric_of(task.expected, network, task.probe, image.metric);
    const DrawKey key = draw_key(request.seed, kNoisePurpose, t);
    const double expected = mean(metrics_under_noise(task.expected, network, task.probe, image.metric, lost, key));
    image.statistics["cosine"] = task.cosine;
    image.statistics["calibration_sentences"] = task.calibration.sentences;
    image.statistics["measured_sentences"] = task.probe.sentences.size();
    image.statistics["metric"] = metric_of(logits, network, task.probe, image.metric);
    image.statistics["metric_reference"] = reference;
    image.statistics["metric_expected"] = expected;
    image.statistics["lost_variance"] = lost;
    return 100.0 * std::max(0.0, reference - expected);
}

}  // namespace

Finished finish(Draft draft, Threads& threads) {
    double loss = 0.0;
    const bool calibrated = !draft.subject.calibrated().empty();
    for (std::size_t t = 0; t < draft.tasks.size(); ++t) {
        describe_codes(draft.tasks[t], draft.image.tasks[t]);
        if (!calibrated) continue;
        loss += measure(draft, t, draft.image.tasks[t], threads);
        describe_parts(draft, draft.image.tasks[t]);
    }
    return {std::move(draft.image), loss / static_cast<double>(draft.tasks.size())};
}

}  // namespace berth::compressor

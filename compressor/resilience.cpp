// SPDX-License-Identifier: Apache-2.0
#include "compressor/resilience.hpp"

#include "berth/version.hpp"
#include "compressor/evaluator.hpp"
#include "compressor/quantise.hpp"
#include "compressor/sentence_digest.hpp"
#include "models/core/ceil_div.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <optional>
#include <span>
#include <string>

namespace berth::compressor {
namespace {

/// Steps of the cell's resolution up to the most that the first stage asks for.
std::vector<int> measured_precisions(int most, int cell_bits) {
    std::vector<int> steps;
    for (const int bits : precision_steps(cell_bits)) {
        steps.push_back(bits);
        if (bits >= most) break;
    }
    return steps;
}

/// One point of a curve: both stages at these settings, on all matrices or on those of one layer.
struct Trial {
    KangSettings settings;
    std::optional<int> layer;
};

/// Both curves' trials, one after the other. At no channel deleted they meet: that point is measured once.
struct Trials {
    std::vector<Trial> list;
    std::size_t precisions;
};

Trials trials_of(int most_precision, int cell_bits, std::optional<int> layer) {
    Trials trials{{}, 0};
    for (const int bits : measured_precisions(most_precision, cell_bits)) trials.list.push_back({{bits, 0.0}, layer});
    trials.precisions = trials.list.size();
    const int highest = trials.list.back().settings.max_precision;
    for (std::size_t i = 1; i < measured_factors().size(); ++i) trials.list.push_back({{highest, measured_factors()[i]}, layer});
    return trials;
}

ResilienceCurves curves_of(const Trials& trials, std::vector<ResiliencePoint> points) {
    const auto split = points.begin() + static_cast<std::ptrdiff_t>(trials.precisions);
    ResilienceCurves curves{{points.begin(), split}, {*std::prev(split)}};
    curves.sharing.front().setting = 0.0;
    curves.sharing.insert(curves.sharing.end(), split, points.end());
    return curves;
}

/// Compares compressed networks of one task with its own int8 copy on the same sentences.
class Measurement {
public:
    Measurement(const FamilyMember& member, const SharedMatrices& base, const TaskDeltas& deltas, const Probe& probe,
                const ResilienceRequest& request, Threads& threads)
        : base_(base),
          deltas_(deltas),
          probe_(probe),
          cell_bits_(request.cell_bits),
          kept_layers_(request.by_layer ? member.image.network.shape.layers : 1),
          journal_(request.journal),
          threads_(threads),
          metric_(member.image.metric),
          copy_(member.image.network) {
        for (std::size_t index = 0; index < base.size(); ++index) copy_.linears[index].matrix = quantise(matrix_of(member.weights, index));
        if (journal_ == nullptr) return;
        subject_ = {{"what", "resilience"},
                    {"berth", kVersion},
                    {"checkpoint", member.image.provenance},
                    {"metric", metric_},
                    {"base", digest_of(base)},
                    {"rows", sentence_digest(probe.sentences)},
                    {"labels", sha256(std::as_bytes(std::span(probe.labels)))},
                    {"cell_bits", cell_bits_}};
    }

    [[nodiscard]] double copy_metric() {
        return recall<double>(journal_, question("int8 copy", {}), 1,
                              [&] { return std::vector{metric_of(evaluator().reference(), copy_, probe_, metric_)}; })
            .front();
    }

    /// As many trials at a time as there are threads, each recorded when its group is done.
    [[nodiscard]] std::vector<ResiliencePoint> at(const std::vector<Trial>& trials, Progress& progress) {
        std::vector<std::optional<std::vector<double>>> answers;
        std::vector<std::size_t> missing;
        for (std::size_t i = 0; i < trials.size(); ++i) {
            answers.push_back(journal_ ? journal_->find<double>(question("stages", trials[i]), 3) : std::nullopt);
            if (!answers.back()) missing.push_back(i);
        }
        progress.advance((trials.size() - missing.size()) * probe_.sentences.size());
        const auto together = static_cast<std::size_t>(threads_.count());
        for (std::size_t begin = 0; begin < missing.size(); begin += together) {
            const auto group = std::span(missing).subspan(begin, std::min(together, missing.size() - begin));
            measure(trials, group, answers, progress);
        }
        std::vector<ResiliencePoint> points;
        for (std::size_t i = 0; i < trials.size(); ++i) {
            const KangSettings& settings = trials[i].settings;
            const double setting = settings.selective_factor > 0.0 ? settings.selective_factor : settings.max_precision;
            points.push_back({setting, (*answers[i])[0], (*answers[i])[1], (*answers[i])[2]});
        }
        return points;
    }

private:
    /// Answers: lost variance, metric, cells.
    void measure(const std::vector<Trial>& trials, std::span<const std::size_t> which,
                 std::vector<std::optional<std::vector<double>>>& answers, Progress& progress) {
        std::vector<inference::Network> networks(which.size());
        std::vector<double> cells(which.size());
        threads_.for_each(which.size(), [&](std::size_t i) { networks[i] = compressed(trials[which[i]], cells[i]); });
        const auto logits = evaluator().logits(networks, progress);
        for (std::size_t i = 0; i < which.size(); ++i) {
            answers[which[i]] = {lost_variance(evaluator().reference(), logits[i], copy_.labels),
                                 metric_of(logits[i], copy_, probe_, metric_), cells[i]};
            if (journal_) journal_->record<double>(question("stages", trials[which[i]]), *answers[which[i]]);
        }
    }

    /// @param cells set to those of the deltas, for each weight of the matrices that the trial changes.
    [[nodiscard]] inference::Network compressed(const Trial& trial, double& cells) const {
        const std::vector<std::size_t> matrices = changed(trial);
        const auto codes = apply_stages(deltas_, base_, trial.settings, matrices);
        inference::Network network = copy_;
        double taken = 0.0, weights = 0.0;
        for (const std::size_t index : matrices) {
            network.linears[index].matrix = base_[index];
            network.linears[index].delta = codes[index];
            weights += static_cast<double>(base_[index]->values.size());
            if (codes[index]) taken += static_cast<double>(codes[index]->codes.size()) * ceil_div(codes[index]->magnitude_bits, cell_bits_);
        }
        cells = taken / weights;
        return network;
    }

    [[nodiscard]] std::vector<std::size_t> changed(const Trial& trial) const {
        std::vector<std::size_t> matrices(trial.layer ? inference::kMatricesPerLayer : base_.size());
        std::iota(matrices.begin(), matrices.end(), trial.layer ? inference::matrix_index(*trial.layer, 0) : 0);
        return matrices;
    }

    [[nodiscard]] boost::json::object question(const char* of, const Trial& trial) const {
        boost::json::object asked = subject_;
        asked["of"] = of;
        asked["layer"] = trial.layer ? boost::json::value(*trial.layer) : nullptr;
        asked["max_precision_bits"] = trial.settings.max_precision;
        asked["selective_factor"] = trial.settings.selective_factor;
        return asked;
    }

    [[nodiscard]] Evaluator& evaluator() {
        if (!evaluator_) evaluator_.emplace(copy_, probe_, kept_layers_, threads_);
        return *evaluator_;
    }

    const SharedMatrices& base_;
    const TaskDeltas& deltas_;
    const Probe& probe_;
    int cell_bits_, kept_layers_;
    Journal* journal_;
    Threads& threads_;
    std::string metric_;
    inference::Network copy_;
    boost::json::object subject_;  ///< of every question
    std::optional<Evaluator> evaluator_;
};

}  // namespace

TaskProfile measure_resilience(const FamilyMember& member, const SharedMatrices& base, const TaskDeltas& deltas, const Probe& probe,
                               const ResilienceRequest& request, Threads& threads) {
    std::vector<Trials> trials{trials_of(deltas.overall.precision, request.cell_bits, std::nullopt)};
    for (int layer = 0; request.by_layer && layer < member.image.network.shape.layers; ++layer) {
        int most = 0;
        for (int matrix = 0; matrix < inference::kMatricesPerLayer; ++matrix)
            most = std::max(most, deltas.similarities[inference::matrix_index(layer, matrix)].precision);
        trials.push_back(trials_of(most, request.cell_bits, layer));
    }
    std::size_t points = 0;
    for (const Trials& some : trials) points += some.list.size();
    Progress progress("profiling " + member.image.name, points * probe.sentences.size(), request.quiet);
    Measurement measurement(member, base, deltas, probe, request, threads);
    TaskProfile profile;
    profile.name = member.image.name;
    profile.metric = member.image.metric;
    profile.checkpoint = member.image.provenance;
    profile.data_sha256 = probe.data_sha256;
    profile.sentences = probe.sentences.size();
    profile.overall = deltas.overall;
    profile.matrices = deltas.similarities;
    profile.copy_metric = measurement.copy_metric();
    profile.whole = curves_of(trials.front(), measurement.at(trials.front().list, progress));
    for (std::size_t layer = 1; layer < trials.size(); ++layer)
        profile.layers.push_back(curves_of(trials[layer], measurement.at(trials[layer].list, progress)));
    return profile;
}

}  // namespace berth::compressor

// SPDX-License-Identifier: Apache-2.0
#include "compressor/resilience.hpp"

#include "berth/version.hpp"
#include "compressor/copy_comparison.hpp"
#include "compressor/quantise.hpp"
#include "compressor/sentence_digest.hpp"
#include "models/core/ceil_div.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <optional>
#include <span>
#include <utility>

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
struct StageTrial {
    KangSettings settings;
    std::optional<int> layer;
};

/// Both curves' trials, one after the other. At no channel deleted they meet: that point is measured once.
struct Trials {
    std::vector<StageTrial> list;
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

/// Networks of one task with deltas at the stages' settings, and what their points depend on.
class Measurement {
public:
    Measurement(const FamilyMember& member, const SharedMatrices& base, const TaskDeltas& deltas, const Probe& probe,
                const ResilienceRequest& request, Threads& threads)
        : base_(base),
          deltas_(deltas),
          cell_bits_(request.cell_bits),
          comparison_(copy_of(member, base.size()), member.image.metric, probe, request.by_layer ? member.image.network.shape.layers : 1,
                      request.journal, threads) {
        if (request.journal == nullptr) return;
        subject_ = {{"what", "resilience"},
                    {"berth", kVersion},
                    {"checkpoint", member.image.provenance},
                    {"metric", member.image.metric},
                    {"base", digest_of(base)},
                    {"rows", sentence_digest(probe.sentences)},
                    {"labels", sha256(std::as_bytes(std::span(probe.labels)))},
                    {"cell_bits", cell_bits_}};
    }

    [[nodiscard]] double copy_metric() { return comparison_.metric(question("int8 copy", {})); }

    [[nodiscard]] std::vector<ResiliencePoint> at(const std::vector<StageTrial>& trials, Progress& progress) {
        std::vector<Trial> asked;
        for (const StageTrial& trial : trials) {
            const KangSettings& settings = trial.settings;
            const double setting = settings.selective_factor > 0.0 ? settings.selective_factor : settings.max_precision;
            asked.push_back({setting, question("stages", trial), [this, &trial] { return compressed(trial); }});
        }
        return comparison_.points(asked, progress);
    }

private:
    [[nodiscard]] static inference::Network copy_of(const FamilyMember& member, std::size_t matrices) {
        inference::Network copy = member.image.network;
        for (std::size_t index = 0; index < matrices; ++index) copy.linears[index].matrix = quantise(matrix_of(member.weights, index));
        return copy;
    }

    /// Cells: those of the deltas, for each weight of the matrices that the trial changes.
    [[nodiscard]] Candidate compressed(const StageTrial& trial) const {
        const std::vector<std::size_t> matrices = changed(trial);
        const auto codes = apply_stages(deltas_, base_, trial.settings, matrices);
        inference::Network network = comparison_.copy();
        double taken = 0.0, weights = 0.0;
        for (const std::size_t index : matrices) {
            network.linears[index].matrix = base_[index];
            network.linears[index].delta = codes[index];
            weights += static_cast<double>(base_[index]->values.size());
            if (codes[index]) taken += static_cast<double>(codes[index]->codes.size()) * ceil_div(codes[index]->magnitude_bits, cell_bits_);
        }
        return {std::move(network), taken / weights};
    }

    [[nodiscard]] std::vector<std::size_t> changed(const StageTrial& trial) const {
        std::vector<std::size_t> matrices(trial.layer ? inference::kMatricesPerLayer : base_.size());
        std::iota(matrices.begin(), matrices.end(), trial.layer ? inference::matrix_index(*trial.layer, 0) : 0);
        return matrices;
    }

    [[nodiscard]] boost::json::object question(const char* of, const StageTrial& trial) const {
        boost::json::object asked = subject_;
        asked["of"] = of;
        asked["layer"] = trial.layer ? boost::json::value(*trial.layer) : nullptr;
        asked["max_precision_bits"] = trial.settings.max_precision;
        asked["selective_factor"] = trial.settings.selective_factor;
        return asked;
    }

    const SharedMatrices& base_;
    const TaskDeltas& deltas_;
    int cell_bits_;
    CopyComparison comparison_;
    boost::json::object subject_;  ///< of every question
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

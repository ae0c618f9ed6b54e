// SPDX-License-Identifier: Apache-2.0
#include "compressor/stage_curves.hpp"

#include "berth/version.hpp"
#include "compressor/copy_comparison.hpp"
#include "compressor/profiler.hpp"
#include "compressor/quantise.hpp"
#include "compressor/sentence_digest.hpp"
#include "compressor/stage_list.hpp"
#include "compressor/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <utility>

namespace berth::compressor {
namespace {

using boost::json::array;
using boost::json::object;

/// Stages at one value of their parameter.
struct Setting {
    double value;
    StageList stages;
};

/// A list that is ready to be applied.
struct ReadList {
    const SweptStages& given;
    std::vector<Setting> settings;
};

std::vector<ReadList> read_lists(const std::vector<SweptStages>& lists) {
    std::vector<ReadList> read;
    for (const SweptStages& list : lists) {
        ReadList& one = read.emplace_back(ReadList{list, {}});
        for (const SweptStages::Setting& setting : list.settings)
            one.settings.push_back({setting.value, read_stages(setting.list, list.where)});
    }
    return read;
}

Need most_needed(const std::vector<ReadList>& lists) {
    Need most = Need::weights;
    for (const ReadList& list : lists)
        for (const Setting& setting : list.settings) most = std::max(most, setting.stages.needs());
    return most;
}

/// The task with its own matrices in int8.
inference::Network copy_of(const Subject& subject, std::size_t task, Threads& threads) {
    inference::Network copy = subject.bare(task).network;
    const auto weights = subject.weights(task);
    threads.for_each(subject.matrices(), [&](std::size_t index) {
        const Rows& matrix = (*weights)[index];
        copy.linears[index].matrix =
            quantise(values_of(matrix), static_cast<int>(matrix.rows()), static_cast<int>(matrix.cols()), inference::kMatrixMagnitudeBits);
    });
    return copy;
}

/// What one point is of: the whole network, or a layer alone.
using Part = std::optional<int>;

/// Of the matrices that tasks share.
std::vector<std::size_t> matrices_of(Part part, std::size_t all) {
    std::vector<std::size_t> matrices(part ? inference::kMatricesPerLayer : all);
    std::iota(matrices.begin(), matrices.end(), part ? inference::matrix_index(*part, 0) : 0);
    return matrices;
}

/// What stages made of a task, whole, or a layer of it in place of the copy's.
Candidate candidate_of(const Draft& draft, std::size_t task, Part part, const inference::Network& copy) {
    const inference::Network& made = draft.image.tasks[task].network;
    Candidate candidate{part ? copy : made};
    double weights = 0.0;
    for (const std::size_t index : matrices_of(part, draft.matrices())) {
        if (part) candidate.network.linears[index] = made.linears[index];
        candidate.cells += own_cells(draft.image, task, index);
        weights += static_cast<double>(made.linears[index].matrix->values.size());
    }
    candidate.cells /= weights;
    return candidate;
}

class Measurement {
public:
    Measurement(const std::vector<ReadList>& lists, const CompressionRequest& request, Threads& threads)
        : request_(request),
          threads_(threads),
          subject_(request, most_needed(lists), threads),
          probes_(read_probes(subject_.family(), request.tasks)) {
        for (std::size_t task = 0; task < subject_.tasks(); ++task)
            comparisons_.push_back(std::make_unique<CopyComparison>(copy_of(subject_, task, threads_), subject_.bare(task).metric,
                                                                    probes_[task], layers(), request_.journal, threads_));
    }

    /// By task.
    [[nodiscard]] std::vector<StageCurves> curves(const ReadList& list) {
        const std::vector<std::vector<ResiliencePoint>> none(static_cast<std::size_t>(layers()));
        std::vector<StageCurves> curves(subject_.tasks(), StageCurves{list.given.text, list.given.parameter, {}, none});
        for (const Setting& setting : list.settings) {
            const auto points = measure(setting, fmt::format("{} = {}", list.given.parameter, setting.value));
            for (std::size_t task = 0; task < curves.size(); ++task) {
                curves[task].whole.push_back(points[task].front());
                for (std::size_t layer = 0; layer < none.size(); ++layer) curves[task].layers[layer].push_back(points[task][layer + 1]);
            }
        }
        return curves;
    }

private:
    [[nodiscard]] int layers() const { return subject_.family().shape().layers; }

    /// By task: whole, then each layer.
    [[nodiscard]] std::vector<std::vector<ResiliencePoint>> measure(const Setting& setting, const std::string& name) {
        std::optional<Draft> draft;
        std::vector<std::vector<Trial>> trials;
        std::size_t sentences = 0;
        bool known = true;
        for (std::size_t task = 0; task < subject_.tasks(); ++task) {
            trials.push_back(trials_of(setting, task, draft));
            sentences += trials.back().size() * probes_[task].sentences.size();
            known = known && comparisons_[task]->knows(trials.back());
        }
        if (!known) draft.emplace(setting.stages.draft(subject_, {}, threads_));
        Progress progress("measuring " + name, sentences, request_.quiet);
        std::vector<std::vector<ResiliencePoint>> points;
        for (std::size_t task = 0; task < subject_.tasks(); ++task) points.push_back(comparisons_[task]->points(trials[task], progress));
        return points;
    }

    /// @param draft must be there by the time that a trial's candidate is asked for.
    [[nodiscard]] std::vector<Trial> trials_of(const Setting& setting, std::size_t task, const std::optional<Draft>& draft) const {
        object subject = request_.journal ? subject_of(setting.stages, task) : object();
        std::vector<Trial> trials;
        for (int layer = -1; layer < layers(); ++layer) {
            const Part part = layer < 0 ? Part() : Part(layer);
            subject["layer"] = part ? boost::json::value(*part) : nullptr;
            trials.push_back({setting.value, subject,
                              [this, task, part, &draft] { return candidate_of(*draft, task, part, comparisons_[task]->copy()); }});
        }
        return trials;
    }

    /// What every point of a task at a setting depends on.
    [[nodiscard]] object subject_of(const StageList& stages, std::size_t task) const {
        const Geometry& geometry = request_.geometry;
        const Probe& probe = probes_[task];
        return {{"what", "stages"},
                {"berth", kVersion},
                {"base", subject_.family().provenance()},
                {"tasks", tasks_of(stages)},
                {"stages", stages.given},
                {"geometry",
                 {{"rows", geometry.rows}, {"cols", geometry.cols}, {"cell_bits", geometry.cell_bits}, {"encoding", geometry.encoding}}},
                {"seed", request_.seed},
                {"task", task},
                {"metric", subject_.bare(task).metric},
                {"rows", sentence_digest(probe.sentences)},
                {"labels", sha256(std::as_bytes(std::span(probe.labels)))}};
    }

    /// All that stages read of tasks. Which of them are calibrated for other lists must not make another question.
    [[nodiscard]] array tasks_of(const StageList& stages) const {
        array tasks;
        for (std::size_t task = 0; task < subject_.tasks(); ++task) {
            const bool calibrated = !subject_.calibrated().empty();
            const object* const calibration = calibrated ? &subject_.calibrated()[task].subject : nullptr;
            object read{{"name", request_.tasks[task].name},
                        {"files", calibration ? calibration->at("checkpoint") : boost::json::value(subject_.bare(task).provenance)}};
            if (stages.needs() == Need::calibration) read["calibrated_on"] = calibration->at("sentences");
            tasks.emplace_back(std::move(read));
        }
        return tasks;
    }

    const CompressionRequest& request_;
    Threads& threads_;
    Subject subject_;
    std::vector<Probe> probes_;                                 ///< by task
    std::vector<std::unique_ptr<CopyComparison>> comparisons_;  ///< by task
};

}  // namespace

std::vector<std::vector<StageCurves>> measure_stage_curves(const std::vector<SweptStages>& lists, const CompressionRequest& request,
                                                           Threads& threads) {
    const std::vector<ReadList> read = read_lists(lists);
    Measurement measurement(read, request, threads);
    std::vector<std::vector<StageCurves>> by_task(request.tasks.size());
    for (const ReadList& list : read) {
        std::vector<StageCurves> curves = measurement.curves(list);
        for (std::size_t task = 0; task < by_task.size(); ++task) by_task[task].push_back(std::move(curves[task]));
    }
    return by_task;
}

}  // namespace berth::compressor

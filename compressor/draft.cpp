// SPDX-License-Identifier: Apache-2.0
#include "compressor/draft.hpp"

#include "compressor/error_feedback.hpp"
#include "compressor/low_rank.hpp"
#include "compressor/profiler.hpp"
#include "compressor/quantise.hpp"
#include "models/core/error.hpp"

#include <algorithm>

namespace berth::compressor {

Subject::Subject(const CompressionRequest& request, Need need, Threads& threads)
    : request_(request), family_(request.base), shared_matrices_(shared_matrix_count(family_.base().config())) {
    if (need == Need::calibration) {
        calibrated_ = calibrate_tasks(family_, base_weights(family_), request, threads);
        return;
    }
    if (need == Need::data && !request.profile) check_data(request.tasks);
    SharedEmbeddings embeddings;
    for (const TaskRequest& task : request.tasks) bare_.push_back(read_member(family_, task, embeddings).image);
}

std::shared_ptr<const std::vector<Rows>> Subject::weights(std::size_t task) const {
    if (!calibrated_.empty()) return {std::shared_ptr<const void>(), &calibrated_[task].weights};
    const workloads::Checkpoint checkpoint(request_.tasks[task].checkpoint, family_.base().directory());
    return std::make_shared<const std::vector<Rows>>(
        shared_matrices(workloads::read_bert_weights(checkpoint, workloads::Head::classifier)));
}

const Market& Subject::market(int base_bits, Threads& threads) {
    const auto [found, missing] = markets_.try_emplace(base_bits);
    if (missing) found->second = open_market(calibrated_, request_.shared, base_bits, threads, request_.quiet, request_.journal);
    return found->second;
}

const EmbeddingTables& Subject::words(int magnitude_bits, Threads& threads) {
    const auto [found, missing] = words_.try_emplace(magnitude_bits);
    if (missing)
        found->second = request_.shared_embeddings.empty() ? quantise_words(calibrated_, magnitude_bits, threads)
                                                           : choose_tables(calibrated_, request_.shared_embeddings, threads);
    return found->second;
}

Draft::Draft(Subject& of, std::vector<std::string> stages, std::string where, const Budget& may_spend)
    : subject(of),
      image(of.family().begin_image()),
      tasks(of.tasks()),
      budget(may_spend),
      stages_(std::move(stages)),
      where_(std::move(where)) {
    image.geometry = of.request().geometry;
    for (std::size_t task = 0; task < of.tasks(); ++task) image.tasks.push_back(of.bare(task));
}

bool Draft::has_stage(const std::string& name) const { return std::find(stages_.begin(), stages_.end(), name) != stages_.end(); }

std::shared_ptr<const std::vector<Rows>> Draft::target(std::size_t task) const {
    return tasks[task].edited ? tasks[task].edited : subject.weights(task);
}

Rows Draft::residual(std::size_t task, std::size_t index, const Rows& target) const {
    const inference::Linear& linear = image.tasks[task].network.linears[index];
    Rows left = target;
    if (linear.matrix) left -= real_values(linear.delta ? linear.effective() : *linear.matrix);
    if (linear.low_rank) left -= real_values(*linear.low_rank);
    return left;
}

void Draft::need_base(const char* stage) const {
    if (image.base.empty()) throw InputError(where_, std::string("has ") + stage + " before any base", "shared_base before it");
}

void Draft::need_codes(const char* stage) const {
    const bool coded = std::any_of(tasks.begin(), tasks.end(), [](const TaskDraft& task) { return task.coded.has_value(); });
    if (!coded)
        throw InputError(where_, std::string("has ") + stage + " before any stage that codes a delta in the base's integers",
                         "ntq, row_scaled_sign or row_scaled_ternary before it");
}

CodedDeltas& Draft::integers(std::size_t task, Threads& threads) {
    TaskDraft& draft = tasks[task];
    if (draft.coded) return *draft.coded;
    TaskDeltas deltas = deltas_of(task, threads);
    check_parent(subject.family(), subject.request().tasks[task], deltas.overall.cosine, subject.request().force);
    return draft.coded.emplace(
        CodedDeltas{std::move(deltas), std::vector<int>(matrices(), 0), std::vector<std::vector<std::int32_t>>(matrices())});
}

TaskDeltas Draft::deltas_of(std::size_t task, Threads& threads) {
    TaskDraft& draft = tasks[task];
    const auto& linears = image.tasks[task].network.linears;
    const bool factored =
        std::any_of(linears.begin(), linears.end(), [](const inference::Linear& linear) { return linear.low_rank != nullptr; });
    if (draft.measured && !draft.edited && !factored) return std::move(*draft.measured);
    std::vector<Rows> aims = *target(task);
    for (std::size_t index = 0; index < matrices(); ++index)
        if (const auto& factors = linears[index].low_rank) aims[index] -= real_values(*factors);
    std::vector<std::span<const float>> values;
    for (const Rows& aim : aims) values.push_back(values_of(aim));
    return task_deltas(values, image.shape, image.base, image.geometry.cell_bits, threads);
}

void Draft::write_codes(std::size_t task) {
    const CodedDeltas& coded = *tasks[task].coded;
    for (std::size_t index = 0; index < matrices(); ++index) {
        auto& delta = image.tasks[task].network.linears[index].delta;
        delta = nullptr;
        if (!coded.kept[index].empty())
            delta = std::make_shared<const inference::MatrixDelta>(
                encode(coded.deltas.deltas[index], coded.precision[index], coded.kept[index]));
    }
}

}  // namespace berth::compressor

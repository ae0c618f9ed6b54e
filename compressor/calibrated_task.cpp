// SPDX-License-Identifier: Apache-2.0
#include "compressor/calibrated_task.hpp"

#include "compressor/calibration_journal.hpp"
#include "compressor/cosine.hpp"
#include "compressor/profiler.hpp"
#include "compressor/quantise.hpp"
#include "models/core/digest.hpp"
#include "workloads/reference.hpp"

#include <algorithm>
#include <cmath>

namespace berth::compressor {
namespace {

Rows rows_of(const workloads::LinearWeights& linear) { return Eigen::Map<const Rows>(linear.weight.data(), linear.out, linear.in); }

double cosine_between(const std::vector<Rows>& a, const std::vector<Rows>& b) {
    double mixed = 0.0, left = 0.0, right = 0.0;
    for (std::size_t index = 0; index < a.size(); ++index) {
        mixed += a[index].cast<double>().cwiseProduct(b[index].cast<double>()).sum();
        left += a[index].cast<double>().squaredNorm();
        right += b[index].cast<double>().squaredNorm();
    }
    return cosine_of(mixed, left, right);
}

std::vector<float> reference_logits(std::shared_ptr<const workloads::BertWeights> weights, const Probe& probe, Threads& threads) {
    std::vector<workloads::Encoded> sentences;
    for (const inference::Sentence& sentence : probe.sentences) sentences.push_back({sentence.ids, sentence.segments});
    return workloads::Reference(std::move(weights)).logits(sentences, threads);
}

void record_data(const TaskRequest& request, const Probe& probe, boost::json::object& provenance) {
    provenance["data"] = request.measure ? sha256_of_file(request.data.value()) : probe.data_sha256;
    if (request.measure) provenance["measure"] = probe.data_sha256;
}

}  // namespace

std::vector<Rows> shared_matrices(const workloads::BertWeights& weights) {
    std::vector<Rows> matrices;
    for (std::size_t index = 0; index < shared_matrix_count(weights.config); ++index)
        matrices.push_back(rows_of(matrix_of(weights, index)));
    return matrices;
}

std::vector<Rows> base_weights(const Family& family) {
    return shared_matrices(workloads::read_bert_weights(family.base(), workloads::Head::none));
}

std::vector<CalibratedTask> calibrate_tasks(const Family& family, const std::vector<Rows>& base, const CompressionRequest& request,
                                            Threads& threads) {
    const std::vector<Probe> probes = read_probes(family, request.tasks);
    const workloads::Tokenizer tokenizer(family.tokenizer());
    SharedEmbeddings embeddings;
    std::vector<CalibratedTask> tasks;
    for (std::size_t i = 0; i < request.tasks.size(); ++i) {
        FamilyMember member = read_member(family, request.tasks[i], embeddings);
        const auto weights = std::make_shared<const workloads::BertWeights>(std::move(member.weights));
        CalibratedTask task{std::move(member.image), shared_matrices(*weights), {}, {}, 0.0, probes[i], {}};
        if (member.adapter)
            for (std::size_t index = 0; index < task.weights.size(); ++index) task.added.push_back(matrix_of(*weights, index).added);
        task.cosine = cosine_between(base, task.weights);
        check_parent(family, request.tasks[i], task.cosine, request.force);
        const auto sentences = calibration_sentences(request.tasks[i], kCalibrationSentences, tokenizer);
        const CalibrationJournal journal(request.journal, family, task.image.provenance, sentences);
        task.subject = journal.subject();
        if (auto known = journal.find(*weights)) {
            task.calibration = std::move(*known);
        } else {
            Progress progress("calibrating " + task.image.name, 2 * sentences.size(), request.quiet);
            task.calibration = calibrate(*weights, sentences, threads, progress);
            journal.record(task.calibration);
        }
        task.expected = reference_logits(weights, task.probe, threads);
        record_data(request.tasks[i], task.probe, task.image.provenance);
        tasks.push_back(std::move(task));
    }
    return tasks;
}

}  // namespace berth::compressor

// SPDX-License-Identifier: Apache-2.0
#include "compressor/profiler.hpp"

#include "compressor/probe.hpp"
#include "compressor/quantise.hpp"
#include "models/core/error.hpp"
#include "models/core/progress.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace berth::compressor {
namespace {

/// Steps of the cell's resolution up to what the first stage asks for.
std::vector<int> measured_precisions(const TaskDeltas& deltas, int cell_bits) {
    std::vector<int> steps;
    for (const int bits : precision_steps(cell_bits)) {
        steps.push_back(bits);
        if (bits >= deltas.overall.precision) break;
    }
    return steps;
}

/// Compares compressed networks of one task with its own int8 copy on the same sentences.
class Measurement {
public:
    Measurement(const FamilyMember& member, const SharedMatrices& base, const TaskDeltas& deltas, const Probe& probe, Threads& threads,
                Progress& progress)
        : base_(base),
          deltas_(deltas),
          probe_(probe),
          threads_(threads),
          progress_(progress),
          metric_(member.image.metric),
          network_(member.image.network) {
        for (std::size_t index = 0; index < base.size(); ++index)
            network_.linears[index].matrix = quantise(matrix_of(member.weights, index));
        expected_ = logits_of(network_, probe_, threads_, progress_);
        for (std::size_t index = 0; index < base.size(); ++index) network_.linears[index].matrix = base[index];
    }

    [[nodiscard]] double copy_metric() const { return metric_of(expected_, network_, probe_, metric_); }

    [[nodiscard]] ResiliencePoint at(double setting, const KangSettings& settings) {
        const auto codes = apply_stages(deltas_, base_, settings);
        for (std::size_t index = 0; index < codes.size(); ++index) network_.linears[index].delta = codes[index];
        const auto got = logits_of(network_, probe_, threads_, progress_);
        return {setting, lost_variance(expected_, got, network_.labels), metric_of(got, network_, probe_, metric_)};
    }

private:
    const SharedMatrices& base_;
    const TaskDeltas& deltas_;
    const Probe& probe_;
    Threads& threads_;
    Progress& progress_;
    std::string metric_;
    inference::Network network_;
    std::vector<float> expected_;
};

TaskProfile measure(const FamilyMember& member, const SharedMatrices& base, const TaskDeltas& deltas, const Probe& probe, int cell_bits,
                    Threads& threads, bool quiet) {
    const std::vector<int> precisions = measured_precisions(deltas, cell_bits);
    const std::size_t settings = precisions.size() + measured_factors().size();
    Progress progress("profiling " + member.image.name, settings * probe.sentences.size(), quiet);
    Measurement measurement(member, base, deltas, probe, threads, progress);
    TaskProfile profile;
    profile.name = member.image.name;
    profile.metric = member.image.metric;
    profile.checkpoint = member.image.provenance;
    profile.data_sha256 = probe.data_sha256;
    profile.sentences = probe.sentences.size();
    profile.overall = deltas.overall;
    profile.matrices = deltas.similarities;
    profile.copy_metric = measurement.copy_metric();
    for (const int bits : precisions) profile.precision.push_back(measurement.at(bits, {bits, 0.0}));
    profile.sharing.push_back(profile.precision.back());
    profile.sharing.back().setting = 0.0;
    for (std::size_t i = 1; i < measured_factors().size(); ++i) {
        const double factor = measured_factors()[i];
        profile.sharing.push_back(measurement.at(factor, {precisions.back(), factor}));
    }
    return profile;
}

TaskProfile profile_given(const Profile& profile, const FamilyMember& member, int cell_bits) {
    if (profile.cell_bits != cell_bits)
        throw InputError("--profile", fmt::format("was measured for cells of {} bits", profile.cell_bits),
                         fmt::format("one for {} bits", cell_bits));
    const TaskProfile& given = profile.task(member.image.name);
    if (given.checkpoint != member.image.provenance)
        throw InputError("--profile", "was measured on other files of task " + member.image.name,
                         "a profile of " + member.image.checkpoint);
    return given;
}

}  // namespace

void check_data(const std::vector<TaskRequest>& tasks) {
    for (const TaskRequest& task : tasks)
        if (!task.data)
            throw InputError("--task " + task.name, "has no data to measure on",
                             fmt::format("{}=DIR,data=FILE.tsv, or --profile", task.name));
}

std::vector<Probe> read_probes(const Family& family, const std::vector<TaskRequest>& tasks) {
    check_data(tasks);
    const workloads::Tokenizer tokenizer(family.tokenizer());
    std::vector<Probe> probes;
    for (const TaskRequest& task : tasks)
        probes.push_back(read_probe(task, workloads::Checkpoint(task.checkpoint, family.base().directory()).config(), tokenizer));
    return probes;
}

void check_parent(const Family& family, const TaskRequest& task, double cosine, bool force) {
    if (force || cosine >= kLeastParentCosine) return;
    throw InputError(task.checkpoint.string(),
                     fmt::format("does not look fine-tuned from {}: their cosine is {:.3f}", family.base().directory().string(), cosine),
                     fmt::format("a cosine of {} or more, or --force", kLeastParentCosine));
}

std::vector<PreparedTask> prepare(const Family& family, const SharedMatrices& base, const PreparationRequest& request, Threads& threads) {
    const std::vector<Probe> probes = request.profile ? std::vector<Probe>() : read_probes(family, request.tasks);
    SharedEmbeddings embeddings;
    std::vector<PreparedTask> prepared;
    for (std::size_t i = 0; i < request.tasks.size(); ++i) {
        FamilyMember member = read_member(family, request.tasks[i], embeddings);
        TaskDeltas deltas = task_deltas(member.weights, family.shape(), base, request.cell_bits, threads);
        check_parent(family, request.tasks[i], deltas.overall.cosine, request.force);
        TaskProfile profile = request.profile ? profile_given(*request.profile, member, request.cell_bits)
                                              : measure(member, base, deltas, probes[i], request.cell_bits, threads, request.quiet);
        prepared.push_back({std::move(member.image), std::move(deltas), std::move(profile)});
    }
    return prepared;
}

Profile profile_of(const std::vector<PreparedTask>& tasks, int cell_bits) {
    Profile profile{cell_bits, {}};
    for (const PreparedTask& task : tasks) profile.tasks.push_back(task.profile);
    return profile;
}

}  // namespace berth::compressor

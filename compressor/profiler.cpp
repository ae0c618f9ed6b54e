// SPDX-License-Identifier: Apache-2.0
#include "compressor/profiler.hpp"

#include "compressor/resilience.hpp"
#include "models/core/error.hpp"

#include <fmt/format.h>

namespace berth::compressor {
namespace {

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
    const ResilienceRequest resilience{request.cell_bits, request.by_layer, request.quiet, request.journal};
    SharedEmbeddings embeddings;
    std::vector<PreparedTask> prepared;
    for (std::size_t i = 0; i < request.tasks.size(); ++i) {
        FamilyMember member = read_member(family, request.tasks[i], embeddings);
        TaskDeltas deltas = task_deltas(member.weights, family.shape(), base, request.cell_bits, threads);
        check_parent(family, request.tasks[i], deltas.overall.cosine, request.force);
        TaskProfile profile = request.profile ? profile_given(*request.profile, member, request.cell_bits)
                                              : measure_resilience(member, base, deltas, probes[i], resilience, threads);
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

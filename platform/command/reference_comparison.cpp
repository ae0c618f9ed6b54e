// SPDX-License-Identifier: Apache-2.0
#include "platform/command/reference_comparison.hpp"

#include "compressor/synthetic_tasks.hpp"
#include "models/core/digest.hpp"
#include "models/core/error.hpp"
#include "platform/command/predictions.hpp"
#include "workloads/reference.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>

namespace berth::command {
namespace {

/// @return what differs between the checkpoint and what the image was made from; empty when nothing does.
std::string difference(const workloads::Checkpoint& checkpoint, const compressor::TaskImage& task) {
    for (const auto& file : checkpoint.files()) {
        const auto* recorded = task.provenance.if_contains(file.filename().string());
        if (!recorded || !recorded->is_string()) return file.string() + " was not there when the image was made";
        if (sha256_of_file(file) != std::string_view(recorded->get_string()))
            return file.string() + " has changed since the image was made";
    }
    return "";
}

std::vector<float> forward(const workloads::Checkpoint& checkpoint, const compressor::TaskImage& task,
                           std::span<const workloads::Encoded> sentences, Threads& threads) {
    const auto& config = checkpoint.config();
    if (config.labels != task.network.labels || config.regression != task.network.regression)
        throw InputError(checkpoint.directory().string(), "has " + std::to_string(config.labels) + " labels",
                         "a checkpoint of task " + task.name + " with " + std::to_string(task.network.labels));
    const workloads::Reference reference(
        std::make_shared<const workloads::BertWeights>(workloads::read_bert_weights(checkpoint, workloads::Head::classifier)));
    return reference.logits(sentences, threads);
}

/// The image's base while it is there; an adapter otherwise finds the one that it names.
std::string base_for(const std::string& directory, const std::string& base) {
    return workloads::LoraAdapter::is_in(directory) && !std::filesystem::is_directory(base) ? "" : base;
}

}  // namespace

ReferenceLogits reference_logits(const ReferenceChoice& choice, const compressor::TaskImage& task, const std::string& base,
                                 std::span<const workloads::Encoded> sentences, Threads& threads) {
    if (choice.none) return {{}, "--no-reference was given"};
    if (!choice.directory.empty())
        return {forward(workloads::Checkpoint(choice.directory, base_for(choice.directory, base)), task, sentences, threads), ""};
    if (compressor::is_synthetic(task)) return {{}, "task " + task.name + " is synthetic"};
    try {
        const workloads::Checkpoint checkpoint(task.checkpoint, base);
        if (const std::string what = difference(checkpoint, task); !what.empty()) return {{}, what};
        return {forward(checkpoint, task, sentences, threads), ""};
    } catch (const InputError& error) {
        return {{}, error.what()};
    }
}

boost::json::object agreement(std::span<const float> logits, std::span<const float> reference, int labels, bool regression) {
    const auto ours = predictions_of(logits, labels, regression), theirs = predictions_of(reference, labels, regression);
    double same = 0.0, most = 0.0, squares = 0.0;
    for (std::size_t i = 0; i < ours.size(); ++i) same += ours[i] == theirs[i];
    for (std::size_t i = 0; i < logits.size(); ++i) {
        const double difference = std::abs(static_cast<double>(logits[i]) - static_cast<double>(reference[i]));
        most = std::max(most, difference);
        squares += difference * difference;
    }
    boost::json::value label;
    if (!regression) label = same / static_cast<double>(ours.size());
    return {{"label", label}, {"logit_max_abs", most}, {"logit_rms", std::sqrt(squares / static_cast<double>(logits.size()))}};
}

}  // namespace berth::command

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/weight_image.hpp"
#include "models/core/parallel.hpp"
#include "workloads/tokenizer.hpp"

#include <boost/json.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace berth::command {

/// Where the fp32 logits to compare with come from.
struct ReferenceChoice {
    std::string directory;  ///< given by the user; empty: the checkpoint recorded in the image
    bool none = false;
};

/// fp32 logits of the task's checkpoint on the same sentences. Where the recorded checkpoint is gone or its files have
/// changed, or none is wanted, there are none, and `why` says so. @param base the image's, for a LoRA directory. @throws InputError for a
/// directory that the user gave.
struct ReferenceLogits {
    std::optional<std::vector<float>> logits;
    std::string why;
};
[[nodiscard]] ReferenceLogits reference_logits(const ReferenceChoice& choice, const compressor::TaskImage& task, const std::string& base,
                                               std::span<const workloads::Encoded> sentences, Threads& threads);

/// {label, logit_max_abs, logit_rms}: share of sentences with the same prediction (null for a regression), largest and
/// root-mean-square difference of logits.
[[nodiscard]] boost::json::object agreement(std::span<const float> logits, std::span<const float> reference, int labels, bool regression);

}  // namespace berth::command

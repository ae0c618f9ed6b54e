// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/dense.hpp"
#include "models/core/parallel.hpp"
#include "models/core/progress.hpp"
#include "workloads/bert_weights.hpp"
#include "workloads/tokenizer.hpp"

#include <span>
#include <vector>

namespace berth::compressor {

/// What a change D of one matrix does to a task's logits, to second order and with rows and columns taken as independent:
/// trace(outputs D inputs D^T) is the share of the logits' variance that it loses, provided that the bias takes up the change of
/// the mean. The two are the one-step Kronecker factors of the sum, over sentences and logits, of P P^T and P^T P, where P is the
/// derivative of a logit by the matrix over the whole sentence (Martens and Grosse 2015, DOI 10.48550/arXiv.1503.05671; Gupta,
/// Koren, Singer 2018, DOI 10.48550/arXiv.1802.09568, for the factors by rows and columns).
struct SiteCalibration {
    Vector mean;   ///< [in], of the inputs over all tokens
    Rows inputs;   ///< [in, in], in units that make the trace above a share of variance
    Rows outputs;  ///< [out, out], of trace 1
};

/// What an error of a token's embeddings does to a task's logits: `e^T moments e` is the share of the logits' variance that an error e of
/// every token's sum loses, where errors of different tokens are independent.
struct EmbeddingCalibration {
    Rows moments;      ///< [hidden, hidden], second moments of the logits' derivatives, summed over tokens
    Vector frequency;  ///< [vocabulary], share of the tokens that are of each word
};

/// Of one task, on its own fp32 model. Nothing is trained and no label is read.
struct Calibration {
    std::vector<SiteCalibration> sites;  ///< by the index of inference::Network::linears
    EmbeddingCalibration embeddings;
    std::size_t sentences = 0;
};

/// Logits of classes count around their mean, for adding a constant changes no prediction.
/// Same sentences, same bytes, whatever the threads.
/// @param sentences at least two with different logits, else a constant model's variance is taken as 1.
[[nodiscard]] Calibration calibrate(const workloads::BertWeights& weights, std::span<const workloads::Encoded> sentences, Threads& threads,
                                    Progress& progress);

}  // namespace berth::compressor

// SPDX-License-Identifier: Apache-2.0
#include "compressor/calibration.hpp"

#include "compressor/quantise.hpp"
#include "compressor/traced_pass.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace berth::compressor {
namespace {

/// Tokens of a batch at most; derivatives that are held at a time, a batch having one for each direction of the logits; and batches at
/// least, so that two cores have work. Some 300 MB for six layers of a hidden size of 384. No sum depends on any of them but the first.
constexpr std::size_t kTokensPerBatch = 384;
constexpr std::size_t kDerivativesHeld = 8, kLeastBatchesHeld = 2;

using Batch = std::vector<const workloads::Encoded*>;

/// In the order given; sentences are not sorted, so a batch depends on those before it alone.
std::vector<Batch> cut_batches(std::span<const workloads::Encoded> sentences) {
    std::vector<Batch> batches;
    std::size_t tokens = kTokensPerBatch;
    for (const auto& sentence : sentences) {
        tokens += sentence.ids.size();
        if (tokens > kTokensPerBatch) {
            batches.emplace_back();
            tokens = sentence.ids.size();
        }
        batches.back().push_back(&sentence);
    }
    return batches;
}

/// Orthonormal directions in which logits tell something: all that are orthogonal to (1, ..., 1), or the one logit of a regression.
std::vector<Vector> directions_of(const workloads::BertConfig& config) {
    if (config.regression || config.labels == 1) return {Vector::Ones(1)};
    std::vector<Vector> directions;
    for (int k = 1; k < config.labels; ++k) {
        Vector direction = Vector::Zero(config.labels);
        direction.head(k).setOnes();
        direction(k) = static_cast<float>(-k);
        directions.push_back(direction.normalized());
    }
    return directions;
}

/// Sum of squares of the logits' components along the directions, around their means.
double variance_of(const Rows& logits, const std::vector<Vector>& directions) {
    double sum = 0.0;
    for (const Vector& direction : directions) {
        const Eigen::VectorXd along = (logits * direction).cast<double>();
        sum += (along.array() - along.mean()).square().sum();
    }
    return sum > 0.0 ? sum : 1.0;
}

Vector frequency_of(std::span<const workloads::Encoded> sentences, int vocabulary) {
    Vector frequency = Vector::Zero(vocabulary);
    for (const auto& sentence : sentences)
        for (const auto id : sentence.ids) frequency(id) += 1.0F;
    return frequency / std::max(frequency.sum(), 1.0F);
}

struct TracedBatch {
    Trace trace;
    std::vector<Sensitivities> sensitivities;  ///< by direction
};

/// Adds what one batch says of one site. Products over a sentence's tokens are taken as X^T (G G^T) X, through its small Gram matrices.
void accumulate(SiteCalibration& site, const TracedBatch& batch, std::size_t index) {
    Rows x = batch.trace.input(index);
    x.rowwise() -= site.mean.transpose();
    Rows weighted_x = Rows::Zero(x.rows(), x.cols());
    for (const auto& by_direction : batch.sensitivities) {
        const Rows& gradient = by_direction.linears[index];
        Rows weighted_gradient(gradient.rows(), gradient.cols());
        Eigen::Index row = 0;
        for (const std::size_t length : batch.trace.rows_of_sentences(index)) {
            const auto rows = static_cast<Eigen::Index>(length);
            const Rows inputs = x.middleRows(row, rows), outputs = gradient.middleRows(row, rows);
            weighted_x.middleRows(row, rows) += product(outputs, outputs) * inputs;
            weighted_gradient.middleRows(row, rows) = product(inputs, inputs) * outputs;
            row += rows;
        }
        site.outputs += product(gradient.transpose(), weighted_gradient.transpose());
    }
    site.inputs += product(x.transpose(), weighted_x.transpose());
}

class Calibrator {
public:
    Calibrator(const workloads::BertWeights& weights, std::span<const workloads::Encoded> sentences, Threads& threads, Progress& progress)
        : model_(weights),
          batches_(cut_batches(sentences)),
          directions_(directions_of(weights.config)),
          threads_(threads),
          progress_(progress) {
        result_.sentences = sentences.size();
        for (std::size_t index = 0; index < matrix_count(shape_of(weights.config)); ++index) {
            const auto& matrix = matrix_of(weights, index);
            result_.sites.push_back({Vector::Zero(matrix.in), Rows::Zero(matrix.in, matrix.in), Rows::Zero(matrix.out, matrix.out)});
        }
        result_.embeddings = {Rows::Zero(weights.config.hidden, weights.config.hidden), frequency_of(sentences, weights.config.vocabulary)};
        logits_.resize(static_cast<Eigen::Index>(sentences.size()), weights.classifier.out);
    }

    [[nodiscard]] Calibration run() {
        find_means();
        sum_products();
        const auto variance = static_cast<float>(variance_of(logits_, directions_));
        for (SiteCalibration& site : result_.sites) {
            const float trace = site.outputs.trace();
            site.outputs /= trace > 0.0F ? trace : 1.0F;
            site.inputs /= variance;
        }
        result_.embeddings.moments /= variance;
        return std::move(result_);
    }

private:
    /// Calls on_group(batches) for traced batches, some at a time.
    template <class OnGroup>
    void for_groups(bool with_sensitivities, const OnGroup& on_group) {
        const std::size_t held = std::max(kDerivativesHeld / directions_.size(), kLeastBatchesHeld);
        for (std::size_t begin = 0; begin < batches_.size(); begin += held) {
            std::vector<TracedBatch> group(std::min(held, batches_.size() - begin));
            threads_.for_each(group.size(), [&](std::size_t i) {
                group[i].trace = model_.forward(batches_[begin + i]);
                if (with_sensitivities)
                    for (const Vector& direction : directions_)
                        group[i].sensitivities.push_back(model_.sensitivities(group[i].trace, direction));
                progress_.advance(batches_[begin + i].size());
            });
            on_group(group);
        }
    }

    void find_means() {
        std::vector<std::size_t> rows(result_.sites.size(), 0);
        for_groups(false, [&](const std::vector<TracedBatch>& group) {
            threads_.for_each(result_.sites.size(), [&](std::size_t index) {
                for (const TracedBatch& batch : group) {
                    const Rows& x = batch.trace.input(index);
                    result_.sites[index].mean += x.colwise().sum().transpose();
                    rows[index] += static_cast<std::size_t>(x.rows());
                }
            });
        });
        for (std::size_t index = 0; index < rows.size(); ++index) result_.sites[index].mean /= static_cast<float>(rows[index]);
    }

    void sum_products() {
        Eigen::Index done = 0;
        for_groups(true, [&](const std::vector<TracedBatch>& group) {
            for (const TracedBatch& batch : group) {
                logits_.middleRows(done, batch.trace.logits.rows()) = batch.trace.logits;
                done += batch.trace.logits.rows();
            }
            threads_.for_each(result_.sites.size(), [&](std::size_t index) {
                for (const TracedBatch& batch : group) accumulate(result_.sites[index], batch, index);
            });
            for (const TracedBatch& batch : group)
                for (const Sensitivities& by_direction : batch.sensitivities) {
                    const Rows by_element = by_direction.embeddings.transpose();
                    result_.embeddings.moments += product(by_element, by_element);
                }
        });
    }

    TracedModel model_;
    std::vector<Batch> batches_;
    std::vector<Vector> directions_;
    Threads& threads_;
    Progress& progress_;
    Calibration result_;
    Rows logits_;
};

}  // namespace

Calibration calibrate(const workloads::BertWeights& weights, std::span<const workloads::Encoded> sentences, Threads& threads,
                      Progress& progress) {
    return Calibrator(weights, sentences, threads, progress).run();
}

}  // namespace berth::compressor

// SPDX-License-Identifier: Apache-2.0
#include "compressor/traced_pass.hpp"

#include "compressor/calibration.hpp"
#include "compressor/low_rank.hpp"
#include "compressor/quantise.hpp"
#include "tests/unit/compressor/random_rows.hpp"
#include "tests/unit/compressor/small_checkpoints.hpp"
#include "workloads/reference.hpp"

#include <gtest/gtest.h>

namespace berth::compressor {
namespace {

using workloads::Encoded;

/// Two layers, so that one goes on with all tokens and one with first tokens alone.
workloads::BertWeights two_layers(workloads::Gelu gelu) {
    const test::Scratch folder;
    test::small_fine_tuned(1, 0.3F).write(folder.path() / "model");
    auto weights = workloads::read_bert_weights(workloads::Checkpoint(folder.path() / "model"), workloads::Head::classifier);
    weights.config.layers = 2;
    weights.config.gelu = gelu;
    weights.layers.push_back(weights.layers.front());
    for (auto& matrix : weights.layers.back().matrices)
        for (float& value : matrix.weight) value = 0.7F * value + 0.1F;
    return weights;
}

std::vector<Encoded> some_sentences() { return {{{2, 4, 6, 3}, {0, 0, 1, 1}}, {{2, 5, 3}, {0, 0, 0}}, {{2, 7, 5, 6, 3}, {0, 0, 0, 0, 0}}}; }

std::vector<const Encoded*> pointers(const std::vector<Encoded>& sentences) {
    std::vector<const Encoded*> all;
    for (const auto& sentence : sentences) all.push_back(&sentence);
    return all;
}

workloads::LinearWeights& matrix_at(workloads::BertWeights& weights, std::size_t index) {
    const std::size_t layer = index / inference::kMatricesPerLayer;
    return layer == weights.layers.size() ? weights.pooler : weights.layers[layer].matrices[index % inference::kMatricesPerLayer];
}

TEST(TracedPass, GivesTheReferencesLogits) {
    for (const auto gelu : {workloads::Gelu::erf, workloads::Gelu::tanh}) {
        const auto weights = std::make_shared<const workloads::BertWeights>(two_layers(gelu));
        const auto sentences = some_sentences();
        Threads threads(1);
        const auto expected = workloads::Reference(weights).logits(sentences, threads);
        const Trace trace = TracedModel(*weights).forward(pointers(sentences));
        for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(trace.logits.data()[i], expected[i], 1e-5F);
    }
}

TEST(TracedPass, SensitivitiesAreTheSlopesOfLogitsByWeights) {
    for (const auto gelu : {workloads::Gelu::erf, workloads::Gelu::tanh}) {
        const workloads::BertWeights weights = two_layers(gelu);
        const auto sentences = some_sentences();
        const TracedModel model(weights);
        const Trace trace = model.forward(pointers(sentences));
        const Vector direction{{0.8F, -0.6F}};
        const auto sensitivities = model.sensitivities(trace, direction).linears;
        test::Numbers numbers(5);
        for (std::size_t index = 0; index < sensitivities.size(); ++index) {
            const Rows change = test::random_rows(numbers, sensitivities[index].cols(), trace.input(index).cols());
            const double expected = (sensitivities[index].transpose() * trace.input(index)).cwiseProduct(change).sum();
            const auto sum_at = [&](float step) {
                workloads::BertWeights changed = weights;
                auto& weight = matrix_at(changed, index).weight;
                for (std::size_t i = 0; i < weight.size(); ++i) weight[i] += step * change.data()[i];
                return static_cast<double>((TracedModel(changed).forward(pointers(sentences)).logits * direction).sum());
            };
            constexpr float step = 4e-3F;
            EXPECT_NEAR((sum_at(step) - sum_at(-step)) / (2.0 * step), expected, 0.02 * std::abs(expected) + 2e-3) << "matrix " << index;
        }
    }
}

TEST(TracedPass, SensitivitiesAreTheSlopesOfLogitsByEmbeddings) {
    const workloads::BertWeights weights = two_layers(workloads::Gelu::erf);
    const auto sentences = some_sentences();
    const TracedModel model(weights);
    const Vector direction{{0.8F, -0.6F}};
    const Rows sensitivities = model.sensitivities(model.forward(pointers(sentences)), direction).embeddings;
    // Word 5 is the second token of the second sentence and the third of the third.
    constexpr int word = 5;
    test::Numbers numbers(7);
    const Rows change = test::random_rows(numbers, 1, 8);
    const double expected = (sensitivities.row(5) + sensitivities.row(9)).dot(change.row(0));
    const auto sum_at = [&](float step) {
        workloads::BertWeights changed = weights;
        for (std::size_t i = 0; i < 8; ++i) changed.words[word * 8 + i] += step * change.data()[i];
        return static_cast<double>((TracedModel(changed).forward(pointers(sentences)).logits * direction).sum());
    };
    constexpr float step = 4e-3F;
    EXPECT_NEAR((sum_at(step) - sum_at(-step)) / (2.0 * step), expected, 0.02 * std::abs(expected) + 2e-3);
}

TEST(Calibration, DependsOnSentencesAndNotOnThreads) {
    const workloads::BertWeights weights = two_layers(workloads::Gelu::erf);
    const auto sentences = some_sentences();
    const auto with = [&](int count) {
        Threads threads(count);
        Progress progress("", 6, true);
        return calibrate(weights, sentences, threads, progress);
    };
    const Calibration one = with(1), two = with(2);
    for (std::size_t index = 0; index < one.sites.size(); ++index) {
        EXPECT_EQ(one.sites[index].inputs, two.sites[index].inputs);
        EXPECT_EQ(one.sites[index].outputs, two.sites[index].outputs);
        EXPECT_NEAR(one.sites[index].outputs.trace(), 1.0F, 1e-5F);
    }
    EXPECT_EQ(one.embeddings.moments, two.embeddings.moments);
    EXPECT_FLOAT_EQ(one.embeddings.frequency(3), 3.0F / 12.0F);  // every sentence ends in [SEP]
}

/// With one sentence-and-token the factors are exact, so the predicted loss of the pooler is that of its linearisation.
TEST(Calibration, PredictsWhatASmallChangeOfThePoolerLosesPerSentence) {
    workloads::BertWeights weights = two_layers(workloads::Gelu::erf);
    const auto sentences = some_sentences();
    Threads threads(1);
    Progress progress("", 6, true);
    const Calibration calibration = calibrate(weights, sentences, threads, progress);
    const std::size_t pooler = calibration.sites.size() - 1;
    const Trace before = TracedModel(weights).forward(pointers(sentences));
    const Vector direction = Vector{{1.0F, -1.0F}}.normalized();

    // A change that only one output sees has one kind of row: the factors are then exact up to the weights of sentences.
    test::Numbers numbers(3);
    Rows change = Rows::Zero(8, 8);
    change.row(2) = 1e-2F * test::random_rows(numbers, 1, 8);
    const double predicted = calibrated_loss(change, calibration.sites[pooler]);
    for (Eigen::Index i = 0; i < change.size(); ++i) weights.pooler.weight[static_cast<std::size_t>(i)] += change.data()[i];
    const Vector take_up = change * calibration.sites[pooler].mean;
    for (Eigen::Index i = 0; i < 8; ++i) weights.pooler.bias[static_cast<std::size_t>(i)] -= take_up(i);
    const Trace after = TracedModel(weights).forward(pointers(sentences));
    const Vector along = before.logits * direction;
    const double variance = (along.array() - along.mean()).square().sum();
    const double lost = ((after.logits - before.logits) * direction).squaredNorm() / variance;
    EXPECT_GT(lost, 0.0);
    EXPECT_GT(predicted, lost / 4.0);
    EXPECT_LT(predicted, lost * 4.0);
}

}  // namespace
}  // namespace berth::compressor

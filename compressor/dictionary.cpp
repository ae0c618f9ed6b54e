// SPDX-License-Identifier: Apache-2.0
#include "compressor/dictionary.hpp"

#include "compressor/error_feedback.hpp"

#include <Eigen/Cholesky>

#include <algorithm>
#include <limits>
#include <utility>

namespace berth::compressor {
namespace {

using inference::Int8Matrix;
using Matrices = std::vector<Eigen::MatrixXf>;

/// Vectors whose share of the largest singular value is below this are none.
constexpr float kNothing = 1e-6F;

/// The deltas with the products that every round takes of them.
class Deltas {
public:
    Deltas(std::span<const DeltaOfTask> tasks, int magnitude_bits) : tasks_(tasks), bits_(magnitude_bits), pooled_(pooled_site(tasks)) {
        float weight = 0.0F;
        for (const DeltaOfTask& task : tasks) {
            inputs_.push_back(damped_inputs(task.site));
            outputs_.push_back(damped_outputs(task.site));
            by_inputs_.push_back((Eigen::MatrixXf(task.delta) * inputs_.back()).transpose());
            by_outputs_.push_back(outputs_.back() * Eigen::MatrixXf(task.delta));
            weights_.push_back(task.site.inputs.trace());
            weight += weights_.back();
        }
        for (float& own : weights_) own = weight > 0.0F ? own * static_cast<float>(tasks.size()) / weight : 1.0F;
    }
    virtual ~Deltas() = default;

    /// Each task's own factor to begin with, in real values.
    [[nodiscard]] virtual Matrices first(int rank) const = 0;
    /// The common factor that goes with the tasks' own, and the other way round.
    [[nodiscard]] virtual Int8Matrix common_for(const Matrices& own) const = 0;
    [[nodiscard]] virtual Int8Matrix own_for(const Eigen::MatrixXf& common, std::size_t task) const = 0;

    [[nodiscard]] std::size_t count() const { return tasks_.size(); }

protected:
    [[nodiscard]] Eigen::MatrixXf delta(std::size_t task) const { return tasks_[task].delta; }

    std::span<const DeltaOfTask> tasks_;
    int bits_;
    SiteCalibration pooled_;
    Matrices inputs_, outputs_;        ///< damped moments
    Matrices by_inputs_, by_outputs_;  ///< (delta inputs)^T [in, out], outputs delta [out, in]
    std::vector<float> weights_;       ///< of the tasks' inputs, 1 on average
};

class WithCommonUp final : public Deltas {
public:
    using Deltas::Deltas;

    [[nodiscard]] Matrices first(int rank) const override {
        const Eigen::MatrixXf white = lower_factor(damped_outputs(pooled_));
        Eigen::MatrixXf gram = Eigen::MatrixXf::Zero(white.rows(), white.cols());
        for (std::size_t t = 0; t < count(); ++t) gram += white.transpose() * (delta(t) * by_inputs_[t]) * white;
        const Eigen::MatrixXf looks = (white * descending(gram).vectors.leftCols(rank)).transpose();
        Matrices downs;
        for (std::size_t t = 0; t < count(); ++t) downs.emplace_back(looks * delta(t));
        return downs;
    }

    [[nodiscard]] Int8Matrix common_for(const Matrices& downs) const override {
        Eigen::MatrixXf middle = downs[0] * inputs_[0] * downs[0].transpose(), aim = downs[0] * by_inputs_[0];
        for (std::size_t t = 1; t < count(); ++t) {
            middle += downs[t] * inputs_[t] * downs[t].transpose();
            aim += downs[t] * by_inputs_[t];
        }
        middle = damped_middle(middle);
        return quantise_with_feedback(middle.llt().solve(aim).transpose(), bits_, middle);
    }

    [[nodiscard]] Int8Matrix own_for(const Eigen::MatrixXf& up, std::size_t t) const override {
        const Eigen::MatrixXf gram = damped_middle(up.transpose() * outputs_[t] * up);
        return quantise_with_feedback(gram.llt().solve(up.transpose() * by_outputs_[t]), bits_, inputs_[t]);
    }
};

class WithCommonDown final : public Deltas {
public:
    using Deltas::Deltas;

    /// Columns of one size, for a row of `up` has one scale.
    [[nodiscard]] Matrices first(int rank) const override {
        const Eigen::MatrixXf white = lower_factor(damped_inputs(pooled_));
        Eigen::MatrixXf gram = Eigen::MatrixXf::Zero(white.rows(), white.cols());
        for (std::size_t t = 0; t < count(); ++t)
            gram += weights_[t] * (white.transpose() * (delta(t).transpose() * by_outputs_[t]) * white);
        const EigenPairs pairs = descending(gram);
        const Vector sizes = pairs.values.head(rank).cwiseSqrt();
        const float least = std::max(kNothing * sizes(0), std::numeric_limits<float>::min());
        const Vector inverse = sizes.unaryExpr([least](float size) { return size > least ? 1.0F / size : 0.0F; });
        const Eigen::MatrixXf sees = white * pairs.vectors.leftCols(rank) * inverse.asDiagonal();
        Matrices ups;
        for (std::size_t t = 0; t < count(); ++t) ups.emplace_back(delta(t) * sees);
        return ups;
    }

    [[nodiscard]] Int8Matrix common_for(const Matrices& ups) const override {
        const auto gram_of = [&](std::size_t t) { return Eigen::MatrixXf(weights_[t] * (ups[t].transpose() * outputs_[t] * ups[t])); };
        const auto aim_of = [&](std::size_t t) { return Eigen::MatrixXf(weights_[t] * (ups[t].transpose() * by_outputs_[t])); };
        Eigen::MatrixXf gram = gram_of(0), aim = aim_of(0);
        for (std::size_t t = 1; t < count(); ++t) gram += gram_of(t), aim += aim_of(t);
        return quantise_with_feedback(damped_middle(gram).llt().solve(aim), bits_, damped_inputs(pooled_));
    }

    [[nodiscard]] Int8Matrix own_for(const Eigen::MatrixXf& down, std::size_t t) const override {
        const Eigen::MatrixXf middle = damped_middle(down * inputs_[t] * down.transpose());
        return quantise_with_feedback(middle.llt().solve(down * by_inputs_[t]).transpose(), bits_, middle);
    }
};

std::unique_ptr<const Deltas> deltas_with(CommonFactor which, std::span<const DeltaOfTask> tasks, int magnitude_bits) {
    if (which == CommonFactor::up) return std::make_unique<const WithCommonUp>(tasks, magnitude_bits);
    return std::make_unique<const WithCommonDown>(tasks, magnitude_bits);
}

/// Every task's own factor as quantised.
std::vector<Int8Matrix> own_factors(const Deltas& deltas, const Int8Matrix& common) {
    const Eigen::MatrixXf real = real_values(common);
    std::vector<Int8Matrix> own;
    for (std::size_t t = 0; t < deltas.count(); ++t) own.push_back(deltas.own_for(real, t));
    return own;
}

Dictionary dictionary_of(std::shared_ptr<const Int8Matrix> common, std::vector<Int8Matrix> own) {
    Dictionary dictionary{std::move(common), {}};
    for (Int8Matrix& factor : own) {
        auto& known = dictionary.own;
        const auto same = std::find_if(known.begin(), known.end(), [&](const auto& other) { return *other == factor; });
        known.push_back(same != known.end() ? *same : std::make_shared<const Int8Matrix>(std::move(factor)));
    }
    return dictionary;
}

}  // namespace

inference::LowRankDelta Dictionary::delta(std::size_t task, CommonFactor which) const {
    return which == CommonFactor::up ? inference::LowRankDelta(own.at(task), common) : inference::LowRankDelta(common, own.at(task));
}

Dictionary make_dictionary(std::span<const DeltaOfTask> tasks, CommonFactor which, int rank, int magnitude_bits, int rounds) {
    const auto deltas = deltas_with(which, tasks, magnitude_bits);
    Matrices own = deltas->first(rank);
    Int8Matrix common;
    std::vector<Int8Matrix> coded;
    for (int round = 0; round < rounds; ++round) {
        common = deltas->common_for(own);
        coded = own_factors(*deltas, common);
        own.clear();
        for (const Int8Matrix& factor : coded) own.emplace_back(real_values(factor));
    }
    return dictionary_of(std::make_shared<const Int8Matrix>(std::move(common)), std::move(coded));
}

Dictionary extend_dictionary(std::span<const DeltaOfTask> tasks, CommonFactor which, std::shared_ptr<const Int8Matrix> common,
                             int magnitude_bits) {
    std::vector<Int8Matrix> own = own_factors(*deltas_with(which, tasks, magnitude_bits), *common);
    return dictionary_of(std::move(common), std::move(own));
}

}  // namespace berth::compressor

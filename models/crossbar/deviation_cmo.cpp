// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/deviations.hpp"

#include <algorithm>
#include <cmath>

namespace berth::crossbar {
namespace {

constexpr double kMicro = 1e-6;

class Programming final : public Deviation {
public:
    Programming(double constant, double slope) : constant_(constant * kMicro), slope_(slope) {}
    [[nodiscard]] double sigma(double conductance) const override { return std::max(0.0, constant_ + slope_ * conductance); }

private:
    double constant_, slope_;
};

class Relaxation final : public Deviation {
public:
    Relaxation(double mean, double sigma) : mean_(mean * kMicro), sigma_(std::max(0.0, sigma) * kMicro) {}
    [[nodiscard]] double mean(double) const override { return mean_; }
    [[nodiscard]] double sigma(double) const override { return sigma_; }

private:
    double mean_, sigma_;
};

class ReadNoiseOfCmo final : public Deviation {
public:
    explicit ReadNoiseOfCmo(double factor) : factor_(factor * kMicro) {}

    /// The published logarithm is negative below one microsiemens, where there is no noise then.
    [[nodiscard]] double sigma(double conductance) const override {
        return conductance > kMicro ? factor_ * std::log10(conductance / kMicro) : 0.0;
    }

private:
    double factor_;
};

}  // namespace

std::unique_ptr<const Deviation> make_cmo_programming(const DeviationContext& context) {
    return std::make_unique<Programming>(context.rows[0], context.rows[1]);
}

std::unique_ptr<const Deviation> make_cmo_relaxation(const DeviationContext& context) {
    const double logarithm = std::log(context.seconds);
    return std::make_unique<Relaxation>(context.rows[0] * logarithm, context.rows[1] * logarithm + context.rows[2]);
}

std::unique_ptr<const Deviation> make_cmo_read_noise(const DeviationContext& context) {
    const double delay = context.rows[1];
    const double growth = std::log((context.seconds + delay) / (2.0 * delay));
    return std::make_unique<ReadNoiseOfCmo>(context.rows[0] * std::sqrt(std::max(0.0, growth)));
}

}  // namespace berth::crossbar

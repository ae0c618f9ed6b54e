// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/deviations.hpp"

namespace berth::crossbar {
namespace {

class Constant final : public Deviation {
public:
    explicit Constant(double sigma) : sigma_(sigma) {}
    [[nodiscard]] double sigma(double) const override { return sigma_; }

private:
    double sigma_;
};

class Proportional final : public Deviation {
public:
    explicit Proportional(double share) : share_(share) {}
    [[nodiscard]] double sigma(double conductance) const override { return share_ * conductance; }

private:
    double share_;
};

}  // namespace

std::unique_ptr<const Deviation> make_constant_deviation(const DeviationContext& context) {
    return std::make_unique<Constant>(context.sigma * context.largest);
}

std::unique_ptr<const Deviation> make_proportional_deviation(const DeviationContext& context) {
    return std::make_unique<Proportional>(context.sigma);
}

}  // namespace berth::crossbar

// SPDX-License-Identifier: Apache-2.0
#include "models/periphery/adc_kinds.hpp"
#include "models/periphery/threshold_adc.hpp"

#include <algorithm>
#include <cmath>

namespace berth::periphery {
namespace {

class UniformAdc final : public Adc {
public:
    explicit UniformAdc(const AdcParams& params)
        : params_(params), nearest_(params.rounding == "nearest"), top_(static_cast<double>((1 << params.bits) - 1)) {}

    std::size_t convert(std::span<const double> currents, std::span<std::int32_t> codes) const override {
        std::size_t clipped = 0;
        for (std::size_t column = 0; column < currents.size(); ++column) {
            // Divided, not multiplied by an inverse: the quotient of a tie must come out as a tie whatever the step.
            const double quotient = currents[column] / params_.step;
            const double code = nearest_ ? std::nearbyint(quotient) : std::floor(quotient);
            clipped += code < 0.0 || code > top_;
            codes[column] = static_cast<std::int32_t>(std::clamp(code, 0.0, top_));
        }
        return clipped;
    }

    [[nodiscard]] bool lossless(std::int64_t largest) const override { return nominal_lossless(params_, largest); }

    [[nodiscard]] std::optional<Transfer> transfer(std::uint64_t /*instance*/) const override {
        return transfer_of(nominal_transitions(params_));
    }

    [[nodiscard]] double step() const override { return params_.step; }

private:
    AdcParams params_;
    bool nearest_;
    double top_;
};

}  // namespace

std::unique_ptr<const Adc> make_uniform_adc(const AdcParams& params, std::uint64_t /*seed*/) {
    return std::make_unique<UniformAdc>(params);
}

}  // namespace berth::periphery

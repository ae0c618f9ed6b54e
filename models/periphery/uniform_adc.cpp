// SPDX-License-Identifier: Apache-2.0
#include "models/periphery/adc_kinds.hpp"

#include <algorithm>
#include <cmath>

namespace berth::periphery {
namespace {

class UniformAdc final : public Adc {
public:
    explicit UniformAdc(const AdcParams& params) : step_(params.step), top_(static_cast<double>((1 << params.bits) - 1)) {}

    std::size_t convert(std::span<const double> currents, std::span<std::int32_t> codes) const override {
        std::size_t clipped = 0;
        for (std::size_t column = 0; column < currents.size(); ++column) {
            // Divided, not multiplied by an inverse: the quotient of a tie must come out as a tie whatever the step.
            const double code = std::nearbyint(currents[column] / step_);
            clipped += code < 0.0 || code > top_;
            codes[column] = static_cast<std::int32_t>(std::clamp(code, 0.0, top_));
        }
        return clipped;
    }

    [[nodiscard]] bool lossless(std::int64_t largest) const override {
        int exponent = 0;
        const bool whole_codes_per_unit = step_ <= 1.0 && std::frexp(step_, &exponent) == 0.5;
        return whole_codes_per_unit && static_cast<double>(largest) / step_ <= top_;
    }

    [[nodiscard]] double step() const override { return step_; }

private:
    double step_;
    double top_;
};

}  // namespace

std::unique_ptr<const Adc> make_uniform_adc(const AdcParams& params) { return std::make_unique<UniformAdc>(params); }

}  // namespace berth::periphery

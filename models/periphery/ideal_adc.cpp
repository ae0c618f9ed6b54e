// SPDX-License-Identifier: Apache-2.0
#include "models/periphery/adc_kinds.hpp"

#include <cmath>

namespace berth::periphery {
namespace {

class IdealAdc final : public Adc {
public:
    std::size_t convert(std::span<const double> currents, std::span<std::int32_t> codes) const override {
        for (std::size_t column = 0; column < currents.size(); ++column)
            codes[column] = static_cast<std::int32_t>(std::nearbyint(currents[column]));
        return 0;
    }

    [[nodiscard]] bool lossless(std::int64_t) const override { return true; }

    [[nodiscard]] double step() const override { return 1.0; }
};

}  // namespace

std::unique_ptr<const Adc> make_ideal_adc(const AdcParams&, std::uint64_t) { return std::make_unique<IdealAdc>(); }

}  // namespace berth::periphery

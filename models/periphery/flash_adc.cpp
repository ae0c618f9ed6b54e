// SPDX-License-Identifier: Apache-2.0
#include "models/periphery/adc_kinds.hpp"
#include "models/periphery/threshold_adc.hpp"

namespace berth::periphery {
namespace {

/// A comparator to every transition, each with an offset of its own. Their thermometer code is counted, so comparators whose order
/// offsets have swapped do no harm but to width.
class FlashAdc final : public ThresholdAdc {
public:
    FlashAdc(const AdcParams& params, std::uint64_t seed) : ThresholdAdc(params, seed, params.comparator_sigma > 0.0) {}

private:
    void deviate(const DrawKey& parts, std::span<double> deviations) const override {
        std::array<double, 4> four{};
        for (std::size_t comparator = 0; comparator < deviations.size(); ++comparator) {
            if (comparator % 4 == 0) four = normals(philox({low_word(comparator / 4), 0, 0, 0}, parts));
            deviations[comparator] += params().comparator_sigma * four[comparator % 4];
        }
    }
};

}  // namespace

std::unique_ptr<const Adc> make_flash_adc(const AdcParams& params, std::uint64_t seed) { return std::make_unique<FlashAdc>(params, seed); }

}  // namespace berth::periphery

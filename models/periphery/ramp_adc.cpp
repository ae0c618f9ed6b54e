// SPDX-License-Identifier: Apache-2.0
#include "models/periphery/adc_kinds.hpp"
#include "models/periphery/threshold_adc.hpp"

namespace berth::periphery {
namespace {

/// A counter that runs until a ramp meets the current: the ramp's slope is the gain, its curvature the bow, the comparator's offset the
/// offset, and there is nothing else to differ.
class RampAdc final : public ThresholdAdc {
public:
    RampAdc(const AdcParams& params, std::uint64_t seed) : ThresholdAdc(params, seed, false) {}

private:
    void deviate(const DrawKey&, std::span<double>) const override {}
};

}  // namespace

std::unique_ptr<const Adc> make_ramp_adc(const AdcParams& params, std::uint64_t seed) { return std::make_unique<RampAdc>(params, seed); }

}  // namespace berth::periphery

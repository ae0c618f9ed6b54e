// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/periphery/adc.hpp"

namespace berth::periphery {

[[nodiscard]] std::unique_ptr<const Adc> make_ideal_adc(const AdcParams& params, std::uint64_t seed);
[[nodiscard]] std::unique_ptr<const Adc> make_uniform_adc(const AdcParams& params, std::uint64_t seed);
[[nodiscard]] std::unique_ptr<const Adc> make_sar_adc(const AdcParams& params, std::uint64_t seed);
[[nodiscard]] std::unique_ptr<const Adc> make_adaptive_sar_adc(const AdcParams& params, std::uint64_t seed);
[[nodiscard]] std::unique_ptr<const Adc> make_flash_adc(const AdcParams& params, std::uint64_t seed);
[[nodiscard]] std::unique_ptr<const Adc> make_ramp_adc(const AdcParams& params, std::uint64_t seed);

}  // namespace berth::periphery

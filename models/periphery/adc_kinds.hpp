// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/periphery/adc.hpp"

namespace berth::periphery {

[[nodiscard]] std::unique_ptr<const Adc> make_ideal_adc(const AdcParams& params);
[[nodiscard]] std::unique_ptr<const Adc> make_uniform_adc(const AdcParams& params);

}  // namespace berth::periphery

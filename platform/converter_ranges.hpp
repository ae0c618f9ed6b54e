// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/converter_calibration.hpp"
#include "platform/config.hpp"

#include <cstddef>

namespace berth::platform {

[[nodiscard]] inline compressor::ConverterSetting converter_setting(const PlatformConfig& config) {
    return {.rows = config.crossbar.rows,
            .cell_bits = config.crossbar.cell_bits,
            .dac_bits = config.dac.bits,
            .adc_bits = config.adc.bits,
            .step = config.adc.step,
            .encoding = config.crossbar.encoding};
}

/// Ranges of one task's converters: the image's, where it was calibrated for the platform's, else none.
[[nodiscard]] inline inference::PlaneRanges converter_ranges(const compressor::WeightImage& image, std::size_t task,
                                                             const PlatformConfig& config) {
    return compressor::ranges_of(image, task, converter_setting(config));
}

}  // namespace berth::platform

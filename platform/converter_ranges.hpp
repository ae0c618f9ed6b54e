// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/converter_calibration.hpp"
#include "platform/config.hpp"

#include <cstddef>
#include <optional>

namespace berth::platform {

/// What calibrated ranges are found for, or nothing where converters take none: one that adapts already resolves what its column's place
/// wants.
[[nodiscard]] inline std::optional<compressor::ConverterSetting> converter_setting(const PlatformConfig& config) {
    if (periphery::decided_bits(config.adc, 0)) return std::nullopt;
    return compressor::ConverterSetting{.rows = config.crossbar.rows,
                                        .cell_bits = config.crossbar.cell_bits,
                                        .dac_bits = config.dac.bits,
                                        .activation_bits = config.dac.activation_bits,
                                        .adc_bits = config.adc.bits,
                                        .step = config.adc.step,
                                        .encoding = config.crossbar.encoding};
}

/// Ranges of one task's converters: the image's, where it was calibrated for the platform's, else none.
[[nodiscard]] inline inference::PlaneRanges converter_ranges(const compressor::WeightImage& image, std::size_t task,
                                                             const PlatformConfig& config) {
    const auto setting = converter_setting(config);
    return setting ? compressor::ranges_of(image, task, *setting) : inference::PlaneRanges{};
}

}  // namespace berth::platform

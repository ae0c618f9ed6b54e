// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/weight_image.hpp"
#include "models/core/parallel.hpp"
#include "models/crossbar/crossbar_design.hpp"
#include "models/inference/crossbar_engine.hpp"
#include "models/inference/executor.hpp"

#include <boost/json.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace berth::compressor {

/// Sentences of a task, at equal distances in its data (evenly_spaced), whose currents are looked at.
inline constexpr std::size_t kConverterSentences = 8;

inline constexpr int kLargestRangeExponent = 15;  ///< of a converter's range, from 0 on

/// Share of the currents that the method "percentile" lets clip.
inline constexpr double kClippedShare = 0.001;

/// "percentile": the finest range in which at most kClippedShare of the currents clip. "error": the range whose codes have the least mean
/// square distance from the currents, the finer of two equals.
[[nodiscard]] std::vector<std::string> calibration_methods();

/// The exponent of a converter's range: a code stands for adc.step() * 2^exponent.
/// @param counts how often each current 0, 1, 2, ... came. @throws std::invalid_argument for another method.
[[nodiscard]] int range_exponent(const std::string& method, std::span<const std::uint64_t> counts, const periphery::Adc& adc);

/// Ranges of all converters, a plane, polarity and slice at a time, from the currents of ideal cells under the tasks' sentences. The base's
/// planes see those of all tasks that share them.
/// @param sentences by task. @param converters those of the design. @throws InputError where a task has none.
[[nodiscard]] ConverterCalibration calibrate(const WeightImage& image, const std::vector<std::vector<inference::Sentence>>& sentences,
                                             const crossbar::CrossbarDesign& design, const ConverterSetting& converters,
                                             const std::string& method, Threads& threads);

/// Ranges of one task's planes; none where the image has none, or was calibrated for other converters.
[[nodiscard]] inference::PlaneRanges ranges_of(const WeightImage& image, std::size_t task, const ConverterSetting& converters);

}  // namespace berth::compressor

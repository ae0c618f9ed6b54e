// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/weight_image.hpp"
#include "platform/config.hpp"

namespace berth::command {

/// Area of an image over that of int8 copies on the platform, whole tiles counted.
[[nodiscard]] double area_ratio(const platform::PlatformConfig& config, const compressor::WeightImage& image);

/// The same with every site at its even share of a tile, so that what one matrix more costs can be seen: where tiles are whole, most
/// matrices look free and a few dear.
[[nodiscard]] double even_area_ratio(const platform::PlatformConfig& config, const compressor::WeightImage& image);

}  // namespace berth::command

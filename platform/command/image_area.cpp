// SPDX-License-Identifier: Apache-2.0
#include "platform/command/image_area.hpp"

#include "platform/area_report.hpp"

namespace berth::command {

double area_ratio(const platform::PlatformConfig& config, const compressor::WeightImage& image) {
    const platform::ImageOnChip on_chip = platform::place_on_chip(config, image);
    return platform::ratios_block(config, &on_chip).at("area").to_number<double>();
}

double even_area_ratio(const platform::PlatformConfig& config, const compressor::WeightImage& image) {
    const platform::ImageOnChip on_chip = platform::place_on_chip(config, image);
    const mapping::Extent extent = on_chip.extent();
    const double tile = platform::total_area(config, {.tiles = 1}) - platform::total_area(config, {});
    const double sites_a_tile = static_cast<double>(config.hierarchy.sites_per_tile());
    const double spare_tiles = static_cast<double>(extent.tiles) - static_cast<double>(on_chip.image.sites) / sites_a_tile;
    return (platform::total_area(config, extent) - tile * spare_tiles) /
           platform::total_area(config, on_chip.extent_of_copies(on_chip.copies));
}

}  // namespace berth::command

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/weight_image.hpp"
#include "platform/config.hpp"

#include <boost/json.hpp>

#include <string>

namespace berth::command {

/// {path, sha256, method, mode, tasks}: how reports name a weight image.
[[nodiscard]] boost::json::object image_block(const std::string& file, const std::string& sha256, const compressor::WeightImage& image);

/// The image as far as its costs on a platform depend on it: without weights where no pulses are counted cell by cell.
[[nodiscard]] compressor::WeightImage read_for_costs(const std::string& file, const platform::PlatformConfig& config);

}  // namespace berth::command

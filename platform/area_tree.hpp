// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>

#include <map>
#include <string>

namespace berth::platform {

/// Areas by component path, "tile.ima.adc", as the tree that the paths make: {mm2, parts: {tile: {mm2, parts: {ima: ...}}}}. A node's
/// area is the sum of its parts; a leaf has no parts.
[[nodiscard]] boost::json::object area_tree(const std::map<std::string, double>& mm2_by_path);

}  // namespace berth::platform

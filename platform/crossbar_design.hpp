// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/crossbar_design.hpp"
#include "platform/config.hpp"

namespace berth::platform {

/// The arrays, converters, cells and sense amplifiers that a platform describes, made from its seed.
[[nodiscard]] crossbar::CrossbarDesign crossbar_design(const PlatformConfig& config);

}  // namespace berth::platform

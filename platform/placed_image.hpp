// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/mapping/slots.hpp"
#include "platform/config.hpp"

#include <vector>

namespace berth::platform {

/// An image's planes on the platform's arrays: each where it stays, or, where residency.eviction lets tasks take turns and not all fit (or
/// residency.slots says so), in slots. Without slots in_slot is empty.
/// @throws InputError saying how many arrays are needed and there, when they do not fit.
[[nodiscard]] mapping::SlottedPlacement place_image(const PlatformConfig& config, const std::vector<mapping::Plane>& planes);

}  // namespace berth::platform

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/weight_image.hpp"
#include "platform/accelerator/plan.hpp"
#include "platform/repair.hpp"

#include <cstddef>
#include <memory>
#include <set>

namespace berth::platform {

/// The image as it is where lost columns read 0: weights without the bits that stood in them. The encoding is differential, and tasks have
/// arrays of their own.
[[nodiscard]] std::shared_ptr<const compressor::WeightImage> without_lost_columns(const compressor::WeightImage& image,
                                                                                  const Repair& repair, const PlatformConfig& config);

/// Tasks whose vectors are read by a plane that has lost something.
[[nodiscard]] std::set<std::size_t> tasks_of_lost_columns(const ChipPlan& plan, const Repair& repair);

}  // namespace berth::platform

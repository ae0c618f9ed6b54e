// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/profile.hpp"

#include <string>

namespace berth::compressor {

/// A profile as one self-contained HTML page: similarity, resilience curves in SVG, and what each mode would take.
[[nodiscard]] std::string profile_page(const Profile& profile);

}  // namespace berth::compressor

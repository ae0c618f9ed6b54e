// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace berth::cost {

/// Energy of a successive-approximation conversion that stops after `bits` of its `resolution` steps, where a whole one takes `whole`:
/// a step costs as much as another (A. Nag et al., "Newton: Gravitating Towards the Physical Limits of Crossbar Acceleration", IEEE
/// Micro 2018). The law "adaptive_sar" gives the same of a row.
[[nodiscard]] constexpr double stopped_conversion(double whole, double bits, double resolution) { return whole * bits / resolution; }

}  // namespace berth::cost

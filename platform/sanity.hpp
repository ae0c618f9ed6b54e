// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/mapping/placement.hpp"
#include "platform/config.hpp"

#include <string>
#include <vector>

namespace berth::platform {

/// Least energy of a conversion of so many bits: 8 kT SNR, the noise of a sampling capacitor that leaves as much again to the rest
/// (B. Murmann, "A/D converter trends", CICC 2008), with the SNR of ideal quantisation, 3/2 * 2^(2 bits).
/// @param thermal_energy kT in J.
[[nodiscard]] double conversion_floor(int bits, double thermal_energy);

/// Refuses energies that physics does not allow: a conversion below its floor, any other action below kT ln 2, a bit's erasure
/// (R. Landauer, IBM J. 1961). A platform whose tables do not have physics is not checked.
/// @throws InputError naming the path in the inventory. @param where prefix of paths.
void check_floors(const PlatformConfig& config, const std::string& where);

/// What an architect should know of a chip that can be built on paper: power density above what a package carries away.
/// @param watts fully active; @param mm2 of the same parts. Empty: nothing.
[[nodiscard]] std::vector<std::string> warnings(const PlatformConfig& config, double watts, double mm2);

}  // namespace berth::platform

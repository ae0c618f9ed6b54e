// SPDX-License-Identifier: Apache-2.0
#include "platform/sanity.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numbers>

namespace berth::platform {
namespace {

constexpr const char* kThermalEnergy = "physics.thermal_energy";
constexpr const char* kCoolingLimit = "physics.cooling_limit";

}  // namespace

double conversion_floor(int bits, double thermal_energy) {
    const double snr = 1.5 * std::exp2(2.0 * bits);
    return 8.0 * thermal_energy * snr;
}

void check_floors(const PlatformConfig& config, const std::string& where) {
    if (!config.constants.rows().contains(kThermalEnergy)) return;
    const double thermal = config.constants.value(kThermalEnergy, "energy", where + "inventory");
    for (const auto& component : config.inventory.components())
        for (const auto& [action, joules] : component.energy) {
            const bool converts = component.path == "tile.ima.adc" && action == "convert";
            const double floor = converts ? conversion_floor(config.adc.bits, thermal) : thermal * std::numbers::ln2;
            if (joules < floor)
                throw InputError(where + "inventory." + component.path + ".energy." + action, fmt::format("is {:.3g} J", joules),
                                 fmt::format("at least {:.3g} J, the thermal limit", floor));
        }
}

std::vector<std::string> warnings(const PlatformConfig& config, double watts, double mm2) {
    if (!config.constants.rows().contains(kCoolingLimit) || !(mm2 > 0)) return {};
    const double limit = config.constants.value(kCoolingLimit, "power", "power density");
    if (watts / mm2 <= limit) return {};
    return {fmt::format("{:.2f} W/mm2 where every part is active; packages carry away about {:.2g} W/mm2", watts / mm2, limit)};
}

}  // namespace berth::platform

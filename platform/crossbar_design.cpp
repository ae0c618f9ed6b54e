// SPDX-License-Identifier: Apache-2.0
#include "platform/crossbar_design.hpp"

namespace berth::platform {

crossbar::CrossbarDesign crossbar_design(const PlatformConfig& config) {
    return {.crossbar = config.crossbar,
            .dac = config.dac,
            .adc = periphery::make_adc(config.adc, config.seed),
            .cells = crossbar::ideal_cells(config.crossbar.cell_bits),
            .sense = config.sense,
            .seed = config.seed};
}

}  // namespace berth::platform

// SPDX-License-Identifier: Apache-2.0
#include "platform/crossbar_design.hpp"

#include <utility>

namespace berth::platform {

crossbar::CrossbarDesign crossbar_design(const PlatformConfig& config) {
    crossbar::CellDesign cells = config.cells;
    cells.seed = config.seed;
    crossbar::CrossbarParams crossbar = config.crossbar;
    crossbar.cols = config.array_shape().cols;
    return {.crossbar = std::move(crossbar),
            .dac = config.dac,
            .adc = periphery::make_adc(config.adc, config.seed),
            .cells = crossbar::make_cells(std::move(cells)),
            .sense = config.sense,
            .seed = config.seed};
}

}  // namespace berth::platform

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/periphery/dac.hpp"
#include "platform/config.hpp"

#include <algorithm>
#include <cmath>

namespace berth::platform {

/// The IMA pipeline in closed form (ISAAC, Sec. VI and Table I). A stage lasts one array read, or the conversion of an
/// array's columns, without spare ones, where that takes longer. A product of a matrix and a vector takes one read per input slice; behind
/// the last come the stages that drain the pipeline: with ISAAC the conversion, the IMA's shift-and-add and the tile's. The next
/// vector's first read follows the last read at once. Arrays that share converters settle on them before a vector's first read.
struct CrossbarTiming {
    int reads = 0;
    double stage_s = 0.0;
    double drain_stages = 0.0;
    double settle_s = 0.0;

    [[nodiscard]] double interval_s() const { return settle_s + reads * stage_s; }
    [[nodiscard]] double latency_s() const { return settle_s + (reads + drain_stages) * stage_s; }
};

[[nodiscard]] inline CrossbarTiming crossbar_timing(int reads, double array_read_s, int columns, double adcs_per_array, double adc_rate_hz,
                                                    double drain_stages) {
    const double conversion_s = std::ceil(columns / adcs_per_array) / adc_rate_hz;
    return {.reads = reads, .stage_s = std::max(array_read_s, conversion_s), .drain_stages = drain_stages};
}

[[nodiscard]] inline CrossbarTiming crossbar_timing(const PlatformConfig& config) {
    CrossbarTiming timing = crossbar_timing(config.dac.reads(), config.timing.array_read_s, config.array_shape().cols,
                                            config.adcs_per_array, config.timing.adc_rate_hz, config.timing.drain_stages);
    timing.settle_s = config.timing.bank_settle_s;
    return timing;
}

}  // namespace berth::platform

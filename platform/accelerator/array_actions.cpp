// SPDX-License-Identifier: Apache-2.0
#include "platform/accelerator/array_actions.hpp"

#include "models/crossbar/encoding.hpp"

namespace berth::platform {

namespace {

/// Comparisons of one vector's conversions. Unit columns, whose codes count at several places, are converted in full.
std::int64_t decisions_of(const mapping::PlacedPlane& placed, const PlatformConfig& config) {
    const auto encoding = crossbar::make_encoding(config.crossbar.encoding);
    const auto reads = config.dac.slices();
    std::int64_t of_a_column = 0;  // in every polarity and slice
    const auto places = crossbar::weight_shifts(*encoding, placed.plane.magnitude_bits, config.crossbar.cell_bits);
    for (const int place : places)
        for (const auto& read : reads) of_a_column += periphery::decided_bits(config.adc, place + read.shift).value();
    const std::int64_t columns = std::int64_t{placed.plane.outputs} * placed.row_blocks;
    const std::int64_t units = placed.columns - columns * static_cast<std::int64_t>(places.size());
    return columns * of_a_column + units * config.adc.bits * static_cast<std::int64_t>(reads.size());
}

}  // namespace

ArrayActions actions_of(const mapping::PlacedPlane& placed, const PlatformConfig& config) {
    const int reads = config.dac.reads();
    const std::int64_t across = placed.row_blocks == 0 ? 0 : placed.array_reads / placed.row_blocks;
    const std::int64_t sums = std::int64_t{placed.plane.outputs} * placed.row_blocks * placed.polarities;
    ArrayActions actions;
    actions.reads = placed.array_reads * reads;
    actions.cells = placed.row_blocks == 0 ? 0 : placed.plane.inputs * (placed.columns / placed.row_blocks) * reads;
    actions.drives = placed.plane.inputs * across * reads;
    actions.conversions = placed.columns * reads;
    if (periphery::decided_bits(config.adc, 0))
        actions.decisions = decisions_of(placed, config);
    else
        actions.whole_conversions = actions.conversions;
    actions.input_register_bytes = placed.plane.inputs * across;
    actions.output_register_bytes = sums * kPartialSumBytes * reads;
    actions.selects = placed.banked ? placed.array_reads : 0;
    actions.partial_sums = sums;
    return actions;
}

std::array<Booking, 6> read_bookings(const ArrayActions& actions) {
    return {{{"tile.ima.array", "cell_read", actions.cells},
             {"tile.ima.dac", "drive", actions.drives},
             {"tile.ima.sample_hold", "sample", actions.conversions},
             {"tile.ima.adc", "convert", actions.whole_conversions},
             {"tile.ima.adc", "decide", actions.decisions},
             {"tile.ima.shift_add", "add", actions.conversions}}};
}

std::array<Booking, 4> transport_bookings(const ArrayActions& actions) {
    return {{{"tile.ima.bank_select", "select", actions.selects},
             {"tile.ima.input_register", "byte", actions.input_register_bytes},
             {"tile.ima.output_register", "byte", actions.output_register_bytes},
             {"chip.global_shift_add", "add", actions.partial_sums}}};
}

void record_reads(const ArrayActions& actions, std::int64_t times, const mapping::Inventory& inventory, Ledger& ledger) {
    for (const auto& [component, action, count] : read_bookings(actions))
        inventory.record(ledger, component, action, static_cast<std::uint64_t>(count * times));
}

}  // namespace berth::platform

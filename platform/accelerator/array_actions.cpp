// SPDX-License-Identifier: Apache-2.0
#include "platform/accelerator/array_actions.hpp"

namespace berth::platform {

ArrayActions actions_of(const mapping::PlacedPlane& placed, int reads) {
    const std::int64_t across = placed.row_blocks == 0 ? 0 : placed.array_reads / placed.row_blocks;
    const std::int64_t sums = std::int64_t{placed.plane.outputs} * placed.row_blocks * placed.polarities;
    ArrayActions actions;
    actions.reads = placed.array_reads * reads;
    actions.cells = placed.row_blocks == 0 ? 0 : placed.plane.inputs * (placed.columns / placed.row_blocks) * reads;
    actions.drives = placed.plane.inputs * across * reads;
    actions.conversions = placed.columns * reads;
    actions.input_register_bytes = placed.plane.inputs * across;
    actions.output_register_bytes = sums * kPartialSumBytes * reads;
    actions.selects = placed.banked ? placed.array_reads : 0;
    actions.partial_sums = sums;
    return actions;
}

std::array<Booking, 5> read_bookings(const ArrayActions& actions) {
    return {{{"tile.ima.array", "cell_read", actions.cells},
             {"tile.ima.dac", "drive", actions.drives},
             {"tile.ima.sample_hold", "sample", actions.conversions},
             {"tile.ima.adc", "convert", actions.conversions},
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

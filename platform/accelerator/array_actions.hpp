// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/ledger.hpp"
#include "models/mapping/inventory.hpp"
#include "models/mapping/placement.hpp"
#include "platform/config.hpp"

#include <array>
#include <cstdint>

namespace berth::platform {

/// What the IMAs do for one product of a vector with the planes that read it.
struct ArrayActions {
    std::int64_t reads = 0;                  ///< arrays times input slices
    std::int64_t cells = 0;                  ///< cells where a driven wordline meets a column in use, times input slices
    std::int64_t drives = 0;                 ///< wordlines times input slices
    std::int64_t conversions = 0;            ///< columns times input slices: samples, conversions and shift-and-adds
    std::int64_t whole_conversions = 0;      ///< of those, the ones of converters that do not adapt
    std::int64_t decisions = 0;              ///< comparisons of the ones that do (see periphery::search_at)
    std::int64_t input_register_bytes = 0;   ///< shifted out to the wordlines
    std::int64_t output_register_bytes = 0;  ///< partial sums rewritten at every read
    std::int64_t selects = 0;                ///< arrays that are switched to shared converters
    std::int64_t partial_sums = 0;           ///< joined by the global shift-and-add: row blocks, polarities, base and delta

    ArrayActions& operator+=(const ArrayActions& other) {
        reads += other.reads;
        cells += other.cells;
        drives += other.drives;
        conversions += other.conversions;
        whole_conversions += other.whole_conversions;
        decisions += other.decisions;
        input_register_bytes += other.input_register_bytes;
        output_register_bytes += other.output_register_bytes;
        selects += other.selects;
        partial_sums += other.partial_sums;
        return *this;
    }
};

inline constexpr int kPartialSumBytes = 4;  ///< a partial sum is an int32

/// One vector's product with a plane.
[[nodiscard]] ArrayActions actions_of(const mapping::PlacedPlane& placed, const PlatformConfig& config);

/// An action of the parts list, and how often.
struct Booking {
    const char *component, *action;
    std::int64_t count;
};

/// What reading the arrays makes the IMAs' arrays, DACs, sample-and-holds, ADCs and shift-and-adds do.
[[nodiscard]] std::array<Booking, 6> read_bookings(const ArrayActions& actions);

/// What brings a vector to the arrays and their partial sums together.
[[nodiscard]] std::array<Booking, 4> transport_bookings(const ArrayActions& actions);

/// Books read_bookings, `times` over.
void record_reads(const ArrayActions& actions, std::int64_t times, const mapping::Inventory& inventory, Ledger& ledger);

}  // namespace berth::platform

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/weight_image.hpp"
#include "models/core/ledger.hpp"
#include "models/crossbar/conductance_block.hpp"
#include "models/mapping/placement.hpp"
#include "platform/config.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cstdint>

namespace berth::platform {

/// What writing an image into the arrays takes. It is part of no inference.
struct Programming {
    double time_s = 0.0;
    double energy_j = 0.0;
    std::int64_t arrays = 0;
    std::int64_t deepest = 1;                               ///< most arrays behind one set of converters, of any image
    crossbar::ArrayProgramming cells;                       ///< of all arrays together
    std::uint64_t cells_read_back = 0, rows_read_back = 0;  ///< to see whether they hold what they should

    Programming& operator+=(const Programming& other) {
        time_s += other.time_s;
        energy_j += other.energy_j;
        arrays += other.arrays;
        deepest = std::max(deepest, other.deepest);
        cells += other.cells;
        cells_read_back += other.cells_read_back;
        rows_read_back += other.rows_read_back;
        return *this;
    }
};

/// Every tile has one set of write drivers, which take a row of cells at once: its arrays are written row by row, one after the other,
/// and all tiles at once. The time is that of a full tile.
///
/// A row of the tables prices one write of a whole array's cells, and that is taken as one pulse for each. With write-verify
/// (programming.most_pulses above 1) cells get as many pulses as the run's own draws want, each followed by a read of the cell through
/// its DAC, sample-and-hold and ADC, and a row takes as many rounds as its slowest cell; what a pulse costs is the array's write over its
/// cells.
/// @param image an outline (compressor::read_outline) does where pulses do not depend on what is written.
/// @param threads that count pulses; 0 means every core.
[[nodiscard]] Programming programming_of(const compressor::WeightImage& image, const mapping::Placement& placement,
                                         const PlatformConfig& config, int threads);

/// The same of one task's planes alone, as they are placed: a task that is brought in. Cells are priced one by one, since its planes share
/// arrays with others; the time is that of the tile with most of the arrays that hold some of it.
[[nodiscard]] Programming programming_of_task(const compressor::WeightImage& image, const mapping::Placement& placement,
                                              const PlatformConfig& config, std::size_t task, int threads);

/// The placement with the planes of the base and of the first tasks alone, as many as there are slots.
[[nodiscard]] mapping::Placement without_absent_tasks(const compressor::WeightImage& image, mapping::Placement placement,
                                                      std::size_t slots);

/// Actions of programmings of single tasks.
void book_tasks_written(const Programming& written, const PlatformConfig& config, Ledger& ledger);

/// Whether pulses, or cells that are worn, are counted cell by cell, for which the image's weights are wanted.
[[nodiscard]] bool counts_pulses(const PlatformConfig& config);

/// What is left of it when that share of every tile's arrays is written.
[[nodiscard]] Programming rest_of(const Programming& whole, double written, const PlatformConfig& config);

/// Reading back what has been written: every tile reads its arrays row by row, one after the other, each row through its arrays' converters
/// in as many rounds as a read takes.
[[nodiscard]] Programming reading_back(const Programming& whole, const PlatformConfig& config);

/// The share of each tile's arrays that is whole when programming is cut short at `elapsed` of its time; an array that is half written is
/// not.
[[nodiscard]] double written_share(const Programming& programming, double elapsed_s, const PlatformConfig& config);

/// Its actions: writes of arrays, pulses beyond a cell's first, and what verifying reads.
[[nodiscard]] Ledger ledger_of(const Programming& programming, const PlatformConfig& config);

/// {time_s, energy_j, arrays, components, cells, pulses, pulses_per_cell, wear: {most_pulses, median_endurance, programmings}, missed,
/// worn}: missed and worn are null where nothing is verified, or nothing wears.
[[nodiscard]] boost::json::object programming_block(const Programming& programming, const PlatformConfig& config);

}  // namespace berth::platform

// SPDX-License-Identifier: Apache-2.0
#include "platform/programming.hpp"

#include "compressor/image_planes.hpp"
#include "models/core/parallel.hpp"
#include "models/crossbar/array_writes.hpp"
#include "platform/accelerator/array_actions.hpp"
#include "platform/accelerator/crossbar_timing.hpp"
#include "platform/crossbar_design.hpp"
#include "platform/plane_owners.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace berth::platform {
namespace {

constexpr const char* kArray = "tile.ima.array";

/// Keys what is random in the cells of a plane, as inference::CrossbarEngine does.
std::uint64_t component_of(const compressor::WeightImage& image, const compressor::ImagePlane& plane) {
    using compressor::PlaneKind;
    if (plane.tasks.empty()) return inference::plane_component(0, plane.linear);
    const inference::PlaneOwners owners = plane_owners(image, plane.tasks.front());
    const std::size_t linears = image.tasks[plane.tasks.front()].network.linears.size();
    switch (plane.kind) {
        case PlaneKind::matrix:
            return owners.matrix_component(plane.linear);
        case PlaneKind::delta:
            return inference::plane_component(owners.deltas, plane.linear);
        case PlaneKind::down:
            return owners.down_component(plane.linear, linears);
        case PlaneKind::up:
            break;
    }
    return owners.up_component(plane.linear, linears);
}

bool verified(const PlatformConfig& config) { return config.cells.programming && config.cells.most_pulses > 1; }

bool wears(const PlatformConfig& config) { return config.cells.endurance.model != "none"; }

/// Cells as writing meets them: what comes behind it, and what reads add, changes no pulse.
crossbar::CrossbarDesign while_written(PlatformConfig config) {
    config.cells.wire_solver = "none";
    config.cells.retention = nullptr;
    config.cells.read_noise = nullptr;
    return crossbar_design(config);
}

crossbar::ArrayProgramming pulse_by_pulse(const compressor::WeightImage& image, const mapping::Placement& placement,
                                          const PlatformConfig& config, int threads) {
    const auto planes = compressor::image_planes(image);
    const crossbar::CrossbarDesign design = while_written(config);
    std::vector<crossbar::ArrayProgramming> written(planes.size());
    Threads pool(threads);
    pool.for_each(planes.size(), [&](std::size_t i) {
        const compressor::ImagePlane& plane = planes[i];
        if (placement.planes[i].row_blocks == 0) return;
        written[i] = crossbar::programming_of(plane.codes, plane.out, plane.in, plane.magnitude_bits, design, component_of(image, plane));
    });
    crossbar::ArrayProgramming all;
    for (const auto& one : written) all += one;
    return all;
}

/// Every cell once.
crossbar::ArrayProgramming one_pulse_each(const mapping::Placement& placement) {
    crossbar::ArrayProgramming all;
    for (const mapping::PlacedPlane& placed : placement.planes) {
        if (placed.row_blocks == 0) continue;
        all.cells += static_cast<std::uint64_t>(placed.plane.inputs * (placed.columns / placed.row_blocks));
        all.rows += static_cast<std::uint64_t>(placed.plane.inputs * (placed.array_reads / placed.row_blocks));
    }
    all.pulses = all.cells;
    all.row_pulses = all.rows;
    all.most_pulses = all.cells > 0 ? 1 : 0;
    return all;
}

double array_cells(const PlatformConfig& config) { return static_cast<double>(config.crossbar.rows) * config.crossbar.cols; }

void book_reads(std::uint64_t cells, std::uint64_t rows, const PlatformConfig& config, Ledger& ledger) {
    ArrayActions reads;
    reads.cells = reads.conversions = reads.whole_conversions = static_cast<std::int64_t>(cells);
    reads.drives = static_cast<std::int64_t>(rows);
    for (const auto& [component, action, times] : read_bookings(reads))
        if (std::string_view(component) != "tile.ima.shift_add")
            config.inventory.record(ledger, component, action, static_cast<std::uint64_t>(times));
}

void book_pulses(const crossbar::ArrayProgramming& cells, const PlatformConfig& config, Ledger& ledger) {
    ledger.add(kArray, "pulse", cells.pulses - cells.cells, config.inventory.energy(kArray, "write") / array_cells(config));
    book_reads(cells.pulses, cells.row_pulses, config, ledger);
}

/// Arrays that a tile writes one after the other.
double arrays_in_turn(const Programming& programming, const PlatformConfig& config) {
    return static_cast<double>(std::min(programming.arrays, config.hierarchy.sites_per_tile() * programming.deepest));
}

/// Of so many arrays, one after the other.
double seconds_of(double arrays, const Programming& programming, const PlatformConfig& config) {
    if (!verified(config) || programming.cells.rows == 0) return arrays * config.timing.array_write_s;
    const double read_s = crossbar_timing(config).stage_s;
    const double rounds = static_cast<double>(programming.cells.row_pulses) / static_cast<double>(programming.cells.rows);
    return arrays * rounds * (config.timing.array_write_s + config.crossbar.rows * read_s);
}

/// Arrays of the planes that the tile with most of them holds, where a plane has an equal share on each of its tiles.
double most_in_a_tile(const mapping::Placement& placement) {
    std::map<std::int32_t, double> tiles;
    for (const auto& placed : placement.planes)
        for (const std::int32_t tile : placed.tiles)
            tiles[tile] += static_cast<double>(placed.array_reads) / static_cast<double>(placed.tiles.size());
    double most = 0.0;
    for (const auto& [tile, arrays] : tiles) most = std::max(most, arrays);
    return std::ceil(most);
}

/// Takes the planes out that `stays` does not want.
template <class Stays>
mapping::Placement only(mapping::Placement placement, const Stays& stays) {
    for (mapping::PlacedPlane& placed : placement.planes) {
        if (stays(placed.plane.owner)) continue;
        placed.row_blocks = 0;
        placed.cells = placed.array_reads = placed.columns = 0;
        placed.tiles.clear();
    }
    return placement;
}

}  // namespace

/// Faults and wear alone change no pulse, but worn cells are counted with them.
bool counts_pulses(const PlatformConfig& config) { return verified(config) || wears(config); }

Programming programming_of(const compressor::WeightImage& image, const mapping::Placement& placement, const PlatformConfig& config,
                           int threads) {
    Programming programming;
    programming.arrays = placement.arrays;
    programming.deepest = placement.deepest;
    programming.cells = counts_pulses(config) ? pulse_by_pulse(image, placement, config, threads) : one_pulse_each(placement);
    programming.time_s = seconds_of(arrays_in_turn(programming, config), programming, config);
    programming.energy_j = ledger_of(programming, config).total();
    return programming;
}

Programming rest_of(const Programming& whole, double written, const PlatformConfig& config) {
    if (written <= 0.0) return whole;
    const double left = 1.0 - written;
    const auto share = [left](auto count) { return static_cast<decltype(count)>(std::llround(left * static_cast<double>(count))); };
    Programming rest;
    rest.deepest = whole.deepest;
    rest.arrays = share(whole.arrays);
    for (const auto count :
         {&crossbar::ArrayProgramming::cells, &crossbar::ArrayProgramming::pulses, &crossbar::ArrayProgramming::rows,
          &crossbar::ArrayProgramming::row_pulses, &crossbar::ArrayProgramming::missed, &crossbar::ArrayProgramming::worn})
        rest.cells.*count = share(whole.cells.*count);
    rest.cells.most_pulses = rest.arrays > 0 ? whole.cells.most_pulses : 0;
    rest.time_s = left * whole.time_s;
    rest.energy_j = ledger_of(rest, config).total();
    return rest;
}

Programming reading_back(const Programming& whole, const PlatformConfig& config) {
    Programming reading;
    reading.deepest = whole.deepest;
    reading.cells_read_back = whole.cells.cells;
    reading.rows_read_back = whole.cells.rows;
    reading.time_s = arrays_in_turn(whole, config) * config.crossbar.rows * crossbar_timing(config).stage_s;
    reading.energy_j = ledger_of(reading, config).total();
    return reading;
}

double written_share(const Programming& programming, double elapsed_s, const PlatformConfig& config) {
    const double arrays = arrays_in_turn(programming, config);
    if (programming.time_s <= 0.0 || arrays <= 0.0) return 1.0;
    return std::clamp(std::floor(elapsed_s / programming.time_s * arrays) / arrays, 0.0, 1.0);
}

Programming programming_of_task(const compressor::WeightImage& image, const mapping::Placement& placement, const PlatformConfig& config,
                                std::size_t task, int threads) {
    const std::string& name = image.tasks.at(task).name;
    const mapping::Placement alone = only(placement, [&](const std::string& owner) { return owner == name; });
    Programming programming;
    for (const auto& placed : alone.planes) programming.arrays += placed.array_reads;
    programming.cells = counts_pulses(config) ? pulse_by_pulse(image, alone, config, threads) : one_pulse_each(alone);
    programming.time_s = seconds_of(most_in_a_tile(alone), programming, config);
    Ledger ledger;
    book_tasks_written(programming, config, ledger);
    programming.energy_j = ledger.total();
    return programming;
}

mapping::Placement without_absent_tasks(const compressor::WeightImage& image, mapping::Placement placement, std::size_t slots) {
    std::set<std::string> there;
    for (std::size_t task = 0; task < image.tasks.size() && task < slots; ++task) there.insert(image.tasks[task].name);
    return only(std::move(placement), [&](const std::string& owner) { return mapping::is_common(owner) || there.contains(owner); });
}

void book_tasks_written(const Programming& written, const PlatformConfig& config, Ledger& ledger) {
    ledger.add(kArray, "pulse", written.cells.cells, config.inventory.energy(kArray, "write") / array_cells(config));
    if (verified(config)) book_pulses(written.cells, config, ledger);
}

Ledger ledger_of(const Programming& programming, const PlatformConfig& config) {
    Ledger ledger;
    config.inventory.record(ledger, kArray, "write", static_cast<std::uint64_t>(programming.arrays));
    if (verified(config)) book_pulses(programming.cells, config, ledger);
    if (programming.cells_read_back > 0) book_reads(programming.cells_read_back, programming.rows_read_back, config, ledger);
    return ledger;
}

boost::json::object programming_block(const Programming& programming, const PlatformConfig& config) {
    const crossbar::ArrayProgramming& cells = programming.cells;
    const double mean = cells.cells > 0 ? static_cast<double>(cells.pulses) / static_cast<double>(cells.cells) : 0.0;
    const auto& endurance = config.cells.endurance;
    boost::json::object wear{{"most_pulses", cells.most_pulses}, {"median_endurance", nullptr}, {"programmings", nullptr}};
    if (wears(config)) {
        wear["median_endurance"] = endurance.median;
        if (mean > 0.0) wear["programmings"] = std::max(0.0, std::floor((endurance.median - endurance.earlier_pulses) / mean));
    }
    return {{"time_s", programming.time_s},
            {"energy_j", programming.energy_j},
            {"arrays", programming.arrays},
            {"components", ledger_of(programming, config).components()},
            {"cells", cells.cells},
            {"pulses", cells.pulses},
            {"pulses_per_cell", mean},
            {"wear", std::move(wear)},
            {"missed", verified(config) ? boost::json::value(cells.missed) : boost::json::value()},
            {"worn", wears(config) ? boost::json::value(cells.worn) : boost::json::value()}};
}

}  // namespace berth::platform

// SPDX-License-Identifier: Apache-2.0
#include "models/mapping/placement.hpp"

#include "models/core/ceil_div.hpp"
#include "models/core/error.hpp"
#include "models/crossbar/encoding.hpp"
#include "models/mapping/mapper.hpp"

#include <algorithm>
#include <numeric>

namespace berth::mapping {
namespace {

using std::int64_t;

/// Sites first..last-1 in the chip's order.
struct Range {
    int64_t first = 0, last = 0;
};

PlacedPlane describe(const Plane& plane, const ArrayShape& shape, const crossbar::Encoding& encoding) {
    if (plane.inputs < 1 || plane.outputs < 0 || plane.magnitude_bits < 1)
        throw InputError("plane " + plane.matrix + " of " + plane.owner,
                         "has " + std::to_string(plane.inputs) + " inputs, " + std::to_string(plane.outputs) + " outputs and " +
                             std::to_string(plane.magnitude_bits) + " bits",
                         "at least one input and one bit");
    PlacedPlane placed;
    placed.plane = plane;
    placed.row_blocks = static_cast<int>(ceil_div(plane.inputs, shape.rows));
    placed.slices = encoding.slices(plane.magnitude_bits, shape.cell_bits);
    placed.polarities = encoding.polarities();
    placed.cells = int64_t{plane.inputs} * plane.outputs * placed.slices * placed.polarities;
    return placed;
}

/// Lays the planes of a strip side by side from site `next` on, column block by column block; within a column block the
/// polarities follow one another, and within those the row blocks, so a plane's sites are one range.
/// @return the site behind the strip.
int64_t lay(const Strip& strip, const ArrayShape& shape, const crossbar::Encoding& encoding, int64_t next, Placement& placement,
            std::vector<Range>& ranges) {
    const int64_t usable = shape.cols - encoding.unit_columns();
    int64_t column = 0, arrays_a_block = 0;
    for (const std::size_t index : strip) {
        PlacedPlane& placed = placement.planes[index];
        const int64_t demand = int64_t{placed.plane.outputs} * placed.slices;
        arrays_a_block = int64_t{placed.row_blocks} * placed.polarities;
        const int64_t first_block = column / usable;
        const int64_t blocks = demand == 0 ? 0 : ceil_div(column + demand, usable) - first_block;
        ranges[index] = {next + first_block * arrays_a_block, next + (first_block + blocks) * arrays_a_block};
        placed.array_reads = blocks * arrays_a_block;
        placed.columns = demand * arrays_a_block + placed.array_reads * encoding.unit_columns();
        column += demand;
    }
    return next + ceil_div(column, usable) * arrays_a_block;
}

/// How many arrays the strips of a group fill: those with a row block each stand below one another while rows last.
class Banks {
public:
    explicit Banks(int rows) : rows_(rows) {}

    void add(const Strip& strip, int64_t sites, const Placement& placement) {
        const PlacedPlane& first = placement.planes[strip.front()];
        if (first.row_blocks > 1) {
            arrays_ += sites;
            return;
        }
        for (Bank& bank : banks_)
            if (bank.rows + first.plane.inputs <= rows_) return put(bank, first.plane.inputs, sites);
        put(banks_.emplace_back(), first.plane.inputs, sites);
    }

    [[nodiscard]] int64_t arrays() const { return arrays_; }

private:
    struct Bank {
        int rows = 0;
        int64_t arrays = 0;
    };

    void put(Bank& bank, int inputs, int64_t sites) {
        bank.rows += inputs;
        arrays_ += std::max(bank.arrays, sites) - bank.arrays;
        bank.arrays = std::max(bank.arrays, sites);
    }

    int rows_;
    int64_t arrays_ = 0;
    std::vector<Bank> banks_;
};

/// Lays every strip of a group on the same sites.
void lay_group(const Group& group, const ArrayShape& shape, const crossbar::Encoding& encoding, Placement& placement,
               std::vector<Range>& ranges, int& converters) {
    const int64_t begin = placement.sites;
    Banks banks(shape.rows);
    for (const Strip& strip : group) {
        if (strip.empty()) continue;
        const int64_t end = lay(strip, shape, encoding, begin, placement, ranges);
        banks.add(strip, end - begin, placement);
        placement.sites = std::max(placement.sites, end);
        for (const std::size_t index : strip) placement.planes[index].converters = group.size() > 1 ? converters : converters++;
    }
    if (group.size() > 1) ++converters;
    if (const int64_t sites = placement.sites - begin; sites > 0) placement.deepest = std::max(placement.deepest, ceil_div(banks.arrays(), sites));
    placement.arrays += banks.arrays();
}

void check_fit(int64_t needed, const ArrayShape& shape, const HierarchyParams& hierarchy) {
    const int64_t there = int64_t{hierarchy.tiles} * hierarchy.imas_per_tile * hierarchy.arrays_per_ima;
    if (needed <= there) return;
    throw InputError("hierarchy.tiles",
                     "the weights need " + std::to_string(needed) + " arrays of " + std::to_string(shape.rows) + " x " +
                         std::to_string(shape.cols) + " and the chip has " + std::to_string(there),
                     "at least " + std::to_string(ceil_div(needed, int64_t{hierarchy.imas_per_tile} * hierarchy.arrays_per_ima)) +
                         " tiles, or an image with fewer cells");
}

std::vector<std::int32_t> tiles_of(Range arrays, int64_t arrays_a_tile) {
    if (arrays.first == arrays.last) return {};
    const int64_t first = arrays.first / arrays_a_tile;
    std::vector<std::int32_t> tiles(static_cast<std::size_t>((arrays.last - 1) / arrays_a_tile - first + 1));
    std::iota(tiles.begin(), tiles.end(), static_cast<std::int32_t>(first));
    return tiles;
}

}  // namespace

Placement place(const std::vector<Plane>& planes, const ArrayShape& shape, const HierarchyParams& hierarchy) {
    const auto encoding = crossbar::make_encoding(shape.encoding);
    Placement placement;
    placement.planes.reserve(planes.size());
    for (const Plane& plane : planes) {
        placement.planes.push_back(describe(plane, shape, *encoding));
        placement.cells += placement.planes.back().cells;
    }
    std::vector<Range> ranges(planes.size());
    int converters = 0;
    for (const Group& group : make_mapper(hierarchy.mapper)->groups(planes))
        lay_group(group, shape, *encoding, placement, ranges, converters);
    check_fit(placement.sites, shape, hierarchy);

    placement.imas = ceil_div(placement.sites, hierarchy.arrays_per_ima);
    placement.tiles = ceil_div(placement.imas, hierarchy.imas_per_tile);
    const int64_t arrays_a_tile = int64_t{hierarchy.arrays_per_ima} * hierarchy.imas_per_tile;
    for (std::size_t i = 0; i < planes.size(); ++i) placement.planes[i].tiles = tiles_of(ranges[i], arrays_a_tile);
    if (placement.arrays > 0)
        placement.utilisation = static_cast<double>(placement.cells) / (static_cast<double>(placement.arrays) * shape.rows * shape.cols);
    return placement;
}

}  // namespace berth::mapping

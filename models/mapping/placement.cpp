// SPDX-License-Identifier: Apache-2.0
#include "models/mapping/placement.hpp"

#include "models/core/ceil_div.hpp"
#include "models/core/error.hpp"
#include "models/crossbar/encoding.hpp"
#include "models/mapping/bank_layout.hpp"
#include "models/mapping/mapper.hpp"

#include <algorithm>
#include <memory>
#include <numeric>
#include <utility>

namespace berth::mapping {
namespace {

using std::int64_t;

/// Sites first..last-1 in the chip's order.
struct Range {
    int64_t first = 0, last = 0;
};

/// Lays groups one behind the other on the chip's sites. Within a group column block follows column block; within a column block the
/// polarities follow one another, and within those the row blocks, so a plane's sites are one range.
class Layout {
public:
    Layout(const ArrayShape& shape, const crossbar::Encoding& encoding, Placement& placement)
        : shape_(shape), encoding_(encoding), placement_(placement), ranges_(placement.planes.size()) {}

    void add(const Group& group) {
        BankLayout banks(shape_.rows, usable());
        for (std::size_t strip = 0; strip < group.size(); ++strip)
            if (!group[strip].empty()) banks.add(strip, placement_.planes[group[strip].front()].plane.inputs, columns_of(group[strip]));
        std::vector<std::vector<int64_t>> starts(group.size());  // where each strip's blocks begin in their arrays
        for (const StripBlock& block : banks.blocks()) starts[block.strip].push_back(block.column);
        for (std::size_t strip = 0; strip < group.size(); ++strip)
            lay(group[strip], {.site = placement_.sites,
                               .block_sites = banks.tallest() * encoding_.polarities(),
                               .usable = usable(),
                               .starts = std::make_shared<const std::vector<int64_t>>(std::move(starts[strip]))});
        placement_.sites += banks.places() * banks.tallest() * encoding_.polarities();
        placement_.arrays += banks.arrays() * encoding_.polarities();
        placement_.deepest = std::max(placement_.deepest, banks.deepest());
        const bool banked = banks.arrays() > banks.places() * banks.tallest();
        for (const Strip& strip : group)
            for (const std::size_t index : strip) {
                plane(index).banked = banked;
                plane(index).converters = group.size() > 1 ? converters_ : converters_++;
            }
        converters_ += group.size() > 1;
    }

    [[nodiscard]] const Range& range(std::size_t index) const { return ranges_[index]; }

private:
    [[nodiscard]] PlacedPlane& plane(std::size_t index) { return placement_.planes[index]; }
    [[nodiscard]] int64_t usable() const { return shape_.cols - encoding_.unit_columns(); }
    [[nodiscard]] int64_t columns_of(std::size_t index) const {
        const PlacedPlane& placed = placement_.planes[index];
        return int64_t{placed.plane.outputs} * placed.slices;
    }
    [[nodiscard]] int64_t columns_of(const Strip& strip) const {
        int64_t sum = 0;
        for (const std::size_t index : strip) sum += columns_of(index);
        return sum;
    }

    /// The planes of a strip side by side. @param columns of the strip, before the first plane's.
    void lay(const Strip& strip, ColumnBlocks columns) {
        for (const std::size_t index : strip) {
            PlacedPlane& placed = plane(index);
            const int64_t demand = columns_of(index), arrays_a_block = int64_t{placed.row_blocks} * placed.polarities;
            const int64_t first_block = columns.before / usable();
            const int64_t blocks = demand == 0 ? 0 : ceil_div(columns.before + demand, usable()) - first_block;
            const int64_t begin = columns.site + first_block * columns.block_sites;
            ranges_[index] = {begin, blocks == 0 ? begin : begin + (blocks - 1) * columns.block_sites + arrays_a_block};
            columns.polarity_sites = placed.row_blocks;
            columns.columns = demand;
            placed.blocks = columns;
            placed.array_reads = blocks * arrays_a_block;
            placed.columns = demand * arrays_a_block + placed.array_reads * encoding_.unit_columns();
            columns.before += demand;
        }
    }

    const ArrayShape& shape_;
    const crossbar::Encoding& encoding_;
    Placement& placement_;
    std::vector<Range> ranges_;
    int converters_ = 0;
};

std::vector<std::int32_t> tiles_of(Range arrays, int64_t arrays_a_tile) {
    if (arrays.first == arrays.last) return {};
    const int64_t first = arrays.first / arrays_a_tile;
    std::vector<std::int32_t> tiles(static_cast<std::size_t>((arrays.last - 1) / arrays_a_tile - first + 1));
    std::iota(tiles.begin(), tiles.end(), static_cast<std::int32_t>(first));
    return tiles;
}

}  // namespace

void check_fit(int64_t needed, const ArrayShape& shape, const HierarchyParams& hierarchy) {
    const int64_t of_a_tile = hierarchy.sites_per_tile(), there = hierarchy.all_tiles() * of_a_tile;
    if (needed <= there) return;
    const std::string whole = hierarchy.chips == 1 ? "the chip has " : std::to_string(hierarchy.chips) + " chips have ";
    const int64_t tiles = ceil_div(needed, of_a_tile);
    throw InputError("hierarchy.tiles",
                     "the weights need " + std::to_string(needed) + " arrays of " + std::to_string(shape.rows) + " x " +
                         std::to_string(shape.cols) + " and " + whole + std::to_string(there),
                     "at least " + std::to_string(tiles) + " tiles, hierarchy.chips of " +
                         std::to_string(ceil_div(tiles, int64_t{hierarchy.tiles})) + ", or an image with fewer cells");
}

PlacedPlane describe(const Plane& plane, const ArrayShape& shape, const crossbar::Encoding& encoding) {
    if (plane.inputs < 1 || plane.outputs < 0 || plane.magnitude_bits < 1)
        throw InputError("plane " + plane.matrix + " of " + plane.owner,
                         "has " + std::to_string(plane.inputs) + " inputs, " + std::to_string(plane.outputs) + " outputs and " +
                             std::to_string(plane.magnitude_bits) + " bits",
                         "at least one input and one bit");
    PlacedPlane placed;
    placed.plane = plane;
    if (plane.digital) return placed;
    placed.row_blocks = static_cast<int>(ceil_div(plane.inputs, shape.rows));
    placed.slices = encoding.slices(plane.magnitude_bits, shape.cell_bits);
    placed.polarities = encoding.polarities();
    placed.cells = int64_t{plane.inputs} * plane.outputs * placed.slices * placed.polarities;
    return placed;
}

Placement place(const std::vector<Plane>& planes, const ArrayShape& shape, const HierarchyParams& hierarchy) {
    const auto encoding = crossbar::make_encoding(shape.encoding);
    Placement placement;
    placement.planes.reserve(planes.size());
    for (const Plane& plane : planes) {
        placement.planes.push_back(describe(plane, shape, *encoding));
        placement.cells += placement.planes.back().cells;
    }
    Layout layout(shape, *encoding, placement);
    for (const Group& group : make_mapper(hierarchy.mapper)->groups(planes)) layout.add(group);
    check_fit(placement.sites, shape, hierarchy);

    placement.imas = ceil_div(placement.sites, hierarchy.arrays_per_ima);
    placement.tiles = ceil_div(placement.imas, int64_t{hierarchy.imas_in_use()});
    for (std::size_t i = 0; i < planes.size(); ++i) placement.planes[i].tiles = tiles_of(layout.range(i), hierarchy.sites_per_tile());
    if (placement.arrays > 0)
        placement.utilisation = static_cast<double>(placement.cells) / (static_cast<double>(placement.arrays) * shape.rows * shape.cols);
    return placement;
}

}  // namespace berth::mapping

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/params.hpp"
#include "models/mapping/column_blocks.hpp"
#include "models/mapping/plane.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace berth::crossbar {
class Encoding;
}

namespace berth::mapping {

[[nodiscard]] std::vector<std::string> replication_names();

/// The arrays that planes are cut to; cols without spare ones. How many slices and polarities a weight takes is the encoding's to say.
struct ArrayShape {
    int rows = 0, cols = 0, cell_bits = 0;
    std::string encoding;
};

/// Names that HierarchyParams::low_rank can take: in "arrays", "digital" (in the tiles' memory, computed by their digital units), or
/// "cheaper", whichever takes less area: see allot_low_rank.
[[nodiscard]] std::vector<std::string> low_rank_names();

/// Names that HierarchyParams::mapper can take.
[[nodiscard]] std::vector<std::string> mapper_names();

/// How arrays are grouped: IMAs (in-situ multiply-accumulate units, ISAAC Sec. IV) of arrays, tiles of IMAs, a chip of tiles.
struct HierarchyParams {
    int arrays_per_ima;
    int imas_per_tile;
    int tiles;
    std::string mapper;
    std::string low_rank = "arrays";
    int chips = 1;
    std::string replication = "none";
    int copies = 1;
    double copies_area = 0.0;
    int spare_imas = 0;
    int spare_columns = 0;

    static constexpr std::tuple fields{
        Field{"arrays_per_ima", &HierarchyParams::arrays_per_ima, "array", 1, 1024, "arrays in one IMA"},
        Field{"imas_per_tile", &HierarchyParams::imas_per_tile, "IMA", 1, 1024, "IMAs in one tile"},
        Field{"tiles", &HierarchyParams::tiles, "tile", 1, 1 << 20, "tiles the chip has"},
        Field{"chips", &HierarchyParams::chips, "chip", 1, 1024,
              "chips that weights may take, filled one after the other and joined by serial links"},
        Choice{"mapper", &HierarchyParams::mapper, &mapper_names, "how planes become arrays"},
        Choice{"replication", &HierarchyParams::replication, &replication_names,
               "whether stages of the encoder have further copies of their matrices, for as many tokens at once"},
        Field{"copies", &HierarchyParams::copies, "copy", 1, 64, "of every stage of the encoder, where replication is fixed"},
        Field{"copies_area", &HierarchyParams::copies_area, "mm2", 0.0, 1e6,
              "area of tiles that further copies may take, where replication is balanced; 0: what the weights leave of the chips"},
        Choice{"low_rank", &HierarchyParams::low_rank, &low_rank_names, "where the factors of low-rank deltas are kept"},
        Field{"spare_imas", &HierarchyParams::spare_imas, "IMA", 0, 1023, "IMAs of a tile that hold nothing but what dead ones should"},
        Field{"spare_columns", &HierarchyParams::spare_columns, "column", 0, 1 << 20,
              "columns of an array that hold nothing but what dead ones should"},
    };

    [[nodiscard]] std::int64_t all_tiles() const { return std::int64_t{tiles} * chips; }

    // What weights can take of a tile.
    [[nodiscard]] int imas_in_use() const { return imas_per_tile - spare_imas; }
    [[nodiscard]] std::int64_t sites_per_tile() const { return std::int64_t{arrays_per_ima} * imas_in_use(); }

    /// The same on one chip with tiles for whatever is placed.
    [[nodiscard]] HierarchyParams without_limit() const {
        HierarchyParams roomy = *this;
        roomy.tiles = std::numeric_limits<int>::max();
        roomy.chips = 1;
        return roomy;
    }
};

/// Where a plane went. Its cells are rows x columns of arrays; columns hold the slices of output channels.
struct PlacedPlane {
    Plane plane;
    int row_blocks = 0;               ///< arrays one above the other: ceil(inputs / rows)
    int slices = 0;                   ///< columns one output channel takes in each polarity
    int polarities = 0;               ///< 2 where positive and negative parts have arrays of their own
    int converters = 0;               ///< planes with the same number share converters and are read one after the other
    bool banked = false;              ///< its arrays are switched to those converters for a vector
    std::int64_t cells = 0;           ///< cells that hold a bit of the plane, every polarity counted
    std::int64_t array_reads = 0;     ///< arrays that one input slice drives; one that two planes share counts for both
    std::int64_t columns = 0;         ///< columns converted for one input slice, all row blocks and polarities, unit columns too
    std::vector<std::int32_t> tiles;  ///< tiles that hold some of it, ascending
    ColumnBlocks blocks;              ///< all of its columns
};

/// A whole image on a chip.
struct Placement {
    std::vector<PlacedPlane> planes;  ///< in the order of the planes given
    std::int64_t arrays = 0;          ///< arrays with at least one cell in use
    std::int64_t sites = 0;           ///< places of an array with its converters; fewer than arrays where those share them
    std::int64_t deepest = 1;         ///< most arrays behind one set of converters
    std::int64_t imas = 0;            ///< ceil(sites / arrays_per_ima)
    std::int64_t tiles = 0;           ///< ceil(imas / imas_in_use)

    /// Arrays beyond the first behind each set of converters.
    [[nodiscard]] std::int64_t banks() const { return arrays - sites; }

    std::int64_t cells = 0;    ///< cells in use
    double utilisation = 0.0;  ///< cells / (arrays * rows * cols)
};

/// A plane as arrays take it, without a place.
[[nodiscard]] PlacedPlane describe(const Plane& plane, const ArrayShape& shape, const crossbar::Encoding& encoding);

/// @throws InputError saying how many arrays are needed and how many the chips have, when they are too few.
void check_fit(std::int64_t needed, const ArrayShape& shape, const HierarchyParams& hierarchy);

/// Sites in order of the planes, IMAs and tiles filled one after the other.
/// @throws InputError saying how many arrays are needed and how many the chip has, when they do not fit.
[[nodiscard]] Placement place(const std::vector<Plane>& planes, const ArrayShape& shape, const HierarchyParams& hierarchy);

}  // namespace berth::mapping

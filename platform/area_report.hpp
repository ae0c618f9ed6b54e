// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/weight_image.hpp"
#include "models/core/ledger.hpp"
#include "models/mapping/inventory.hpp"
#include "models/mapping/placement.hpp"
#include "platform/config.hpp"
#include "platform/uncertainty.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <optional>

namespace berth::platform {

/// An image on a platform's arrays, and beside it what one full int8 copy a task would take there.
struct ImageOnChip {
    mapping::Placement image;
    mapping::Placement copies;          ///< every array with its converters, on a chip with as many tiles as it takes
    mapping::Placement copies_sharing;  ///< placed by the image's own mapper, which may share converters
    std::int64_t tasks = 0;
    std::int64_t embedding_banks = 0;         ///< of the image's tables
    std::int64_t copies_embedding_banks = 0;  ///< of the same tables in int8, shared as the image shares them
    std::int64_t chip_tiles = 1;              ///< that one chip has

    /// Chips that a placement takes.
    [[nodiscard]] std::int64_t chips(const mapping::Placement& placement) const;
    /// What of the chip the image takes, and what copies placed in one of the ways would.
    [[nodiscard]] mapping::Extent extent() const;
    [[nodiscard]] mapping::Extent extent_of_copies(const mapping::Placement& placement) const;
};

/// Bytes of a table of the embedding memory: packed values and a 4-byte scale a row.
[[nodiscard]] std::int64_t table_bytes(std::int64_t rows, std::int64_t width, int magnitude_bits);

/// Of all embedding tables, shared ones once.
struct EmbeddingBytes {
    std::int64_t image = 0;
    std::int64_t copies = 0;  ///< the same tables in int8
};
[[nodiscard]] EmbeddingBytes embedding_bytes(const compressor::WeightImage& image);

/// Places both. @throws InputError saying how many arrays are needed and there when the image does not fit.
[[nodiscard]] ImageOnChip place_on_chip(const PlatformConfig& config, const std::vector<mapping::Plane>& image,
                                        const std::vector<mapping::Plane>& copies, std::int64_t tasks, const EmbeddingBytes& embeddings);
[[nodiscard]] ImageOnChip place_on_chip(const PlatformConfig& config, const compressor::WeightImage& image);

/// Area of N tasks on one base over the area of N copies, both counted in cells: 1/N + c_delta/c_full (Kang et al. 2021).
/// @param c_delta mean cells kept per element of a delta, over all tasks and matrices; @param c_full cells of a whole weight.
[[nodiscard]] double closed_form_ratio(std::int64_t tasks, double c_delta, double c_full);
/// The same of a base of fewer bits than a copy's weights. @param c_base its cells per weight.
[[nodiscard]] double closed_form_ratio(std::int64_t tasks, double c_base, double c_delta, double c_full);

/// What the closed form needs, counted from a placement in one polarity of the encoding; the other polarity doubles both.
/// c_full is 7 for one-bit differential cells, not the paper's 8: the polarity is the sign, and |int8| has 7 bits.
struct CellsPerElement {
    double base = 0.0;      ///< c_base
    double delta = 0.0;     ///< c_delta: whatever tasks have in arrays beside the base
    double full = 0.0;      ///< c_full
    bool has_base = false;  ///< without a shared base the closed form says nothing
};
[[nodiscard]] CellsPerElement cells_per_element(const ImageOnChip& on_chip);

/// mm2 of so much of the chip's parts.
[[nodiscard]] double total_area(const PlatformConfig& config, const mapping::Extent& extent);

/// The parts of a report, on which `berth area` and `berth simulate` agree. `on_chip` null: the whole chip, no comparison.
/// {total, components{path: mm2}, tree (area_tree.hpp), spare, whole_chips, baseline_copies, ratio, copies_sharing, groups{cells,
/// converters, buffers, network, digital, factor_memory, embedding_memory, rest}, repair}; without an image spare and whole_chips are
/// null too.
///
/// spare: the even share of IMAs that sites without an array have.
///
/// repair: of total, IMAs and columns that stand for dead ones; of a column its cells and its sample-and-hold.
///
/// whole_chips: of chips with all their tiles and links, whether used or not.
///
/// copies_sharing: the copies by the image's own mapper, so that what comes of the code stands apart from what comes of sharing.
[[nodiscard]] boost::json::object area_block(const PlatformConfig& config, const ImageOnChip* on_chip);
/// {peak, static, density_w_per_mm2, components{path: {peak, static}}}, watts; the density is peak power over area
[[nodiscard]] boost::json::object power_block(const PlatformConfig& config, const ImageOnChip* on_chip);
/// {needed, sites, available, utilisation, imas, tiles, chips, spare_sites, spare_tiles, spares{imas{provided, dead, replaced, lost,
/// spares_left}, columns{...}}}: spares stand for dead parts (null where there are neither), spare_ are the sites of tiles in use, and the
/// tiles of chips in use, that nothing is on; utilisation is of the cells of arrays in use, and the rest of it is fragmentation
[[nodiscard]] boost::json::object arrays_block(const PlatformConfig& config, const ImageOnChip* on_chip);
/// {image, copies, ratio, closed_form, c_base, c_delta, c_full, tasks, explanation}, or null without an image
[[nodiscard]] boost::json::value cells_block(const ImageOnChip* on_chip);
/// {cells, arrays, area, explanation}, or null without an image
[[nodiscard]] boost::json::value ratios_block(const PlatformConfig& config, const ImageOnChip* on_chip);

/// What uncertainty is asked of: area, powers and, with an image, what they are compared with.
[[nodiscard]] Totals area_totals(const PlatformConfig& config, const ImageOnChip* on_chip);

}  // namespace berth::platform

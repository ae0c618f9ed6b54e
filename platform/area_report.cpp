// SPDX-License-Identifier: Apache-2.0
#include "platform/area_report.hpp"

#include "models/core/ceil_div.hpp"
#include "models/core/error.hpp"
#include "models/mapping/low_rank.hpp"
#include "models/mapping/mapper.hpp"
#include "platform/area_tree.hpp"
#include "platform/placed_image.hpp"
#include "platform/repair.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace berth::platform {
namespace {

using std::int64_t;

constexpr int64_t kScaleBytes = 4;
constexpr const char* kExplanation =
    "cells: what the image stores. arrays: also columns and rows that planes leave empty in their last arrays (fragmentation). "
    "area: also periphery, whole tiles only, and what does not grow with the weights (embedding memory, shared parts of the chip)";

constexpr const char* kCellsExplanation =
    "c_full is the columns of an int8 weight in one polarity: 7 bits of magnitude in the differential encoding, whose polarity is the "
    "sign, where Kang et al. 2021 count 8; c_delta is counted likewise";

double total(const std::map<std::string, double>& parts) {
    double sum = 0.0;
    for (const auto& [path, part] : parts) sum += part;
    return sum;
}

mapping::Extent extent(const PlatformConfig& config, const ImageOnChip* on_chip) {
    return on_chip ? on_chip->extent() : mapping::Extent{config.hierarchy.tiles, 0, 0};
}

double area_of_copies(const PlatformConfig& config, const ImageOnChip& on_chip, const mapping::Placement& placement) {
    return total_area(config, on_chip.extent_of_copies(placement));
}

/// What a component's area is there for.
struct GroupOf {
    const char *component, *group;
};

constexpr GroupOf kGroups[] = {
    {"tile.ima.array", "cells"},
    {"tile.ima.bank", "cells"},
    {"tile.ima.adc", "converters"},
    {"tile.ima.dac", "converters"},
    {"tile.ima.sample_hold", "converters"},
    {"tile.ima.shift_add", "converters"},
    {"tile.ima.bank_select", "converters"},
    {"tile.buffer", "buffers"},
    {"tile.bus", "buffers"},
    {"tile.output_register", "buffers"},
    {"tile.ima.input_register", "buffers"},
    {"tile.ima.output_register", "buffers"},
    {"tile.router", "network"},
    {"chip.link", "network"},
    {"tile.digital.vector", "digital"},
    {"tile.digital.mac", "digital"},
    {mapping::kFactorMemory, "factor_memory"},
    {"chip.embedding_memory", "embedding_memory"},
};
constexpr const char* kRest = "rest";

boost::json::object groups(const std::map<std::string, double>& parts) {
    std::map<std::string, double> sums{{kRest, 0.0}};
    for (const GroupOf& entry : kGroups) sums[entry.group] = 0.0;
    for (const auto& [path, area] : parts) {
        const auto* const entry =
            std::find_if(std::begin(kGroups), std::end(kGroups), [&](const GroupOf& one) { return path == one.component; });
        sums[entry == std::end(kGroups) ? kRest : entry->group] += area;
    }
    boost::json::object block;
    for (const auto& [name, area] : sums) block[name] = area;
    return block;
}

boost::json::value ratio(double image, double copies) { return copies > 0 ? boost::json::value(image / copies) : boost::json::value(); }

int64_t banks(int64_t embedding_bytes) { return ceil_div(embedding_bytes, mapping::kEmbeddingBankBytes); }

mapping::Extent extent_of(const mapping::Placement& placement, int64_t embedding_banks, int64_t chips) {
    return {placement.tiles, embedding_banks, placement.banks(), mapping::factor_bytes(placement), chips};
}

int64_t spare_sites(const ImageOnChip& on_chip, const mapping::HierarchyParams& hierarchy) {
    return on_chip.image.tiles * hierarchy.sites_per_tile() - on_chip.image.sites;
}

double area_of_imas(const std::map<std::string, double>& parts) {
    double imas = 0.0;
    for (const auto& [path, area] : parts)
        if (path.starts_with("tile.ima.")) imas += area;
    return imas;
}

/// Of a tile's IMAs, those that are spare.
double spare_imas_share(const mapping::HierarchyParams& hierarchy) {
    return static_cast<double>(hierarchy.spare_imas) / hierarchy.imas_per_tile;
}

/// The even share that sites without an array have of what is in IMAs that are no spares.
double spare_area(const std::map<std::string, double>& parts, const ImageOnChip& on_chip, const mapping::HierarchyParams& hierarchy) {
    const int64_t sites = on_chip.image.tiles * hierarchy.sites_per_tile();
    const double share = sites > 0 ? static_cast<double>(spare_sites(on_chip, hierarchy)) / static_cast<double>(sites) : 0.0;
    return area_of_imas(parts) * (1.0 - spare_imas_share(hierarchy)) * share;
}

/// What there is once for every column of an array.
constexpr const char* kOfColumns[] = {"tile.ima.array", "tile.ima.bank", "tile.ima.sample_hold"};

/// Area of IMAs and columns that stand for dead ones.
double repair_area(const std::map<std::string, double>& parts, const PlatformConfig& config) {
    double columns = 0.0;
    for (const char* path : kOfColumns)
        if (const auto found = parts.find(path); found != parts.end()) columns += found->second;
    const double imas = spare_imas_share(config.hierarchy);
    return area_of_imas(parts) * imas + columns * (1.0 - imas) * config.hierarchy.spare_columns / config.crossbar.cols;
}

/// {imas{provided, dead, replaced, lost, spares_left}, columns{...}}: without an image what there is, and the rest null; null where there
/// are no spares and nothing is dead.
boost::json::value spares_block(const PlatformConfig& config, const ImageOnChip* on_chip) {
    if (!tests_itself(config)) return nullptr;
    boost::json::object empty{{"dead", nullptr}, {"replaced", nullptr}, {"lost", nullptr}, {"spares_left", nullptr}};
    boost::json::object block{{"imas", empty}, {"columns", empty}};
    const int64_t tiles = on_chip ? on_chip->image.tiles : config.hierarchy.all_tiles();
    const int64_t sites = on_chip ? on_chip->image.sites : tiles * config.hierarchy.sites_per_tile();
    if (on_chip) block = repair_block(repair_of(on_chip->image.planes, tiles, config), config).as_object();
    block["imas"].as_object()["provided"] = tiles * config.hierarchy.spare_imas;
    block["columns"].as_object()["provided"] = sites * config.hierarchy.spare_columns;
    return block;
}

mapping::Extent whole_chips(const ImageOnChip& on_chip) {
    mapping::Extent whole = on_chip.extent();
    whole.tiles = whole.chips * on_chip.chip_tiles;
    return whole;
}

}  // namespace

ImageOnChip place_on_chip(const PlatformConfig& config, const std::vector<mapping::Plane>& image, const std::vector<mapping::Plane>& copies,
                          int64_t tasks, const EmbeddingBytes& embeddings) {
    const mapping::HierarchyParams roomy = config.hierarchy.without_limit();
    if (mapping::unshared_mapper(roomy.mapper) != roomy.mapper && !config.inventory.counts(mapping::Scope::bank))
        throw InputError("inventory", "has nothing of scope bank",
                         "what an array behind shared converters takes, or a mapper that shares none");
    mapping::HierarchyParams unshared = roomy;
    unshared.mapper = mapping::unshared_mapper(roomy.mapper);
    mapping::Placement apart = mapping::place(copies, config.array_shape(), unshared);
    mapping::Placement sharing = unshared.mapper == roomy.mapper ? apart : mapping::place(copies, config.array_shape(), roomy);
    return {.image = place_image(config, image).chip,
            .copies = std::move(apart),
            .copies_sharing = std::move(sharing),
            .tasks = tasks,
            .embedding_banks = banks(embeddings.image),
            .copies_embedding_banks = banks(embeddings.copies),
            .chip_tiles = config.hierarchy.tiles};
}

int64_t ImageOnChip::chips(const mapping::Placement& placement) const {
    return std::max<int64_t>(1, ceil_div(placement.tiles, chip_tiles));
}

mapping::Extent ImageOnChip::extent() const { return extent_of(image, embedding_banks, chips(image)); }

mapping::Extent ImageOnChip::extent_of_copies(const mapping::Placement& placement) const {
    return extent_of(placement, copies_embedding_banks, chips(placement));
}

ImageOnChip place_on_chip(const PlatformConfig& config, const compressor::WeightImage& image) {
    return place_on_chip(config, compressor::planes_of(image), compressor::planes_of_copies(image),
                         static_cast<int64_t>(image.tasks.size()), embedding_bytes(image));
}

int64_t table_bytes(int64_t rows, int64_t width, int magnitude_bits) {
    return rows * (ceil_div(width * (magnitude_bits + 1), 8) + kScaleBytes);
}

EmbeddingBytes embedding_bytes(const compressor::WeightImage& image) {
    std::set<const inference::Embeddings*> tables;
    EmbeddingBytes bytes;
    for (const auto& task : image.tasks) {
        const inference::Embeddings* const own = task.network.embeddings.get();
        if (!own || !tables.insert(own).second) continue;
        for (const inference::Int8Matrix* table : {&own->words, &own->positions, &own->segments}) {
            bytes.image += table_bytes(table->out, table->in, table->magnitude_bits);
            bytes.copies += table_bytes(table->out, table->in, inference::kMatrixMagnitudeBits);
        }
    }
    return bytes;
}

double closed_form_ratio(int64_t tasks, double c_delta, double c_full) { return closed_form_ratio(tasks, c_full, c_delta, c_full); }

double closed_form_ratio(int64_t tasks, double c_base, double c_delta, double c_full) {
    return c_base / c_full / static_cast<double>(tasks) + c_delta / c_full;
}

CellsPerElement cells_per_element(const ImageOnChip& on_chip) {
    CellsPerElement result;
    double elements = 0.0, full = 0.0, delta = 0.0, base = 0.0;
    for (const auto& placed : on_chip.copies.planes) {
        elements += static_cast<double>(placed.plane.inputs) * placed.plane.outputs;
        full += static_cast<double>(placed.cells) / placed.polarities;
    }
    for (const auto& placed : on_chip.image.planes) {
        if (placed.cells == 0 || placed.plane.copy > 0) continue;
        const bool of_base = placed.plane.owner == mapping::kBaseOwner;
        result.has_base = result.has_base || of_base;
        (of_base ? base : delta) += static_cast<double>(placed.cells) / placed.polarities;
    }
    if (elements == 0) return result;
    result.delta = delta / elements;
    result.full = full / elements;
    result.base = base * static_cast<double>(on_chip.tasks) / elements;
    return result;
}

double total_area(const PlatformConfig& config, const mapping::Extent& extent) {
    return total(config.inventory.area(extent, config.hierarchy));
}

boost::json::object area_block(const PlatformConfig& config, const ImageOnChip* on_chip) {
    const auto parts = config.inventory.area(extent(config, on_chip), config.hierarchy);
    boost::json::object components;
    for (const auto& [path, area] : parts) components[path] = area;
    boost::json::object block{
        {"total", total(parts)},   {"components", std::move(components)}, {"tree", area_tree(parts)}, {"spare", nullptr},
        {"whole_chips", nullptr},  {"baseline_copies", nullptr},          {"ratio", nullptr},         {"copies_sharing", nullptr},
        {"groups", groups(parts)}, {"repair", repair_area(parts, config)}};
    if (on_chip) {
        const double copies = area_of_copies(config, *on_chip, on_chip->copies);
        block["spare"] = spare_area(parts, *on_chip, config.hierarchy);
        block["whole_chips"] = total_area(config, whole_chips(*on_chip));
        block["copies_sharing"] = area_of_copies(config, *on_chip, on_chip->copies_sharing);
        block["baseline_copies"] = copies;
        block["ratio"] = ratio(total(parts), copies);
    }
    return block;
}

boost::json::object power_block(const PlatformConfig& config, const ImageOnChip* on_chip) {
    const auto peak = config.inventory.peak_power(extent(config, on_chip), config.hierarchy);
    const auto rest = config.inventory.static_power(extent(config, on_chip), config.hierarchy);
    boost::json::object components;
    for (const auto& [path, watts] : peak) components[path] = boost::json::object{{"peak", watts}, {"static", rest.at(path)}};
    const double area = total_area(config, extent(config, on_chip));
    return {{"peak", total(peak)},
            {"static", total(rest)},
            {"density_w_per_mm2", ratio(total(peak), area)},
            {"components", std::move(components)}};
}

boost::json::object arrays_block(const PlatformConfig& config, const ImageOnChip* on_chip) {
    const int64_t imas = config.hierarchy.all_tiles() * config.hierarchy.imas_per_tile;
    const int64_t available = config.hierarchy.all_tiles() * config.hierarchy.sites_per_tile();
    boost::json::object block{{"needed", nullptr},
                              {"sites", nullptr},
                              {"available", available},
                              {"utilisation", nullptr},
                              {"imas", imas},
                              {"tiles", config.hierarchy.all_tiles()},
                              {"chips", config.hierarchy.chips},
                              {"spare_sites", nullptr},
                              {"spare_tiles", nullptr},
                              {"spares", spares_block(config, on_chip)}};
    if (!on_chip) return block;
    const mapping::Placement& image = on_chip->image;
    const int64_t chips = on_chip->chips(image);
    block["needed"] = image.arrays;
    block["sites"] = image.sites;
    block["utilisation"] = image.utilisation;
    block["imas"] = image.imas;
    block["tiles"] = image.tiles;
    block["chips"] = chips;
    block["spare_sites"] = spare_sites(*on_chip, config.hierarchy);
    block["spare_tiles"] = chips * on_chip->chip_tiles - image.tiles;
    return block;
}

boost::json::value cells_block(const ImageOnChip* on_chip) {
    if (!on_chip) return nullptr;
    const CellsPerElement cells = cells_per_element(*on_chip);
    const bool applies = cells.has_base && cells.full > 0;
    return boost::json::object{
        {"image", on_chip->image.cells},
        {"copies", on_chip->copies.cells},
        {"ratio", ratio(static_cast<double>(on_chip->image.cells), static_cast<double>(on_chip->copies.cells))},
        {"closed_form",
         applies ? boost::json::value(closed_form_ratio(on_chip->tasks, cells.base, cells.delta, cells.full)) : boost::json::value()},
        {"c_base", cells.base},
        {"c_delta", cells.delta},
        {"c_full", cells.full},
        {"tasks", on_chip->tasks},
        {"explanation", kCellsExplanation}};
}

boost::json::value ratios_block(const PlatformConfig& config, const ImageOnChip* on_chip) {
    if (!on_chip) return nullptr;
    const mapping::Placement &image = on_chip->image, &copies = on_chip->copies;
    const boost::json::object area = area_block(config, on_chip);
    return boost::json::object{{"cells", ratio(static_cast<double>(image.cells), static_cast<double>(copies.cells))},
                               {"arrays", ratio(static_cast<double>(image.arrays), static_cast<double>(copies.arrays))},
                               {"area", area.at("ratio")},
                               {"area_sharing", ratio(area.at("total").to_number<double>(), area.at("copies_sharing").to_number<double>())},
                               {"explanation", kExplanation}};
}

Totals area_totals(const PlatformConfig& config, const ImageOnChip* on_chip) {
    const boost::json::object area = area_block(config, on_chip), power = power_block(config, on_chip);
    Totals totals{{"area_mm2.total", area.at("total").to_number<double>()},
                  {"power_w.peak", power.at("peak").to_number<double>()},
                  {"power_w.static", power.at("static").to_number<double>()}};
    for (const char* key : {"baseline_copies", "ratio"})
        if (!area.at(key).is_null()) totals.emplace_back(std::string("area_mm2.") + key, area.at(key).to_number<double>());
    return totals;
}

}  // namespace berth::platform

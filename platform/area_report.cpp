// SPDX-License-Identifier: Apache-2.0
#include "platform/area_report.hpp"

#include <limits>
#include <set>

namespace berth::platform {
namespace {

using std::int64_t;

constexpr const char* kBase = "base";
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

int64_t tiles_in_use(const PlatformConfig& config, const ImageOnChip* on_chip) {
    return on_chip ? on_chip->image.tiles : config.hierarchy.tiles;
}

int64_t banks_in_use(const ImageOnChip* on_chip) { return on_chip ? on_chip->embedding_banks : 0; }

double area_of_copies(const PlatformConfig& config, const ImageOnChip& on_chip) {
    return total(config.inventory.area(on_chip.copies.tiles, config.hierarchy, on_chip.embedding_banks));
}

boost::json::value ratio(double image, double copies) { return copies > 0 ? boost::json::value(image / copies) : boost::json::value(); }

int64_t bytes_of(const inference::Int8Matrix& table) { return int64_t{table.out} * (int64_t{table.in} + kScaleBytes); }

}  // namespace

ImageOnChip place_on_chip(const PlatformConfig& config, const std::vector<mapping::Plane>& image, const std::vector<mapping::Plane>& copies,
                          int64_t tasks, int64_t embedding_bytes) {
    mapping::HierarchyParams roomy = config.hierarchy;
    roomy.tiles = std::numeric_limits<int>::max();
    return {.image = mapping::place(image, config.array_shape(), config.hierarchy),
            .copies = mapping::place(copies, config.array_shape(), roomy),
            .tasks = tasks,
            .embedding_banks = (embedding_bytes + mapping::kEmbeddingBankBytes - 1) / mapping::kEmbeddingBankBytes};
}

ImageOnChip place_on_chip(const PlatformConfig& config, const compressor::WeightImage& image) {
    return place_on_chip(config, compressor::planes_of(image), compressor::planes_of_copies(image),
                         static_cast<int64_t>(image.tasks.size()), embedding_bytes(image));
}

int64_t embedding_bytes(const compressor::WeightImage& image) {
    std::set<const inference::Embeddings*> tables;
    int64_t bytes = 0;
    for (const auto& task : image.tasks) {
        const inference::Embeddings* table = task.network.embeddings.get();
        if (table && tables.insert(table).second) bytes += bytes_of(table->words) + bytes_of(table->positions) + bytes_of(table->segments);
    }
    return bytes;
}

double closed_form_ratio(int64_t tasks, double c_delta, double c_full) { return 1.0 / static_cast<double>(tasks) + c_delta / c_full; }

CellsPerElement cells_per_element(const ImageOnChip& on_chip) {
    CellsPerElement result;
    double elements = 0.0, full = 0.0, delta = 0.0;
    for (const auto& placed : on_chip.copies.planes) {
        elements += static_cast<double>(placed.plane.inputs) * placed.plane.outputs;
        full += static_cast<double>(placed.cells) / placed.polarities;
    }
    for (const auto& placed : on_chip.image.planes) {
        result.has_base = result.has_base || placed.plane.owner == kBase;
        if (placed.plane.owner != kBase) delta += static_cast<double>(placed.cells) / placed.polarities;
    }
    if (elements > 0) result.delta = delta / elements, result.full = full / elements;
    return result;
}

double book_static(Ledger& ledger, const PlatformConfig& config, const ImageOnChip& on_chip, double on_s, double down_s) {
    double sum = 0.0;
    for (const auto& [path, watts] : config.inventory.static_power(on_chip.image.tiles, config.hierarchy, on_chip.embedding_banks)) {
        if (watts > 0.0) ledger.add_static(path, watts, path.starts_with("tile.ima.") ? on_s : on_s + down_s);
        sum += watts;
    }
    return sum;
}

boost::json::object area_block(const PlatformConfig& config, const ImageOnChip* on_chip) {
    const auto parts = config.inventory.area(tiles_in_use(config, on_chip), config.hierarchy, banks_in_use(on_chip));
    boost::json::object components;
    for (const auto& [path, area] : parts) components[path] = area;
    boost::json::object block{
        {"total", total(parts)}, {"components", std::move(components)}, {"baseline_copies", nullptr}, {"ratio", nullptr}};
    if (on_chip) {
        const double copies = area_of_copies(config, *on_chip);
        block["baseline_copies"] = copies;
        block["ratio"] = ratio(total(parts), copies);
    }
    return block;
}

boost::json::object power_block(const PlatformConfig& config, const ImageOnChip* on_chip) {
    const auto peak = config.inventory.peak_power(tiles_in_use(config, on_chip), config.hierarchy, banks_in_use(on_chip));
    const auto rest = config.inventory.static_power(tiles_in_use(config, on_chip), config.hierarchy, banks_in_use(on_chip));
    boost::json::object components;
    for (const auto& [path, watts] : peak) components[path] = boost::json::object{{"peak", watts}, {"static", rest.at(path)}};
    const double area = total(config.inventory.area(tiles_in_use(config, on_chip), config.hierarchy, banks_in_use(on_chip)));
    return {{"peak", total(peak)},
            {"static", total(rest)},
            {"density_w_per_mm2", ratio(total(peak), area)},
            {"components", std::move(components)}};
}

boost::json::object arrays_block(const PlatformConfig& config, const ImageOnChip* on_chip) {
    const int64_t imas = int64_t{config.hierarchy.tiles} * config.hierarchy.imas_per_tile;
    const int64_t available = imas * config.hierarchy.arrays_per_ima;
    if (!on_chip)
        return {{"needed", nullptr}, {"available", available}, {"utilisation", nullptr}, {"imas", imas}, {"tiles", config.hierarchy.tiles}};
    const mapping::Placement& image = on_chip->image;
    return {{"needed", image.arrays},
            {"available", available},
            {"utilisation", image.utilisation},
            {"imas", image.imas},
            {"tiles", image.tiles}};
}

boost::json::value cells_block(const ImageOnChip* on_chip) {
    if (!on_chip) return nullptr;
    const CellsPerElement cells = cells_per_element(*on_chip);
    const bool applies = cells.has_base && cells.full > 0;
    return boost::json::object{
        {"image", on_chip->image.cells},
        {"copies", on_chip->copies.cells},
        {"ratio", ratio(static_cast<double>(on_chip->image.cells), static_cast<double>(on_chip->copies.cells))},
        {"closed_form", applies ? boost::json::value(closed_form_ratio(on_chip->tasks, cells.delta, cells.full)) : boost::json::value()},
        {"c_delta", cells.delta},
        {"c_full", cells.full},
        {"tasks", on_chip->tasks},
        {"explanation", kCellsExplanation}};
}

boost::json::value ratios_block(const PlatformConfig& config, const ImageOnChip* on_chip) {
    if (!on_chip) return nullptr;
    const auto& [image, copies, tasks, banks] = *on_chip;
    return boost::json::object{{"cells", ratio(static_cast<double>(image.cells), static_cast<double>(copies.cells))},
                               {"arrays", ratio(static_cast<double>(image.arrays), static_cast<double>(copies.arrays))},
                               {"area", area_block(config, on_chip).at("ratio")},
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

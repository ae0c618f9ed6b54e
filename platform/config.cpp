// SPDX-License-Identifier: Apache-2.0
#include "platform/config.hpp"

#include "models/buffer/secded.hpp"
#include "models/core/digest.hpp"
#include "models/core/json.hpp"
#include "models/cost/adaptive_sar.hpp"
#include "models/cost/cost.hpp"
#include "models/crossbar/encoding.hpp"
#include "models/inference/network.hpp"
#include "models/mapping/low_rank.hpp"
#include "models/mapping/mapper.hpp"
#include "platform/cell_sections.hpp"
#include "platform/preset_files.hpp"
#include "platform/sanity.hpp"

#include <algorithm>
#include <cmath>

namespace berth::platform {
namespace {

constexpr const char* kAdc = "tile.ima.adc";
constexpr const char* kRouter = "tile.router";
constexpr const char* kBuffer = "tile.buffer";
constexpr const char* kRowsTopology = "mesh";
constexpr const char* kSecDed = "secded";

std::string text(const boost::json::object& json, const char* key, const std::string& where) {
    const auto& value = detail::required(json, key, where + key, "a text");
    if (!value.is_string()) throw InputError(where + key, "is " + detail::shown(value), "a text");
    return std::string(value.get_string());
}

template <class Params>
Params section(const boost::json::object& json, const char* key, const std::string& where) {
    return read_params<Params>(detail::required(json, key, where + key, "an object of parameters"), where + key);
}

/// @param shared whether arrays share converters, and so need a time to settle on them.
Timing read_timing(const boost::json::value& json, const ConstantTable& constants, bool shared, const std::string& where) {
    if (!json.is_object()) throw InputError(where, "is " + detail::shown(json), "an object of rows");
    const std::vector<std::string> known{"clock", "array_read", "adc_rate", "array_write", "drain_stages", "chip_link", "bank_settle"};
    for (const auto& entry : json.get_object())
        if (std::find(known.begin(), known.end(), entry.key()) == known.end())
            throw InputError(where + "." + std::string(entry.key()), "is not known", detail::alternatives(known));
    const auto value = [&](const char* key, const char* dimension) {
        const std::string at = where + "." + key;
        const double number =
            cost::read_cost(detail::required(json.get_object(), key, at, "a row of the tables"), constants, dimension, at);
        if (!(number > 0)) throw InputError(at, "is zero", "a row with a value above zero");
        return number;
    };
    return {.clock_hz = value("clock", "frequency"),
            .array_read_s = value("array_read", "time"),
            .adc_rate_hz = value("adc_rate", "frequency"),
            .array_write_s = value("array_write", "time"),
            .drain_stages = value("drain_stages", "count"),
            .chip_link_packet_s = value("chip_link", "time"),
            .bank_settle_s = shared ? value("bank_settle", "time") : 0.0};
}

void check_multiple(int value, int of, const std::string& where, const std::string& expected) {
    if (value % of != 0) throw InputError(where, "is " + std::to_string(value), expected);
}

/// What lost columns give is known where a column is a bit of the weights and every task has its own arrays, once.
void check_dead_parts(const PlatformConfig& config, const std::string& where) {
    if (config.dead_parts.policy != kRun) return;
    const auto only = [&](bool good, const char* path, const std::string& is, const char* wanted) {
        if (!good) throw InputError(where + path, "is " + is, std::string(wanted) + " where dead_parts.policy is run");
    };
    only(config.crossbar.encoding == "differential", "crossbar.encoding", config.crossbar.encoding, "differential");
    only(config.residency.eviction == "none", "residency.eviction", config.residency.eviction, "none");
    only(config.hierarchy.replication == "none", "hierarchy.replication", config.hierarchy.replication, "none");
}

/// What no single parameter can say by itself.
void check_consistency(const PlatformConfig& config, const std::string& where) {
    const auto& crossbar = config.crossbar;
    periphery::check_adc(config.adc, where + "adc");
    if (crossbar.cell_bits == 3) throw InputError(where + "crossbar.cell_bits", "is 3", "1, 2 or 4 bits");
    if (config.dac.bits == 3) throw InputError(where + "dac.bits", "is 3", "1, 2 or 4 bits");
    const auto encoding = crossbar::make_encoding(crossbar.encoding);
    const int columns = encoding->slices(inference::kMatrixMagnitudeBits, crossbar.cell_bits) + encoding->unit_columns();
    if (columns > crossbar.cols)
        throw InputError(where + "crossbar.cols", "is " + std::to_string(crossbar.cols),
                         "at least the " + std::to_string(columns) + " columns of one int8 output channel");
    if (columns > config.array_shape().cols)
        throw InputError(where + "hierarchy.spare_columns", "is " + std::to_string(config.hierarchy.spare_columns),
                         "at most " + std::to_string(crossbar.cols - columns) + ", which leave the " + std::to_string(columns) +
                             " columns of one int8 output channel");
    if (config.hierarchy.imas_in_use() < 1)
        throw InputError(where + "hierarchy.spare_imas", "is " + std::to_string(config.hierarchy.spare_imas),
                         "fewer than the " + std::to_string(config.hierarchy.imas_per_tile) + " IMAs of a tile");
    check_dead_parts(config, where);
    const auto& network = config.interconnect;
    if (network.bit_error_rate > 0 && network.crc == "none")
        throw InputError(where + "interconnect.crc", "is none where bits come wrong", "a code that finds them");
    if (interconnect::crc_code(network.crc).longest < network.flit_bits)
        throw InputError(where + "interconnect.crc", "finds less in flits of " + std::to_string(network.flit_bits) + " bits than it says",
                         "a longer code, or shorter flits");
    if (config.buffer.bit_error_rate > 0 && config.buffer.ecc == "none")
        throw InputError(where + "buffer.ecc", "is none where bits are read wrong", "secded");
    if (config.hierarchy.chips > 1 && config.interconnect.buffer_flits > 0)
        throw InputError(where + "interconnect.buffer_flits", "is " + std::to_string(config.interconnect.buffer_flits),
                         "0 where hierarchy.chips is above 1: credits do not cross chips");
    check_multiple(config.interconnect.flit_bits, 8, where + "interconnect.flit_bits", "whole bytes");
    check_multiple(config.buffer.port_bits, 8, where + "buffer.port_bits", "whole bytes");
    check_multiple(config.buffer.bus_bits, 8, where + "buffer.bus_bits", "whole bytes");
    check_multiple(config.buffer.bytes, config.buffer.banks, where + "buffer.bytes", "the same number of bytes in every bank");
    check_multiple(config.host.burst_bytes, config.host.bus_bytes, where + "host.burst_bytes", "a multiple of host.bus_bytes");
}

DeadPartsParams dead_parts(const PlatformConfig& config, const boost::json::object& json, const std::string& where) {
    const mapping::HierarchyParams& hierarchy = config.hierarchy;
    return read_dead_parts(detail::required(json, "dead_parts", where + "dead_parts", "an object of parameters"),
                           {hierarchy.all_tiles(), hierarchy.imas_per_tile, hierarchy.arrays_per_ima, config.crossbar.cols},
                           where + "dead_parts");
}

void read_parameters(PlatformConfig& config, const boost::json::object& json, const std::string& where) {
    config.description = text(json, "description", where);
    config.accounting = text(json, "accounting", where);
    config.crossbar = section<crossbar::CrossbarParams>(json, "crossbar", where);
    config.dac = section<periphery::DacParams>(json, "dac", where);
    config.adc = section<periphery::AdcParams>(json, "adc", where);
    config.sense = section<periphery::SenseParams>(json, "sense", where);
    config.hierarchy = section<mapping::HierarchyParams>(json, "hierarchy", where);
    config.digital = section<DigitalParams>(json, "digital", where);
    config.interconnect = section<InterconnectParams>(json, "interconnect", where);
    config.buffer = section<BufferParams>(json, "buffer", where);
    config.supply = section<SupplyParams>(json, "supply", where);
    config.queue = section<QueueParams>(json, "queue", where);
    config.residency = section<ResidencyParams>(json, "residency", where);
    config.dead_parts = dead_parts(config, json, where);
    config.host = section<HostParams>(json, "host", where);
}

/// Check bits are stored and carried as all others are, at the rows' cost for a bit. What makes and checks them is in no row.
void add_check_bits(PlatformConfig& config) {
    const auto widen = [&config](const char* path, double data, double check) {
        if (check > 0) config.inventory.scale_cost(path, (data + check) / data);
    };
    widen(kRouter, config.interconnect.flit_bits, interconnect::crc_code(config.interconnect.crc).width);
    if (config.buffer.ecc == kSecDed) widen(kBuffer, buffer::SecDed::kDataBits, buffer::SecDed::kCheckBits);
}

/// The parts list has the routers of a mesh. Those of another topology are as much larger or smaller as they have more or fewer ports.
void size_routers(PlatformConfig& config) {
    double per_tile = 1.0;
    for (const auto& component : config.inventory.components())
        if (component.path == kRouter && component.count > 0.0) per_tile = component.count;
    config.tiles_per_router = std::max(1, static_cast<int>(std::lround(1.0 / per_tile)));
    if (config.interconnect.topology == kRowsTopology) return;
    const auto ports_of = [&](const std::string& name) {
        return static_cast<double>(interconnect::make_topology(name, config.topology_shape())->ports());
    };
    config.inventory.scale_count(kRouter, ports_of(config.interconnect.topology) / ports_of(kRowsTopology));
}

void read_costs(PlatformConfig& config, const boost::json::object& json, const std::string& where) {
    config.timing = read_timing(detail::required(json, "timing", where + "timing", "an object of rows"), config.constants,
                                mapping::unshared_mapper(config.hierarchy.mapper) != config.hierarchy.mapper, where + "timing");
    config.inventory = mapping::Inventory(detail::required(json, "inventory", where + "inventory", "an object of components"),
                                          config.constants, where + "inventory");
    size_routers(config);
    add_check_bits(config);
    if (periphery::decided_bits(config.adc, 0))
        config.inventory.price(kAdc, "decide", cost::stopped_conversion(config.inventory.energy(kAdc, "convert"), 1, config.adc.bits));
    config.adcs_per_array = config.inventory.count_in_ima(kAdc, config.hierarchy) / config.hierarchy.arrays_per_ima;
    if (!(config.adcs_per_array > 0)) throw InputError(where + "inventory." + kAdc + ".count", "is zero", "at least one converter");
}

void apply_settings(boost::json::value& json, const std::vector<std::string>& settings) {
    for (const std::string& setting : settings) {
        const std::size_t equals = setting.find('=');
        if (equals == std::string::npos || equals == 0)
            throw InputError("--set " + setting, "is not path=value", "a setting such as adc.bits=6");
        set_json_path(json, std::string_view(setting).substr(0, equals), std::string_view(setting).substr(equals + 1));
    }
}

}  // namespace

std::vector<std::string> ecc_names() { return {"none", kSecDed}; }

std::vector<std::string> arithmetic_names() { return {"integer", "fp32"}; }

std::vector<std::string> gating_names() { return {"none", "tile"}; }

std::vector<mapping::Plane> planes_on(const PlatformConfig& config, std::vector<mapping::Plane> planes) {
    return mapping::allot_low_rank(std::move(planes), config.array_shape(), config.hierarchy, config.inventory);
}

PlatformConfig load_platform(const std::string& preset_or_file, const std::vector<std::string>& settings) {
    PlatformFiles files = read_platform_files(preset_or_file);
    apply_settings(files.json, settings);
    const std::string where = preset_or_file + ":";
    PlatformConfig config;
    config.name = preset_or_file;
    read_parameters(config, files.json.get_object(), where);
    const boost::json::value resolved = resolve_references(files.json, where);
    const std::string canonical = boost::json::serialize(resolved);
    config.sha256 = sha256(std::as_bytes(std::span(canonical.data(), canonical.size())));
    for (const auto& table : files.tables) config.constants.load(table);
    config.cells = read_cells(resolved.get_object(), config.constants, config.crossbar.cell_bits, where);
    for (const char* part : {"timing", "inventory"})
        if (const auto* given = resolved.get_object().if_contains(part)) config.costs[part] = *given;
    for (const char* part : kCellSections) config.cell_sections[part] = resolved.at(part);
    read_costs(config, config.costs, where);
    check_consistency(config, where);
    check_floors(config, where);
    return config;
}

PlatformConfig with_constants(const PlatformConfig& config, ConstantTable constants) {
    PlatformConfig changed = config;
    changed.constants = std::move(constants);
    changed.cells = read_cells(changed.cell_sections, changed.constants, changed.crossbar.cell_bits, config.name + ":");
    read_costs(changed, changed.costs, config.name + ":");
    return changed;
}

}  // namespace berth::platform

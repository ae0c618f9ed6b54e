// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/constant_table.hpp"
#include "models/core/params.hpp"
#include "models/crossbar/cell_design.hpp"
#include "models/crossbar/crossbar_params.hpp"
#include "models/interconnect/crc.hpp"
#include "models/interconnect/topology.hpp"
#include "models/mapping/inventory.hpp"
#include "models/mapping/placement.hpp"
#include "models/periphery/adc.hpp"
#include "models/periphery/dac.hpp"
#include "models/periphery/sense_amplifier.hpp"
#include "platform/accelerator/eviction.hpp"
#include "platform/accelerator/scheduler.hpp"
#include "platform/dead_parts.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace berth::platform {

[[nodiscard]] std::vector<std::string> arithmetic_names();  ///< "integer", "fp32": see inference::Arithmetic
[[nodiscard]] std::vector<std::string> ecc_names();         ///< "none", "secded": see buffer::SecDed

/// The digital unit of a tile: vector lanes for softmax, GELU, LayerNorm, requantisation, and int8 multiply-accumulate
/// lanes for the attention products and the classifier.
struct DigitalParams {
    int vector_lanes;
    int mac_lanes;
    std::string arithmetic;

    static constexpr std::tuple fields{
        Field{"vector_lanes", &DigitalParams::vector_lanes, "element/cycle", 1, 4096, "elements the vector unit takes in a cycle"},
        Field{"mac_lanes", &DigitalParams::mac_lanes, "MAC/cycle", 1, 65536, "int8 products the attention unit takes in a cycle"},
        Choice{"arithmetic", &DigitalParams::arithmetic, &arithmetic_names, "how softmax, GELU and LayerNorm are computed"},
    };
};

struct InterconnectParams {
    std::string topology;
    int flit_bits;
    int hop_cycles;
    int buffer_flits;
    int credit_cycles;
    std::string crc;
    double bit_error_rate;
    int retry_limit;

    static constexpr std::tuple fields{
        Choice{"topology", &InterconnectParams::topology, &interconnect::topology_names, "how tiles are joined"},
        Field{"flit_bits", &InterconnectParams::flit_bits, "bit", 8, 1024, "bits a link carries in a cycle"},
        Field{"hop_cycles", &InterconnectParams::hop_cycles, "cycle", 1, 64, "cycles a flit takes through a router and its link"},
        Field{"buffer_flits", &InterconnectParams::buffer_flits, "flit", 0, 1 << 20,
              "depth of the buffer at a link's end, of each virtual channel; 0: deep enough for anything"},
        Field{"credit_cycles", &InterconnectParams::credit_cycles, "cycle", 1, 64,
              "cycles until the sender knows that a place is free, or that a flit came wrong"},
        Choice{"crc", &InterconnectParams::crc, &interconnect::crc_names, "check bits of a flit"},
        Field{"bit_error_rate", &InterconnectParams::bit_error_rate, "1", 0.0, 0.1, "probability that a bit comes wrong over a link"},
        Field{"retry_limit", &InterconnectParams::retry_limit, "1", 0, 1000, "times that a flit is sent again before it is given up"},
    };
};

/// The tile's eDRAM buffer and the bus to its IMAs.
struct BufferParams {
    int bytes;
    int banks;
    int port_bits;
    int bus_bits;
    std::string ecc;
    double bit_error_rate;

    static constexpr std::tuple fields{
        Field{"bytes", &BufferParams::bytes, "byte", 1024, 1 << 26, "capacity of a tile's buffer"},
        Field{"banks", &BufferParams::banks, "bank", 1, 64, "banks that can be busy at once"},
        Field{"port_bits", &BufferParams::port_bits, "bit", 8, 4096, "bits a bank gives or takes in a cycle"},
        Field{"bus_bits", &BufferParams::bus_bits, "bit", 8, 4096, "wires between the buffer and the IMAs"},
        Choice{"ecc", &BufferParams::ecc, &ecc_names, "check bits of the buffer's words"},
        Field{"bit_error_rate", &BufferParams::bit_error_rate, "1", 0.0, 0.1, "probability that a bit is read wrong"},
    };
};

/// "none": every part of the chip is on while inference runs; "tile": a tile is off whenever none of its stages has a vector.
[[nodiscard]] std::vector<std::string> gating_names();

/// The digital parts' supply: its voltage, for costs that say "{supply.voltage}" (nothing else follows from it), and what is cut off from
/// it meanwhile.
struct SupplyParams {
    double voltage;
    std::string gating;

    static constexpr std::tuple fields{
        Field{"voltage", &SupplyParams::voltage, "V", 0.5, 1.2, "supply of the digital parts, where their costs follow it"},
        Choice{"gating", &SupplyParams::gating, &gating_names, "which parts are off while they have nothing to do"},
    };
};

/// How the accelerator sits on its SoC.
struct HostParams {
    int bus_bytes;
    int burst_bytes;
    int memory_latency_cycles;

    static constexpr std::tuple fields{
        Field{"bus_bytes", &HostParams::bus_bytes, "byte/cycle", 1, 256, "bytes the DMA moves in a cycle"},
        Field{"burst_bytes", &HostParams::burst_bytes, "byte", 16, 4096, "longest burst of the DMA"},
        Field{"memory_latency_cycles", &HostParams::memory_latency_cycles, "cycle", 0, 10000, "cycles until the first byte of a burst"},
    };
};

/// Times and rates, each from a table row that the preset names.
struct Timing {
    double clock_hz = 0.0;            ///< of the tile's digital parts
    double array_read_s = 0.0;        ///< one input slice through an array
    double adc_rate_hz = 0.0;         ///< conversions a second of one converter
    double array_write_s = 0.0;       ///< programming one array
    double drain_stages = 0.0;        ///< stages of the IMA pipeline behind the last read of a vector
    double chip_link_packet_s = 0.0;  ///< 32 bytes on one serial link between chips
    double bank_settle_s = 0.0;       ///< for an array to settle on converters that it shares, before a vector's first read; else 0

    bool operator==(const Timing&) const = default;
};

/// A platform as the user described it, validated and complete; immutable once loaded.
struct PlatformConfig {
    std::string name;  ///< preset or file as given
    std::string description;
    std::string sha256;  ///< of the resolved configuration, settings included
    crossbar::CrossbarParams crossbar;
    periphery::DacParams dac;
    periphery::AdcParams adc;
    crossbar::CellDesign cells;  ///< without the seed
    periphery::SenseParams sense;
    std::uint64_t seed = 1;  ///< of everything random in converters, cells and reads: --seed
    mapping::HierarchyParams hierarchy;
    DigitalParams digital;
    InterconnectParams interconnect;
    BufferParams buffer;
    SupplyParams supply;
    QueueParams queue;
    ResidencyParams residency;
    DeadPartsParams dead_parts;
    HostParams host;
    Timing timing;
    std::string accounting;  ///< what the area report counts and what it leaves to the SoC, in a sentence
    ConstantTable constants;
    mapping::Inventory inventory;
    double adcs_per_array = 0.0;        ///< count of "tile.ima.adc" in an IMA over its arrays
    int tiles_per_router = 1;           ///< what the parts list's count of "tile.router" says
    boost::json::object costs;          ///< timing and inventory as the file has them, references resolved
    boost::json::object cell_sections;  ///< the same of what cells is read from

    /// What weights can take of an array: its spare columns stand for dead ones.
    [[nodiscard]] mapping::ArrayShape array_shape() const {
        return {crossbar.rows, crossbar.cols - hierarchy.spare_columns, crossbar.cell_bits, crossbar.encoding};
    }
    /// Of one chip.
    [[nodiscard]] interconnect::TopologyShape topology_shape() const { return {hierarchy.tiles, tiles_per_router, interconnect.flit_bits}; }
};

/// The planes as the platform holds them: its rule says which low-rank factors are digital.
[[nodiscard]] std::vector<mapping::Plane> planes_on(const PlatformConfig& config, std::vector<mapping::Plane> planes);

/// Loads a preset by name or a JSON file. A file may say "extends": "<preset or file>" and give only what differs; files are
/// sought beside the one that names them. The text "{a.b}" stands for the value at that path, alone or inside a row's name.
/// @param settings "path=value" pairs from --set, applied last.
/// @throws InputError naming file and JSON path.
[[nodiscard]] PlatformConfig load_platform(const std::string& preset_or_file, const std::vector<std::string>& settings = {});

/// The same platform with other numbers in its rows' places, for sensitivity: times, areas, energies and cells follow.
[[nodiscard]] PlatformConfig with_constants(const PlatformConfig& config, ConstantTable constants);

/// Name and description of every preset that can be found: BERTH_PRESET_PATH (colon-separated folders), the source tree's
/// platform/presets while building, the installed share folder. Of two presets with one name the first found counts.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> presets();

/// The folders that presets() looks through, in that order, those that exist.
[[nodiscard]] std::vector<std::filesystem::path> preset_folders();

}  // namespace berth::platform

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/buffer/tile_buffer.hpp"
#include "models/interconnect/bus.hpp"
#include "platform/accelerator/digital_unit.hpp"
#include "platform/config.hpp"

#include <cstdint>
#include <systemc>

namespace berth::platform {

/// A tile without its arrays: those belong to the planes that the mapper put on them (see Arrays).
class Tile : public sc_core::sc_module {
public:
    buffer::TileBuffer buffer;
    interconnect::Bus bus;
    DigitalUnit digital;

    /// @param number of the tile, which sets its random draws apart from others'.
    Tile(const sc_core::sc_module_name& name, const PlatformConfig& config, const sc_core::sc_time& cycle, int number = 0)
        : sc_module(name),
          buffer("buffer", {cycle, config.buffer.banks, config.buffer.port_bits},
                 {config.buffer.bit_error_rate, config.seed, static_cast<std::uint64_t>(number)}),
          bus("bus", config.buffer.bus_bits, cycle),
          digital("digital", config.digital.vector_lanes, config.digital.mac_lanes, cycle) {}
};

}  // namespace berth::platform

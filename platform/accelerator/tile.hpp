// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/buffer/tile_buffer.hpp"
#include "models/interconnect/bus.hpp"
#include "platform/accelerator/digital_unit.hpp"
#include "platform/config.hpp"

#include <systemc>

namespace berth::platform {

/// A tile without its arrays: those belong to the planes that the mapper put on them (see Arrays).
class Tile : public sc_core::sc_module {
public:
    buffer::TileBuffer buffer;
    interconnect::Bus bus;
    DigitalUnit digital;

    Tile(const sc_core::sc_module_name& name, const PlatformConfig& config, const sc_core::sc_time& cycle)
        : sc_module(name),
          buffer("buffer", {cycle, config.buffer.banks, config.buffer.port_bits}),
          bus("bus", config.buffer.bus_bits, cycle),
          digital("digital", config.digital.vector_lanes, config.digital.mac_lanes, cycle) {}
};

}  // namespace berth::platform

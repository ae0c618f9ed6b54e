// SPDX-License-Identifier: Apache-2.0
// What users see of the accelerator beside its results: statistics, spans and waves.
#include "platform/accelerator/accelerator.hpp"

#include <string>

namespace berth::platform {

using boost::json::array;
using boost::json::object;
using sc_core::sc_time;

object Accelerator::network_statistics() const {
    int busiest = 0;
    for (int link = 1; link < network_.topology().links(); ++link)
        if (network_.busy_of(link) > network_.busy_of(busiest)) busiest = link;
    const auto ends = network_.topology().ends(busiest);
    return {{"flits", network_.flits_given()},
            {"router_flits", network_.router_flits()},
            {"links_in_use", network_.links_in_use()},
            {"busy_s", network_.busy().to_seconds()},
            {"busiest_link",
             {{"from", ends.from},
              {"to", ends.to},
              {"packets", network_.packets_of(busiest)},
              {"busy_s", network_.busy_of(busiest).to_seconds()}}},
            {"packets", network_.packets().json()}};
}

object Accelerator::tile_statistics() const {
    Tally buffer, bus, digital;
    array tiles;
    for (std::size_t i = 0; i < tiles_.size(); ++i) {
        const Tile& tile = *tiles_[i];
        if (tile.buffer.waits().count() + tile.bus.waits().count() + tile.digital.waits().count() == 0) continue;
        buffer += tile.buffer.waits();
        bus += tile.bus.waits();
        digital += tile.digital.waits();
        tiles.push_back({{"tile", i},
                         {"buffer_bytes_read", tile.buffer.bytes_read()},
                         {"buffer_bytes_written", tile.buffer.bytes_written()},
                         {"buffer_busy_s", tile.buffer.busy().to_seconds()},
                         {"bus_bytes", tile.bus.bytes()},
                         {"bus_busy_s", tile.bus.busy().to_seconds()},
                         {"elements", tile.digital.done().elements},
                         {"vector_busy_s", tile.digital.busy_with_elements().to_seconds()},
                         {"macs", tile.digital.done().macs},
                         {"mac_busy_s", tile.digital.busy_with_products().to_seconds()}});
    }
    return {{"buffer_waits", buffer.json()}, {"bus_waits", bus.json()}, {"digital_waits", digital.json()}, {"list", std::move(tiles)}};
}

object Accelerator::statistics() const {
    const ArrayActions& arrays = arrays_.done();
    return {{"dma", {{"bytes_read", dma_.bytes_read()}, {"bytes_written", dma_.bytes_written()}, {"bursts", dma_.latencies().json()}}},
            {"network", network_statistics()},
            {"tiles", tile_statistics()},
            {"arrays", {{"reads", arrays.reads}, {"conversions", arrays.conversions}}},
            {"pipeline",
             {{"tokens_entered", pipeline_.tokens_entered()}, {"tokens_left", pipeline_.tokens_left()}, {"steps", pipeline_.steps()}}}};
}

void Accelerator::trace(Trace* trace) {
    pipeline_.trace(trace);
    if (trace == nullptr) {
        network_.watch({});
        dma_.watch({});
        return;
    }
    const auto name = [](const interconnect::Topology::Ends& ends) { return std::to_string(ends.from) + " to " + std::to_string(ends.to); };
    network_.watch([this, trace, name](int link, const sc_time& begin, const sc_time& end) {
        trace->span("links", name(network_.topology().ends(link)), begin, end);
    });
    dma_.watch([trace](const tlm::Dma::BurstSeen& burst) {
        trace->span("dma", burst.read ? "read" : "write", std::to_string(burst.bytes) + " bytes at " + std::to_string(burst.address),
                    burst.issued, burst.answered);
    });
}

void Accelerator::add_waves(sc_core::sc_trace_file* file) const {
    namespace sc = sc_core;
    const std::string prefix = std::string(name()) + ".";
    const auto add = [&](std::uint32_t offset, const char* what) { sc::sc_trace(file, registers_.word(offset), prefix + what); };
    add(reg::kStatus, "status");
    add(reg::kHead, "head");
    add(reg::kTail, "tail");
    add(reg::kCompleted, "completed");
    add(reg::kTaken, "taken");
    add(reg::kInterruptStatus, "interrupt_status");
    pipeline_.add_waves(file, prefix);
}

}  // namespace berth::platform

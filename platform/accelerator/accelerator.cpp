// SPDX-License-Identifier: Apache-2.0
#include "platform/accelerator/accelerator.hpp"

#include "models/core/error.hpp"
#include "models/mapping/low_rank.hpp"
#include "models/mapping/mapper.hpp"
#include "platform/accelerator/crossbar_timing.hpp"

#include <array>
#include <string>
#include <utility>

namespace berth::platform {
namespace {

using sc_core::SC_SEC;
using sc_core::sc_time;

constexpr std::uint32_t kBurstsOutstanding = 16;

constexpr std::array<std::pair<const char*, const char*>, 16> kActions{{{"chip.embedding_memory", "read_byte"},
                                                                        {"chip.global_shift_add", "add"},
                                                                        {"tile.buffer", "read_byte"},
                                                                        {"tile.buffer", "write_byte"},
                                                                        {"tile.bus", "byte"},
                                                                        {"tile.router", "flit"},
                                                                        {"tile.digital.vector", "element"},
                                                                        {"tile.digital.mac", "mac"},
                                                                        {"tile.ima.array", "cell_read"},
                                                                        {"tile.ima.array", "write"},
                                                                        {"tile.ima.dac", "drive"},
                                                                        {"tile.ima.sample_hold", "sample"},
                                                                        {"tile.ima.adc", "convert"},
                                                                        {"tile.ima.shift_add", "add"},
                                                                        {"tile.ima.input_register", "byte"},
                                                                        {"tile.ima.output_register", "byte"}}};

}  // namespace

Accelerator::Accelerator(const sc_core::sc_module_name& name, const PlatformConfig& config, const AcceleratorOptions& options)
    : sc_module(name),
      config_(config),
      cycle_(1.0 / config.timing.clock_hz, SC_SEC),
      registers_("registers", kRegisters, cycle_),
      dma_("dma", tlm::DmaParams{cycle_, static_cast<std::uint32_t>(config.host.burst_bytes), kBurstsOutstanding, options.view}),
      network_("network", make_topology(config), network_design(config)),
      arrays_("arrays", sc_time(crossbar_timing(config).interval_s(), SC_SEC), sc_time(crossbar_timing(config).latency_s(), SC_SEC),
              sc_time(crossbar_timing(config).reads * config.timing.array_read_s, SC_SEC)),
      pipeline_(
          "pipeline", cycle_, config.buffer.port_bits, [this](int number) -> Tile& { return tile(number); }, network_, arrays_),
      controller_("controller", config, options.threads, options.values, {network_.topology(), registers_, dma_, pipeline_, arrays_},
                  options.known_image) {
    check_payable(config);
    const std::int64_t tiles = options.modelled_tiles == 0 ? config.hierarchy.all_tiles() : options.modelled_tiles;
    for (std::int64_t i = 0; i < tiles; ++i)
        tiles_.push_back(std::make_unique<Tile>(("tile_" + std::to_string(i)).c_str(), config_, cycle_, static_cast<int>(i)));
}

Tile& Accelerator::tile(int number) { return *tiles_.at(static_cast<std::size_t>(number)); }

void Accelerator::check_payable(const PlatformConfig& config) {
    for (const auto& [path, action] : actions()) (void)config.inventory.energy(path, action);
    if (mapping::unshared_mapper(config.hierarchy.mapper) != config.hierarchy.mapper)
        (void)config.inventory.energy("tile.ima.bank_select", "select");
    if (config.hierarchy.chips > 1) (void)config.inventory.energy(kChipLink, kChipLinkAction);
    if (config.hierarchy.low_rank != "arrays") (void)config.inventory.energy(mapping::kFactorMemory, "read_byte");
}

std::span<const std::pair<const char*, const char*>> Accelerator::actions() { return kActions; }

void Accelerator::record(Ledger& ledger) const {
    std::uint64_t read = 0, written = 0, bus = 0;
    DigitalWork digital;
    for (const auto& tile : tiles_) {
        read += tile->buffer.bytes_read();
        written += tile->buffer.bytes_written();
        bus += tile->bus.bytes();
        digital += tile->digital.done();
    }
    const ArrayActions& arrays = arrays_.done();
    const auto book = [&](const char* path, const char* action, auto count) {
        config_.inventory.record(ledger, path, action, static_cast<std::uint64_t>(count));
    };
    book("chip.embedding_memory", "read_byte", pipeline_.embedding_bytes());
    book("tile.buffer", "read_byte", read);
    book("tile.buffer", "write_byte", written);
    book("tile.bus", "byte", bus);
    book("tile.router", "flit", network_.router_flits());
    book(kChipLink, kChipLinkAction, network_.chip_flits() * static_cast<std::uint64_t>(config_.interconnect.flit_bits / 8));
    book("tile.digital.vector", "element", digital.elements);
    book("tile.digital.mac", "mac", digital.macs);
    book(mapping::kFactorMemory, "read_byte", digital.factor_bytes);
    record_reads(arrays, 1, config_.inventory, ledger);
    for (const auto& [component, action, count] : transport_bookings(arrays)) book(component, action, count);
    if (controller_.switches().count > 0) book_tasks_written(controller_.switches().written, config_, ledger);
}

Utilisation Accelerator::utilisation(double seconds) const {
    Utilisation shares;
    if (!controller_.plan() || seconds <= 0.0) return shares;
    const auto& placement = controller_.plan()->placement;
    const auto arrays = static_cast<double>(placement.arrays), sites = static_cast<double>(placement.sites);
    shares.crossbar = static_cast<double>(arrays_.done().reads) * config_.timing.array_read_s / (arrays * seconds);
    shares.adc = static_cast<double>(arrays_.done().conversions) / (sites * config_.adcs_per_array * config_.timing.adc_rate_hz * seconds);
    double buffers = 0.0;
    for (const auto& tile : tiles_) buffers += tile->buffer.busy().to_seconds();
    shares.buffer = buffers / (static_cast<double>(placement.tiles) * config_.buffer.banks * seconds);
    const auto links = static_cast<double>(network_.links_in_use());
    shares.network = links == 0.0 ? 0.0 : network_.busy().to_seconds() / (links * seconds);
    return shares;
}

buffer::BufferErrorCounts Accelerator::buffer_errors() const {
    buffer::BufferErrorCounts sum;
    for (const auto& tile : tiles_) sum += tile->buffer.errors();
    return sum;
}

std::vector<std::string> Accelerator::leftovers() const {
    std::vector<std::string> found;
    const auto note = [&](auto count, const char* what) {
        if (count != 0) found.push_back(std::to_string(count) + what);
    };
    const std::uint64_t out = pipeline_.tokens_left() + pipeline_.tokens_dropped() + pipeline_.tokens_inside();
    note(static_cast<std::int64_t>(pipeline_.tokens_entered() - out), " tokens were lost in the pipeline");
    note(static_cast<std::int64_t>(network_.flits_given() - network_.flits_carried()), " flits were lost in the network");
    note(pipeline_.tokens_inside(), " tokens are in the pipeline");
    note(controller_.under_way(), " requests have no answer");
    note(dma_.transfers(), " transfers of the DMA wait for memory");
    if (controller_.command_waits()) found.emplace_back("a command waits");
    return found;
}

WallTimes Accelerator::wall() const {
    WallTimes times = controller_.wall();
    times.models_s = pipeline_.wall_s();
    return times;
}

void Accelerator::end_of_simulation() {
#ifndef NDEBUG
    for (const std::string& what : leftovers()) SC_REPORT_WARNING(name(), what.c_str());
#endif
}

}  // namespace berth::platform

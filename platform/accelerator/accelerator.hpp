// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/ledger.hpp"
#include "models/interconnect/network.hpp"
#include "models/tlm/dma.hpp"
#include "models/tlm/register_bank.hpp"
#include "platform/accelerator/arrays.hpp"
#include "platform/accelerator/controller.hpp"
#include "platform/accelerator/pipeline.hpp"
#include "platform/accelerator/registers.hpp"
#include "platform/accelerator/tile.hpp"
#include "platform/config.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <systemc>
#include <utility>
#include <vector>

namespace berth::platform {

struct AcceleratorOptions {
    tlm::View view = tlm::View::lt;  ///< of the DMA's link
    int threads = 0;                 ///< that compute values; 0: every core
    /// Tiles to model: the chip has config.hierarchy.tiles, but those that hold nothing do nothing. 0 models all.
    int modelled_tiles = 0;
    KnownImage known_image{};
    bool values = true;  ///< whether logits are computed; else they are 0, and time and energy are all there is
};

/// Shares of their time for which parts were at work, over a span of simulated time.
struct Utilisation {
    double crossbar = 0.0;  ///< arrays in use, reading
    double adc = 0.0;       ///< converters of the arrays in use, converting
    double buffer = 0.0;    ///< banks of the tiles in use, moving
    double network = 0.0;   ///< links in use, carrying
};

/// The accelerator: registers on `csr`, memory through `dma`, an interrupt, and a reset that may stay unbound.
/// docs/registers.md says how it is driven.
class Accelerator : public sc_core::sc_module {
public:
    Accelerator(const sc_core::sc_module_name& name, const PlatformConfig& config, const AcceleratorOptions& options);

    [[nodiscard]] auto& csr() { return registers_.socket; }
    [[nodiscard]] auto& dma() { return dma_.socket; }
    [[nodiscard]] auto& irq() { return controller_.irq; }
    [[nodiscard]] auto& reset() { return controller_.reset; }

    [[nodiscard]] const Controller& controller() const { return controller_; }
    [[nodiscard]] const Pipeline& pipeline() const { return pipeline_; }
    [[nodiscard]] const ArrayActions& array_actions() const { return arrays_.done(); }

    /// Books every action so far at the parts list's energies. Programming is not among them.
    void record(Ledger& ledger) const;

    /// Every action that the platform takes: component and name.
    [[nodiscard]] static std::span<const std::pair<const char*, const char*>> actions();

    /// @throws InputError when the parts list cannot pay for one of the actions.
    static void check_payable(const PlatformConfig& config);

    [[nodiscard]] Utilisation utilisation(double seconds) const;

    /// What should not be there when a simulation has come to its end, in words: tokens, requests, bursts or commands that wait,
    /// tokens or flits that were lost. Empty when everything that went in has come out. Without NDEBUG each is also a warning of the
    /// kernel's at end_of_simulation.
    [[nodiscard]] std::vector<std::string> leftovers() const;

    /// What bit errors came to, in the buffers of all tiles and on all links.
    [[nodiscard]] buffer::BufferErrorCounts buffer_errors() const;
    [[nodiscard]] const interconnect::LinkErrorCounts& link_errors() const { return network_.errors(); }

    /// Share of a span for which the busiest link of the network carried flits.
    [[nodiscard]] double busiest_link(double seconds) const { return seconds > 0.0 ? network_.busiest().to_seconds() / seconds : 0.0; }

    /// The host's own time so far.
    [[nodiscard]] WallTimes wall() const;

    /// Where spans of stages, tiles, links and the DMA go; null for none.
    void trace(Trace* trace);

    /// Has the interrupt, the registers that say how far the rings are, and the tokens that have come and gone among a file's waves.
    void add_waves(sc_core::sc_trace_file* file) const;

    /// What every part did, part by part: counts, time busy, waits.
    [[nodiscard]] boost::json::object statistics() const;

private:
    void end_of_simulation() override;
    [[nodiscard]] Tile& tile(int number);
    [[nodiscard]] boost::json::object network_statistics() const;
    [[nodiscard]] boost::json::object tile_statistics() const;

    PlatformConfig config_;
    sc_core::sc_time cycle_;
    tlm::RegisterBank registers_;
    tlm::Dma dma_;
    interconnect::Network network_;
    Arrays arrays_;
    std::vector<std::unique_ptr<Tile>> tiles_;
    Pipeline pipeline_;
    Controller controller_;
};

}  // namespace berth::platform

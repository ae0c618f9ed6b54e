// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/buffer/memory.hpp"
#include "models/tlm/dma.hpp"
#include "models/tlm/monitor.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <systemc>
#include <utility>
#include <vector>

namespace berth::tlm {

/// A DMA on a memory full of bytes that tell their addresses apart, with a monitor between the two, and a program that uses it.
struct DmaBench : sc_core::sc_module {
    static constexpr std::uint32_t kLatency = 20, kBus = 16, kBurst = 64;

    Dma dma;
    Monitor monitor{"monitor"};
    buffer::Memory memory;
    std::function<void(DmaBench&)> program;

    DmaBench(const sc_core::sc_module_name& name, View view, std::uint32_t outstanding, std::function<void(DmaBench&)> run,
             std::uint64_t bytes = 1 << 16)
        : sc_module(name),
          dma("dma", DmaParams{cycle(), kBurst, outstanding, view}),
          memory("memory", bytes, buffer::MemoryTiming{cycle(), kLatency, kBus}),
          program(std::move(run)) {
        dma.socket.bind(monitor.target);
        monitor.initiator.bind(memory.socket);
        std::vector<std::byte> contents(bytes);
        for (std::size_t i = 0; i < contents.size(); ++i) contents[i] = static_cast<std::byte>(i * 7 + i / 256);
        memory.load(0, contents);
        SC_HAS_PROCESS(DmaBench);
        SC_THREAD(main);
    }
    static sc_core::sc_time cycle() { return {1, sc_core::SC_NS}; }

private:
    void main() { program(*this); }
};

}  // namespace berth::tlm

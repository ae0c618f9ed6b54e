// SPDX-License-Identifier: Apache-2.0
#include "models/buffer/memory.hpp"
#include "platform/accelerator/accelerator.hpp"

#include <tlm_utils/simple_initiator_socket.h>

#include <cstdint>
#include <iostream>
#include <systemc>
#include <tlm>

namespace {

/// A processor that knows nothing of Berth but its registers: it reads the identification and ends.
class Processor : public sc_core::sc_module {
public:
    tlm_utils::simple_initiator_socket<Processor> bus;
    sc_core::sc_in<bool> irq;
    std::uint32_t identification = 0;

    explicit Processor(const sc_core::sc_module_name& name) : sc_module(name), bus("bus"), irq("irq") {
        SC_HAS_PROCESS(Processor);
        SC_THREAD(run);
    }

private:
    void run() {
        tlm::tlm_generic_payload payload;
        payload.set_read();
        payload.set_address(berth::platform::reg::kIdentification);
        payload.set_data_ptr(reinterpret_cast<unsigned char*>(&identification));
        payload.set_data_length(sizeof identification);
        payload.set_streaming_width(sizeof identification);
        sc_core::sc_time delay;
        bus->b_transport(payload, delay);
        wait(delay);
        sc_core::sc_stop();
    }
};

}  // namespace

/// Puts the installed accelerator into a platform of somebody else's: a processor, a memory and two of Berth.
int sc_main(int, char**) {
    using namespace berth;
    const platform::PlatformConfig config = platform::load_platform("reram-multitask", {"hierarchy.tiles=16"});
    const sc_core::sc_time cycle(1, sc_core::SC_NS);
    buffer::Memory memory("memory", 1 << 20, {cycle, 10, 8});
    platform::Accelerator first("first", config, {}), second("second", config, {});
    Processor processor("processor"), other("other");
    sc_core::sc_signal<bool> irq("irq"), other_irq("other_irq");
    processor.bus.bind(first.csr());
    other.bus.bind(second.csr());
    for (platform::Accelerator* accelerator : {&first, &second}) accelerator->dma().bind(memory.socket);
    first.irq().bind(irq);
    second.irq().bind(other_irq);
    processor.irq.bind(irq);
    other.irq.bind(other_irq);
    sc_core::sc_start();
    std::cout << "the accelerator says " << std::hex << processor.identification << '\n';
    return processor.identification == platform::kIdentification ? 0 : 1;
}

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "berth/driver.h"

#include <tlm_utils/simple_initiator_socket.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <systemc>

namespace berth::platform {

/// A processor that runs a program in C++ on simulated time, as firmware would run: it reaches registers and memory through
/// sockets, sleeps until the interrupt, and offers itself to the driver in C as its transport.
class Processor : public sc_core::sc_module {
public:
    using Program = std::function<void(Processor&)>;

    tlm_utils::simple_initiator_socket<Processor> csr, memory;
    sc_core::sc_in<bool> irq;

    /// @param registers where the accelerator's registers begin behind `csr`.
    /// @param patience how long the driver's callback waits for an interrupt; zero: for ever.
    Processor(const sc_core::sc_module_name& name, Program program, std::uint64_t registers = 0, const sc_core::sc_time& patience = {});

    /// For the driver; valid as long as the processor.
    [[nodiscard]] const berth_transport& transport() const { return transport_; }

    /// One transaction each, whose time passes for the program. @throws std::runtime_error when it is refused.
    void read_memory(std::uint64_t address, void* to, std::size_t bytes);
    void write_memory(std::uint64_t address, const void* from, std::size_t bytes);
    [[nodiscard]] std::uint32_t read_register(std::uint32_t offset);
    void write_register(std::uint32_t offset, std::uint32_t word);

    /// Lets time pass for the program.
    void sleep(const sc_core::sc_time& time) { wait(time); }

    /// @throws what a callback met, or what the driver says, when that is not BERTH_OK.
    void check(berth_status status) const;

    /// Another patience: see the constructor.
    void set_patience(const sc_core::sc_time& patience) { patience_ = patience; }

    [[nodiscard]] bool done() const { return done_; }

    /// What the program threw; null when nothing.
    [[nodiscard]] std::exception_ptr fault() const { return fault_; }

private:
    void main();
    [[nodiscard]] berth_transport make_transport();
    template <class Work>
    int guarded(Work work);
    [[nodiscard]] int wait_for_interrupt();
    void access(tlm_utils::simple_initiator_socket<Processor>& socket, ::tlm::tlm_command command, std::uint64_t address, void* data,
                std::size_t bytes);

    Program program_;
    std::uint64_t registers_;
    sc_core::sc_time patience_;
    berth_transport transport_;
    bool done_ = false;
    std::exception_ptr fault_, met_;
};

}  // namespace berth::platform

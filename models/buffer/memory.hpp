// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/occupancy.hpp"

#include <tlm_utils/multi_passthrough_target_socket.h>
#include <tlm_utils/peq_with_get.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <systemc>
#include <unordered_map>
#include <vector>

namespace berth::buffer {

struct MemoryTiming {
    sc_core::sc_time cycle;
    std::uint32_t latency_cycles;   ///< until the first byte of a burst
    std::uint32_t bytes_per_cycle;  ///< of the one port, shared by all who ask

    /// Time for which a burst holds the port.
    [[nodiscard]] sc_core::sc_time transfer(std::uint64_t bytes) const {
        return static_cast<double>((bytes + bytes_per_cycle - 1) / bytes_per_cycle) * cycle;
    }
};

/// The memory of the SoC, from address 0, for any number of initiators, loosely or approximately timed. A burst asked for at
/// t has its data on the port at max(t + latency, port free) and is answered when the last byte has passed: the same in both
/// views where nobody else asks meanwhile. Gives no direct pointers, so that all traffic is seen and timed.
class Memory : public sc_core::sc_module {
public:
    tlm_utils::multi_passthrough_target_socket<Memory> socket;

    Memory(const sc_core::sc_module_name& name, std::uint64_t bytes, const MemoryTiming& timing);

    /// Contents from outside the simulation, as a boot loader leaves them. The range must be inside.
    void load(std::uint64_t address, std::span<const std::byte> bytes);
    [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

private:
    void b_transport(int from, ::tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
    ::tlm::tlm_sync_enum nb_transport_fw(int from, ::tlm::tlm_generic_payload& payload, ::tlm::tlm_phase& phase, sc_core::sc_time& delay);
    unsigned transport_dbg(int from, ::tlm::tlm_generic_payload& payload);

    [[nodiscard]] ::tlm::tlm_response_status check(const ::tlm::tlm_generic_payload& payload) const;
    void access(::tlm::tlm_generic_payload& payload);
    [[nodiscard]] sc_core::sc_time answered(const ::tlm::tlm_generic_payload& payload, const sc_core::sc_time& asked);
    void accept_requests();
    void answer_requests();
    void respond_all();
    void respond(int to);
    void finish(::tlm::tlm_generic_payload& payload);

    std::vector<std::byte> bytes_;
    MemoryTiming timing_;
    Occupancy<sc_core::sc_time> port_;
    std::unordered_map<::tlm::tlm_generic_payload*, int> asked_;  ///< by whom
    /// Answers of one link: a response is open until its END_RESP, those behind it wait.
    struct Answers {
        std::deque<::tlm::tlm_generic_payload*> waiting;
        ::tlm::tlm_generic_payload* open = nullptr;
    };
    std::map<int, Answers> links_;
    sc_core::sc_event response_ended_;
    tlm_utils::peq_with_get<::tlm::tlm_generic_payload> accepts_, answers_;
};

}  // namespace berth::buffer

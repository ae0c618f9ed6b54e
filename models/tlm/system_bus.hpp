// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/tlm/timed_queue.hpp"

#include <tlm_utils/multi_passthrough_initiator_socket.h>
#include <tlm_utils/multi_passthrough_target_socket.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <systemc>
#include <unordered_map>
#include <utility>
#include <vector>

namespace berth::tlm {

/// A bus that decodes addresses: any number of initiators bind to `from`, targets are added with their range, and see addresses
/// from 0. Both views pass; a transaction must lie in one range, and is answered ADDRESS_ERROR otherwise. In four phases a link
/// carries one request and one response at a time, first come, first served, so targets and initiators meet nobody who breaks
/// the exclusion rules. Takes no time of its own. Direct memory access is not offered, so all traffic is seen.
class SystemBus : public sc_core::sc_module {
public:
    tlm_utils::multi_passthrough_target_socket<SystemBus> from;

    explicit SystemBus(const sc_core::sc_module_name& name);

    /// Joins a target to the addresses [base, base + bytes). @throws std::invalid_argument when those are taken or none.
    template <class Socket>
    void add(Socket& target, std::uint64_t base, std::uint64_t bytes) {
        claim(base, bytes);
        to_.bind(target);
    }

private:
    struct Range {
        std::uint64_t base, last;
    };
    struct Flight {
        int from, to;
        std::uint64_t address;  ///< as the initiator gave it
        bool over = false;      ///< at the target, which expects no END_RESP
    };
    /// Those who wait for one direction of a link, and who has it.
    struct Lane {
        std::deque<::tlm::tlm_generic_payload*> waiting;
        ::tlm::tlm_generic_payload* open = nullptr;
    };
    using Arrival = std::pair<::tlm::tlm_generic_payload*, ::tlm::tlm_phase_enum>;

    void claim(std::uint64_t base, std::uint64_t bytes);
    [[nodiscard]] std::optional<int> decode(const ::tlm::tlm_generic_payload& payload) const;

    void b_transport(int from, ::tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
    unsigned transport_dbg(int from, ::tlm::tlm_generic_payload& payload);
    ::tlm::tlm_sync_enum nb_transport_fw(int from, ::tlm::tlm_generic_payload& payload, ::tlm::tlm_phase& phase, sc_core::sc_time& delay);
    ::tlm::tlm_sync_enum nb_transport_bw(int to, ::tlm::tlm_generic_payload& payload, ::tlm::tlm_phase& phase, sc_core::sc_time& delay);

    void advance();
    void arrive(::tlm::tlm_generic_payload& payload, ::tlm::tlm_phase_enum phase);
    void send_requests(int to);
    void send_responses(int from);
    void end_request(::tlm::tlm_generic_payload& payload);
    void end_response(::tlm::tlm_generic_payload& payload);

    tlm_utils::multi_passthrough_initiator_socket<SystemBus> to_;
    std::vector<Range> ranges_;  ///< by target
    std::unordered_map<const ::tlm::tlm_generic_payload*, Flight> flights_;
    std::unordered_map<int, Lane> requests_, responses_;  ///< by target, and by initiator
    TimedQueue<Arrival> arrivals_;
};

}  // namespace berth::tlm

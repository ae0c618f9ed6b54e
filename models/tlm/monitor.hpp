// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <string>
#include <systemc>
#include <unordered_map>
#include <vector>

namespace berth::tlm {

/// Sits in a link, passes everything through unchanged, and holds both sides to the base protocol. Beside the usual rules
/// (stale status, null data, order of phases, one open request and one open response a link) it reports a target that shrinks the delay,
/// leaves the status INCOMPLETE, or changes address, command, length or data pointer, and debug or DMI answers that cannot be. Counts
/// transactions, bytes, errors, time, and how many are outstanding.
class Monitor : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<Monitor> target;        ///< from the initiator
    tlm_utils::simple_initiator_socket<Monitor> initiator;  ///< to the target

    /// What the target's side leads to: an interconnect may translate the address, a target may not touch it.
    enum class Beyond { target, interconnect };

    explicit Monitor(const sc_core::sc_module_name& name, Beyond beyond = Beyond::target);

    struct Statistics {
        std::uint64_t reads = 0, writes = 0, errors = 0;
        std::uint64_t bytes_read = 0, bytes_written = 0;
        std::uint64_t outstanding_at_most = 0;
        sc_core::sc_time latency_total, latency_most;
    };
    [[nodiscard]] const Statistics& statistics() const { return statistics_; }

    /// What broke the protocol, in the order it happened; empty on a clean link.
    [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }

private:
    /// The fields that neither a target nor time may change.
    struct Fields {
        explicit Fields(const ::tlm::tlm_generic_payload& payload);
        bool operator==(const Fields&) const = default;
        ::tlm::tlm_command command;
        std::uint64_t address;
        const unsigned char* data;
        unsigned length;
        const unsigned char* byte_enables;
        unsigned streaming_width;
    };
    struct Flight {
        Fields fields;
        ::tlm::tlm_phase phase;
        sc_core::sc_time begin;
    };

    void b_transport(::tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
    ::tlm::tlm_sync_enum nb_transport_fw(::tlm::tlm_generic_payload& payload, ::tlm::tlm_phase& phase, sc_core::sc_time& delay);
    ::tlm::tlm_sync_enum nb_transport_bw(::tlm::tlm_generic_payload& payload, ::tlm::tlm_phase& phase, sc_core::sc_time& delay);
    unsigned transport_dbg(::tlm::tlm_generic_payload& payload);
    bool get_direct_mem_ptr(::tlm::tlm_generic_payload& payload, ::tlm::tlm_dmi& dmi);

    void check_request(const ::tlm::tlm_generic_payload& payload);
    void check_fields(const Fields& before, const ::tlm::tlm_generic_payload& payload, const char* where);
    void check_exclusion(const ::tlm::tlm_generic_payload& payload, const ::tlm::tlm_phase& phase);
    void enter(::tlm::tlm_generic_payload& payload, const ::tlm::tlm_phase& phase);
    void complete(::tlm::tlm_generic_payload& payload);
    void count(const ::tlm::tlm_generic_payload& payload, const sc_core::sc_time& latency);
    void report(const ::tlm::tlm_generic_payload& payload, const std::string& what);

    Beyond beyond_;
    Statistics statistics_;
    std::vector<std::string> violations_;
    std::unordered_map<const ::tlm::tlm_generic_payload*, Flight> flights_;
    const ::tlm::tlm_generic_payload *open_request_ = nullptr, *open_response_ = nullptr;
};

}  // namespace berth::tlm

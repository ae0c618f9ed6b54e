// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/tlm/payload_pool.hpp"

#include <tlm_utils/simple_initiator_socket.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <systemc>

namespace berth::tlm {

/// How transactions travel: loosely timed (b_transport, time annotated) or approximately timed (nb_transport, four phases).
enum class View { lt, at };

struct DmaParams {
    sc_core::sc_time cycle;  ///< at most one burst is issued a cycle
    std::uint32_t burst_bytes;
    std::uint32_t outstanding;  ///< bursts under way at once
    View view;
};

struct DmaResult {
    ::tlm::tlm_response_status status = ::tlm::TLM_OK_RESPONSE;
    std::uint64_t failed_address = 0;  ///< of the first burst that was refused

    [[nodiscard]] bool ok() const { return status == ::tlm::TLM_OK_RESPONSE; }
};

/// Moves bytes between memory and the accelerator. A transfer is cut at 4 KiB and at the burst length; burst k is issued at
/// max(issue of k-1 + cycle, answer of k-outstanding), in either view. After a refused burst no further one is issued.
class Dma : public sc_core::sc_module {
public:
    tlm_utils::simple_initiator_socket<Dma> socket;

    Dma(const sc_core::sc_module_name& name, const DmaParams& params);

    /// Blocks the calling SC_THREAD until the last burst was answered. One transfer at a time.
    DmaResult read(std::uint64_t address, std::span<std::byte> to) {
        return transfer(::tlm::TLM_READ_COMMAND, address, to.data(), to.size());
    }
    DmaResult write(std::uint64_t address, std::span<const std::byte> from);

    [[nodiscard]] std::uint64_t bursts() const { return bursts_; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

private:
    struct Transfer {
        ::tlm::tlm_command command;
        std::uint64_t address;
        std::byte* data;
        std::uint64_t remaining;
    };

    DmaResult transfer(::tlm::tlm_command command, std::uint64_t address, std::byte* data, std::uint64_t length);
    DmaResult blocking(Transfer transfer);
    DmaResult phased(Transfer transfer);
    std::uint32_t take_burst(Transfer& transfer, ::tlm::tlm_generic_payload& payload);
    void note(DmaResult& result, const ::tlm::tlm_generic_payload& payload, std::uint64_t address) const;

    void send(::tlm::tlm_generic_payload& payload);
    void handle(::tlm::tlm_generic_payload& payload, ::tlm::tlm_phase phase);
    void finish(::tlm::tlm_generic_payload& payload);
    ::tlm::tlm_sync_enum nb_transport_bw(::tlm::tlm_generic_payload& payload, ::tlm::tlm_phase& phase, sc_core::sc_time& delay);

    DmaParams params_;
    PayloadPool pool_;
    std::uint64_t bursts_ = 0, bytes_ = 0;

    // Of the transfer under way in the four-phase view.
    std::deque<std::pair<::tlm::tlm_generic_payload*, std::uint64_t>> under_way_;  ///< with the address that was sent
    bool request_open_ = false;
    DmaResult result_;
    sc_core::sc_event progress_;
};

}  // namespace berth::tlm

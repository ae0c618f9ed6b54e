// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/tally.hpp"
#include "models/tlm/payload_pool.hpp"
#include "models/tlm/timed_queue.hpp"

#include <tlm_utils/simple_initiator_socket.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <span>
#include <systemc>
#include <unordered_map>
#include <utility>

namespace berth::tlm {

/// How transactions travel: loosely timed (b_transport, time annotated) or approximately timed (nb_transport, four phases).
enum class View { lt, at };

struct DmaParams {
    sc_core::sc_time cycle;  ///< at most one burst is issued a cycle
    std::uint32_t burst_bytes;
    std::uint32_t outstanding;  ///< bursts under way at once
    View view;
};

/// Bytes of memory that lie one behind the other; they may not pass the end of the address space, and there may be none.
struct Piece {
    std::uint64_t address = 0, bytes = 0;

    bool operator==(const Piece&) const = default;
};

struct DmaResult {
    ::tlm::tlm_response_status status = ::tlm::TLM_OK_RESPONSE;
    std::uint64_t failed_address = 0;  ///< of the first burst, in the order of the stream, that was refused
    bool aborted = false;              ///< whether abort() ended it

    [[nodiscard]] bool ok() const { return status == ::tlm::TLM_OK_RESPONSE && !aborted; }
};

/// Moves bytes between memory and the accelerator. A transfer gathers pieces of memory into one span, or scatters the span over them, as
/// one stream of bursts: each piece is cut at 4 KiB and at the burst length, and the next one follows without a pause. Burst k is issued at
/// max(issue of k-1 + cycle, answer of k-outstanding), in either view. After a refused burst no further one is issued.
/// Trusts nothing that comes back but data and status: an interconnect may change every other field, a memory may wait, answer
/// out of order, or in any of the base protocol's ways.
class Dma : public sc_core::sc_module {
public:
    tlm_utils::simple_initiator_socket<Dma> socket;

    Dma(const sc_core::sc_module_name& name, const DmaParams& params);

    /// Blocks the calling SC_THREAD until the last burst was answered; pieces and bytes must stay where they are until then. A
    /// transfer of no bytes is done at once. @throws std::invalid_argument where the pieces have more or fewer bytes than the span.
    DmaResult read(std::span<const Piece> from, std::span<std::byte> to);
    DmaResult write(std::span<const Piece> to, std::span<const std::byte> from);

    /// The same of one piece.
    DmaResult read(std::uint64_t address, std::span<std::byte> to) {
        const Piece whole{address, to.size()};
        return read(std::span(&whole, 1), to);
    }
    DmaResult write(std::uint64_t address, std::span<const std::byte> from) {
        const Piece whole{address, from.size()};
        return write(std::span(&whole, 1), from);
    }

    /// Ends every transfer: no further burst is issued, and the calls return, aborted, when what is under way was answered.
    /// Others may begin meanwhile.
    void abort();

    [[nodiscard]] std::size_t transfers() const { return transfers_.size(); }  ///< under way
    [[nodiscard]] std::uint64_t bursts() const { return bursts_; }
    [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }
    [[nodiscard]] std::uint64_t bytes_written() const { return bytes_written_; }
    /// From every burst's issue until its answer.
    [[nodiscard]] const Tally& latencies() const { return latencies_; }

    struct BurstSeen {
        bool read;
        std::uint64_t address, bytes;
        sc_core::sc_time issued, answered;
    };
    /// Called when a burst was answered.
    void watch(std::function<void(const BurstSeen&)> call) { watch_ = std::move(call); }

    [[nodiscard]] std::uint64_t bytes() const { return bytes_read_ + bytes_written_; }

private:
    struct Transfer {
        ::tlm::tlm_command command;
        std::span<const Piece> pieces;  ///< the one at hand and those behind it
        std::uint64_t done = 0;         ///< of the piece at hand
        std::byte* data = nullptr;
        std::uint64_t bursts = 0;
        std::uint32_t under_way = 0;
        std::uint64_t failed = 0;  ///< which burst the result is about
        DmaResult result{};
    };
    /// One burst of a transfer's stream.
    struct Burst {
        Transfer* transfer = nullptr;
        std::uint64_t number = 0, address = 0, bytes = 0;
        sc_core::sc_time issued{};
    };
    using Arrival = std::pair<::tlm::tlm_generic_payload*, ::tlm::tlm_phase_enum>;

    DmaResult transfer(::tlm::tlm_command command, std::span<const Piece> pieces, std::span<std::byte> data);
    static bool has_more(Transfer& transfer);
    void blocking(Transfer& transfer);
    void phased(Transfer& transfer);
    Burst take_burst(Transfer& transfer, const sc_core::sc_time& issue, ::tlm::tlm_generic_payload& payload);
    void note(const Burst& burst, ::tlm::tlm_response_status status, const sc_core::sc_time& answered);

    void send(::tlm::tlm_generic_payload& payload);
    void take_arrivals();
    void arrive(::tlm::tlm_generic_payload& payload, ::tlm::tlm_phase_enum phase);
    void end_request(const ::tlm::tlm_generic_payload& payload);
    void finish(::tlm::tlm_generic_payload& payload);
    ::tlm::tlm_sync_enum nb_transport_bw(::tlm::tlm_generic_payload& payload, ::tlm::tlm_phase& phase, sc_core::sc_time& delay);

    DmaParams params_;
    PayloadPool pool_;
    std::uint64_t bursts_ = 0, bytes_read_ = 0, bytes_written_ = 0;
    std::list<Transfer*> transfers_;
    Tally latencies_;
    std::function<void(const BurstSeen&)> watch_;

    // Of the four-phase view: the requests under way, and the one that has not been accepted yet.
    std::unordered_map<const ::tlm::tlm_generic_payload*, Burst> under_way_;
    const ::tlm::tlm_generic_payload* open_request_ = nullptr;
    TimedQueue<Arrival> arrivals_;
    sc_core::sc_event progress_;
};

}  // namespace berth::tlm

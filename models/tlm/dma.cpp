// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/dma.hpp"

#include "models/tlm/burst.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace berth::tlm {
namespace {

/// Whether the pieces have that many bytes, which no sum of theirs need be able to hold.
bool add_up_to(std::span<const Piece> pieces, std::uint64_t bytes) {
    for (const Piece& piece : pieces) {
        if (piece.bytes > bytes) return false;
        bytes -= piece.bytes;
    }
    return bytes == 0;
}

}  // namespace

using sc_core::sc_time;
using sc_core::sc_time_stamp;
using sc_core::SC_ZERO_TIME;

Dma::Dma(const sc_core::sc_module_name& name, const DmaParams& params)
    : sc_module(name), socket("socket"), params_(params), arrivals_("arrivals") {
    socket.register_nb_transport_bw(this, &Dma::nb_transport_bw);
    SC_HAS_PROCESS(Dma);
    SC_METHOD(take_arrivals);
    sensitive << arrivals_.due();
    dont_initialize();
}

DmaResult Dma::read(std::span<const Piece> from, std::span<std::byte> to) { return transfer(::tlm::TLM_READ_COMMAND, from, to); }

DmaResult Dma::write(std::span<const Piece> to, std::span<const std::byte> from) {
    // The payload's pointer is not const for either command; a target does not write through it for a write command.
    return transfer(::tlm::TLM_WRITE_COMMAND, to, {const_cast<std::byte*>(from.data()), from.size()});
}

DmaResult Dma::transfer(::tlm::tlm_command command, std::span<const Piece> pieces, std::span<std::byte> data) {
    if (!add_up_to(pieces, data.size())) throw std::invalid_argument("the pieces of a transfer have other lengths than its bytes");
    Transfer whole{.command = command, .pieces = pieces, .data = data.data()};
    const auto place = transfers_.insert(transfers_.end(), &whole);
    if (params_.view == View::lt)
        blocking(whole);
    else
        phased(whole);
    transfers_.erase(place);
    return whole.result;
}

void Dma::abort() {
    for (Transfer* transfer : transfers_) transfer->result.aborted = true;
    progress_.notify(SC_ZERO_TIME);
}

/// Goes on to the next piece that has bytes left. @return whether there is one.
bool Dma::has_more(Transfer& transfer) {
    while (!transfer.pieces.empty() && transfer.done == transfer.pieces.front().bytes) {
        transfer.pieces = transfer.pieces.subspan(1);
        transfer.done = 0;
    }
    return !transfer.pieces.empty();
}

/// Makes the payload the transfer's next burst, every field of it: the last target may have left anything there.
Dma::Burst Dma::take_burst(Transfer& transfer, const sc_time& issue, ::tlm::tlm_generic_payload& payload) {
    const Piece& piece = transfer.pieces.front();
    const std::uint64_t address = piece.address + transfer.done;
    const auto length = static_cast<std::uint32_t>(first_burst(address, piece.bytes - transfer.done, params_.burst_bytes));
    payload.set_command(transfer.command);
    payload.set_address(address);
    payload.set_data_ptr(reinterpret_cast<unsigned char*>(transfer.data));
    payload.set_data_length(length);
    payload.set_streaming_width(length);
    payload.set_byte_enable_ptr(nullptr);
    payload.set_byte_enable_length(0);
    payload.set_dmi_allowed(false);
    payload.set_gp_option(::tlm::TLM_MIN_PAYLOAD);
    payload.set_response_status(::tlm::TLM_INCOMPLETE_RESPONSE);
    transfer.done += length;
    transfer.data += length;
    ++bursts_;
    (transfer.command == ::tlm::TLM_READ_COMMAND ? bytes_read_ : bytes_written_) += length;
    return {&transfer, transfer.bursts++, address, length, issue};
}

void Dma::note(const Burst& burst, ::tlm::tlm_response_status status, const sc_time& answered) {
    latencies_.add((answered - burst.issued) / sc_time(1, sc_core::SC_PS));
    Transfer& transfer = *burst.transfer;
    if (watch_) watch_({transfer.command == ::tlm::TLM_READ_COMMAND, burst.address, burst.bytes, burst.issued, answered});
    // INCOMPLETE means that no target answered, which is a failure like any other. Answers may come in any order.
    if (status == ::tlm::TLM_OK_RESPONSE) return;
    DmaResult& result = transfer.result;
    if (result.status != ::tlm::TLM_OK_RESPONSE && transfer.failed < burst.number) return;
    result.status = status;
    result.failed_address = burst.address;
    transfer.failed = burst.number;
}

void Dma::blocking(Transfer& transfer) {
    std::vector<sc_time> answered(params_.outstanding);  // a ring: when the burst that last had the place was answered
    sc_time issue = sc_time_stamp(), last = issue;
    while (has_more(transfer) && transfer.result.ok()) {
        sc_time& slot = answered[transfer.bursts % params_.outstanding];
        if (transfer.bursts > 0) issue = std::max({issue + params_.cycle, slot, sc_time_stamp()});
        ::tlm::tlm_generic_payload payload;
        const Burst burst = take_burst(transfer, issue, payload);
        sc_time delay = issue - sc_time_stamp();
        socket->b_transport(payload, delay);
        // A target that waits has moved the kernel's time in place of the delay.
        slot = std::max(sc_time_stamp() + delay, issue);
        last = std::max(last, slot);
        note(burst, payload.get_response_status(), slot);
    }
    if (last > sc_time_stamp()) wait(last - sc_time_stamp());
}

void Dma::phased(Transfer& transfer) {
    sc_time issue;
    while (has_more(transfer)) {
        const auto blocked = [&] { return transfer.under_way >= params_.outstanding || open_request_ != nullptr; };
        if (transfer.bursts > 0 && issue + params_.cycle > sc_time_stamp()) wait(issue + params_.cycle - sc_time_stamp());
        while (blocked() && transfer.result.ok()) wait(progress_);
        if (!transfer.result.ok()) break;
        issue = sc_time_stamp();
        ::tlm::tlm_generic_payload& payload = pool_.acquire();
        under_way_[&payload] = take_burst(transfer, issue, payload);
        ++transfer.under_way;
        send(payload);
    }
    while (transfer.under_way > 0) wait(progress_);
}

void Dma::send(::tlm::tlm_generic_payload& payload) {
    ::tlm::tlm_phase phase = ::tlm::BEGIN_REQ;
    sc_time delay;
    open_request_ = &payload;
    switch (socket->nb_transport_fw(payload, phase, delay)) {
        case ::tlm::TLM_ACCEPTED:
            return;
        case ::tlm::TLM_UPDATED:
            return arrivals_.push({&payload, phase == ::tlm::END_REQ ? ::tlm::END_REQ : ::tlm::BEGIN_RESP}, delay);
        case ::tlm::TLM_COMPLETED:
            // Nothing follows: the answer is here, and is used when its time has come.
            return arrivals_.push({&payload, ::tlm::END_RESP}, delay);
    }
}

void Dma::take_arrivals() {
    Arrival arrival;
    while (arrivals_.pop(arrival)) arrive(*arrival.first, arrival.second);
}

void Dma::arrive(::tlm::tlm_generic_payload& payload, ::tlm::tlm_phase_enum phase) {
    end_request(payload);
    if (phase == ::tlm::BEGIN_RESP) {
        ::tlm::tlm_phase end = ::tlm::END_RESP;
        sc_time delay;
        socket->nb_transport_fw(payload, end, delay);
    }
    if (phase != ::tlm::END_REQ) finish(payload);
}

/// An answer that comes before END_REQ ends the request as well.
void Dma::end_request(const ::tlm::tlm_generic_payload& payload) {
    if (open_request_ != &payload) return;
    open_request_ = nullptr;
    progress_.notify(SC_ZERO_TIME);
}

void Dma::finish(::tlm::tlm_generic_payload& payload) {
    const auto found = under_way_.find(&payload);
    if (found == under_way_.end()) return;
    note(found->second, payload.get_response_status(), sc_time_stamp());
    --found->second.transfer->under_way;
    under_way_.erase(found);
    payload.release();
    progress_.notify(SC_ZERO_TIME);
}

::tlm::tlm_sync_enum Dma::nb_transport_bw(::tlm::tlm_generic_payload& payload, ::tlm::tlm_phase& phase, sc_time& delay) {
    if (phase != ::tlm::END_REQ && phase != ::tlm::BEGIN_RESP) return ::tlm::TLM_ACCEPTED;
    if (delay > SC_ZERO_TIME) {
        arrivals_.push({&payload, phase == ::tlm::END_REQ ? ::tlm::END_REQ : ::tlm::BEGIN_RESP}, delay);
        return ::tlm::TLM_ACCEPTED;
    }
    if (phase == ::tlm::END_REQ) {
        end_request(payload);
        return ::tlm::TLM_ACCEPTED;
    }
    // END_RESP goes with the return: the response needs no time of the DMA's.
    end_request(payload);
    finish(payload);
    phase = ::tlm::END_RESP;
    return ::tlm::TLM_COMPLETED;
}

}  // namespace berth::tlm

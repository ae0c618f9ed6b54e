// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/dma.hpp"

#include "models/tlm/burst.hpp"

#include <algorithm>
#include <vector>

namespace berth::tlm {

using sc_core::sc_time;
using sc_core::sc_time_stamp;

Dma::Dma(const sc_core::sc_module_name& name, const DmaParams& params) : sc_module(name), socket("socket"), params_(params) {
    socket.register_nb_transport_bw(this, &Dma::nb_transport_bw);
}

DmaResult Dma::write(std::uint64_t address, std::span<const std::byte> from) {
    // The payload's pointer is not const for either command; a target does not write through it for a write command.
    return transfer(::tlm::TLM_WRITE_COMMAND, address, const_cast<std::byte*>(from.data()), from.size());
}

DmaResult Dma::transfer(::tlm::tlm_command command, std::uint64_t address, std::byte* data, std::uint64_t length) {
    const Transfer whole{command, address, data, length};
    return params_.view == View::lt ? blocking(whole) : phased(whole);
}

std::uint32_t Dma::take_burst(Transfer& transfer, ::tlm::tlm_generic_payload& payload) {
    const auto length = static_cast<std::uint32_t>(first_burst(transfer.address, transfer.remaining, params_.burst_bytes));
    payload.set_command(transfer.command);
    payload.set_address(transfer.address);
    payload.set_data_ptr(reinterpret_cast<unsigned char*>(transfer.data));
    payload.set_data_length(length);
    payload.set_streaming_width(length);
    payload.set_byte_enable_ptr(nullptr);
    payload.set_dmi_allowed(false);
    payload.set_response_status(::tlm::TLM_INCOMPLETE_RESPONSE);
    transfer.address += length;
    transfer.data += length;
    transfer.remaining -= length;
    ++bursts_;
    bytes_ += length;
    return length;
}

void Dma::note(DmaResult& result, const ::tlm::tlm_generic_payload& payload, std::uint64_t address) const {
    // INCOMPLETE means that no target answered, which is a failure like any other.
    if (payload.get_response_status() == ::tlm::TLM_OK_RESPONSE || !result.ok()) return;
    result = {payload.get_response_status(), address};
}

DmaResult Dma::blocking(Transfer transfer) {
    const sc_time begin = sc_time_stamp();
    DmaResult result;
    ::tlm::tlm_generic_payload payload;
    std::vector<sc_time> answered(params_.outstanding);  // a ring: when the burst that last had the place was answered
    sc_time issue = begin, last = begin;
    for (std::uint64_t burst = 0; transfer.remaining > 0 && result.ok(); ++burst) {
        sc_time& slot = answered[burst % params_.outstanding];
        if (burst > 0) issue = std::max(issue + params_.cycle, slot);
        const std::uint64_t address = transfer.address;
        take_burst(transfer, payload);
        sc_time delay = issue - begin;
        socket->b_transport(payload, delay);
        slot = begin + delay;
        last = std::max(last, slot);
        note(result, payload, address);
    }
    if (last > begin) wait(last - begin);
    return result;
}

DmaResult Dma::phased(Transfer transfer) {
    result_ = {};
    sc_time issue;
    for (bool first = true; transfer.remaining > 0 && result_.ok(); first = false) {
        while (under_way_.size() >= params_.outstanding || request_open_) wait(progress_);
        if (!first && issue + params_.cycle > sc_time_stamp()) wait(issue + params_.cycle - sc_time_stamp());
        if (!result_.ok()) break;
        issue = sc_time_stamp();
        ::tlm::tlm_generic_payload& payload = pool_.acquire();
        const std::uint64_t address = transfer.address;
        take_burst(transfer, payload);
        under_way_.emplace_back(&payload, address);
        send(payload);
    }
    while (!under_way_.empty()) wait(progress_);
    return result_;
}

void Dma::send(::tlm::tlm_generic_payload& payload) {
    ::tlm::tlm_phase phase = ::tlm::BEGIN_REQ;
    sc_time delay;
    request_open_ = true;
    switch (socket->nb_transport_fw(payload, phase, delay)) {
        case ::tlm::TLM_ACCEPTED:
            return;
        case ::tlm::TLM_UPDATED:
            if (delay > sc_core::SC_ZERO_TIME) wait(delay);
            return handle(payload, phase);
        case ::tlm::TLM_COMPLETED:
            if (delay > sc_core::SC_ZERO_TIME) wait(delay);
            request_open_ = false;
            return finish(payload);
    }
}

void Dma::handle(::tlm::tlm_generic_payload& payload, ::tlm::tlm_phase phase) {
    if (phase == ::tlm::END_REQ) {
        request_open_ = false;
        progress_.notify(sc_core::SC_ZERO_TIME);
    } else if (phase == ::tlm::BEGIN_RESP) {
        request_open_ = request_open_ && under_way_.back().first != &payload;
        ::tlm::tlm_phase end = ::tlm::END_RESP;
        sc_time delay;
        socket->nb_transport_fw(payload, end, delay);
        finish(payload);
    }
}

void Dma::finish(::tlm::tlm_generic_payload& payload) {
    const auto found = std::find_if(under_way_.begin(), under_way_.end(), [&](const auto& entry) { return entry.first == &payload; });
    if (found == under_way_.end()) return;
    note(result_, payload, found->second);
    under_way_.erase(found);
    payload.release();
    progress_.notify(sc_core::SC_ZERO_TIME);
}

::tlm::tlm_sync_enum Dma::nb_transport_bw(::tlm::tlm_generic_payload& payload, ::tlm::tlm_phase& phase, sc_time&) {
    if (phase == ::tlm::END_REQ) {
        handle(payload, phase);
        return ::tlm::TLM_ACCEPTED;
    }
    // The answer's END_RESP goes with the return: the response needs no time of the DMA's.
    request_open_ = request_open_ && !under_way_.empty() && under_way_.back().first != &payload;
    phase = ::tlm::END_RESP;
    finish(payload);
    return ::tlm::TLM_COMPLETED;
}

}  // namespace berth::tlm

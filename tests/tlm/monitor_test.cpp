// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/monitor.hpp"

#include <gtest/gtest.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <functional>

namespace berth::tlm {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;

/// A target that does to a transaction whatever the test wants.
struct Bench : sc_core::sc_module {
    tlm_utils::simple_initiator_socket<Bench> socket{"socket"};
    Monitor monitor{"monitor"};
    tlm_utils::simple_target_socket<Bench> target{"target"};
    std::function<void(::tlm::tlm_generic_payload&, sc_time&)> answer;
    std::uint32_t word = 0;
    ::tlm::tlm_generic_payload payload;

    Bench(const sc_core::sc_module_name& name, std::function<void(::tlm::tlm_generic_payload&, sc_time&)> behaviour)
        : sc_module(name), answer(std::move(behaviour)) {
        socket.bind(monitor.target);
        monitor.initiator.bind(target);
        target.register_b_transport(this, &Bench::b_transport);
        sc_core::sc_start(sc_core::SC_ZERO_TIME);
        payload.set_read();
        payload.set_address(0x40);
        payload.set_data_ptr(reinterpret_cast<unsigned char*>(&word));
        payload.set_data_length(4);
    }
    void b_transport(::tlm::tlm_generic_payload& request, sc_time& delay) { answer(request, delay); }

    std::string send() {
        sc_time delay(10, SC_NS);
        socket->b_transport(payload, delay);
        return monitor.violations().empty() ? "" : monitor.violations().front();
    }
};

void good(::tlm::tlm_generic_payload& request, sc_time& delay) {
    request.set_response_status(::tlm::TLM_OK_RESPONSE);
    delay += sc_time(5, SC_NS);
}

TEST(Monitor, CountsACleanLinkAndSaysNothing) {
    Bench bench("bench", good);
    EXPECT_EQ(bench.send(), "");
    EXPECT_EQ(bench.monitor.statistics().reads, 1u);
    EXPECT_EQ(bench.monitor.statistics().bytes_read, 4u);
    EXPECT_EQ(bench.monitor.statistics().latency_total, sc_time(5, SC_NS));
}

TEST(Monitor, ReportsATargetThatShrinksTheDelay) {
    Bench bench("bench", [](auto& request, sc_time& delay) {
        request.set_response_status(::tlm::TLM_OK_RESPONSE);
        delay = sc_time(1, SC_NS);
    });
    EXPECT_EQ(bench.send(), "bench.monitor at 0 s, address 64: the target shrank the delay from 10 ns to 1 ns");
}

TEST(Monitor, ReportsAStatusLeftIncomplete) {
    Bench bench("bench", [](auto&, sc_time&) {});
    EXPECT_EQ(bench.send(), "bench.monitor at 0 s, address 64: the target left the status INCOMPLETE");
}

TEST(Monitor, ReportsFieldsThatChanged) {
    Bench bench("bench", [](auto& request, sc_time& delay) {
        good(request, delay);
        request.set_data_length(2);
    });
    EXPECT_EQ(bench.send(), "bench.monitor at 0 s, address 64: address, command, length or a pointer changed in b_transport");
}

TEST(Monitor, ReportsAStaleRequest) {
    Bench bench("bench", good);
    bench.payload.set_response_status(::tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(bench.send(), "bench.monitor at 0 s, address 64: the request carries a stale status");
    EXPECT_EQ(bench.monitor.statistics().reads, 1u);
}

}  // namespace
}  // namespace berth::tlm

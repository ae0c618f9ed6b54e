// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/monitor.hpp"

#include "models/tlm/payload_pool.hpp"

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

/// A target in four phases that answers as the test says.
struct PhasedBench : sc_core::sc_module {
    tlm_utils::simple_initiator_socket<PhasedBench> socket{"socket"};
    Monitor monitor;
    tlm_utils::simple_target_socket<PhasedBench> target{"target"};
    PayloadPool pool;
    std::uint32_t word = 0;
    bool completes = false;  ///< answers requests at once

    explicit PhasedBench(const sc_core::sc_module_name& name, Monitor::Beyond beyond = Monitor::Beyond::target)
        : sc_module(name), monitor("monitor", beyond) {
        socket.bind(monitor.target);
        monitor.initiator.bind(target);
        socket.register_nb_transport_bw(this, &PhasedBench::backward);
        target.register_nb_transport_fw(this, &PhasedBench::forward);
        sc_core::sc_start(sc_core::SC_ZERO_TIME);
    }
    ::tlm::tlm_sync_enum forward(::tlm::tlm_generic_payload& payload, ::tlm::tlm_phase&, sc_time&) {
        if (!completes) return ::tlm::TLM_ACCEPTED;
        payload.set_response_status(::tlm::TLM_OK_RESPONSE);
        return ::tlm::TLM_COMPLETED;
    }
    ::tlm::tlm_sync_enum backward(::tlm::tlm_generic_payload&, ::tlm::tlm_phase&, sc_time&) { return ::tlm::TLM_ACCEPTED; }

    ::tlm::tlm_generic_payload& request() {
        ::tlm::tlm_generic_payload& payload = pool.acquire();
        payload.set_read();
        payload.set_data_ptr(reinterpret_cast<unsigned char*>(&word));
        payload.set_data_length(4);
        payload.set_response_status(::tlm::TLM_INCOMPLETE_RESPONSE);
        return payload;
    }
    void send(::tlm::tlm_generic_payload& payload, ::tlm::tlm_phase phase) {
        sc_time delay;
        if (phase == ::tlm::BEGIN_REQ || phase == ::tlm::END_RESP)
            socket->nb_transport_fw(payload, phase, delay);
        else
            target->nb_transport_bw(payload, phase, delay);
    }
    [[nodiscard]] std::string said() const { return monitor.violations().empty() ? "" : monitor.violations().back(); }
};

TEST(Monitor, ReportsTwoOpenRequestsOnALink) {
    PhasedBench bench("bench");
    bench.send(bench.request(), ::tlm::BEGIN_REQ);
    EXPECT_EQ(bench.said(), "");
    bench.send(bench.request(), ::tlm::BEGIN_REQ);
    EXPECT_EQ(bench.said(), "bench.monitor at 0 s, address 0: BEGIN_REQ while another request waits for its END_REQ");
}

TEST(Monitor, ReportsTwoOpenResponsesOnALink) {
    PhasedBench bench("bench");
    auto &first = bench.request(), &second = bench.request();
    for (auto* payload : {&first, &second}) {
        bench.send(*payload, ::tlm::BEGIN_REQ);
        bench.send(*payload, ::tlm::END_REQ);
        payload->set_response_status(::tlm::TLM_OK_RESPONSE);
    }
    bench.send(first, ::tlm::BEGIN_RESP);
    EXPECT_EQ(bench.said(), "");
    bench.send(second, ::tlm::BEGIN_RESP);
    EXPECT_EQ(bench.said(), "bench.monitor at 0 s, address 0: BEGIN_RESP while another response waits for its END_RESP");
}

TEST(Monitor, AllowsAnEarlyAnswerWhileAResponseIsOpen) {
    PhasedBench bench("bench");
    auto &first = bench.request(), &second = bench.request();
    bench.send(first, ::tlm::BEGIN_REQ);
    bench.send(first, ::tlm::END_REQ);
    first.set_response_status(::tlm::TLM_OK_RESPONSE);
    bench.send(first, ::tlm::BEGIN_RESP);
    bench.completes = true;
    bench.send(second, ::tlm::BEGIN_REQ);
    EXPECT_EQ(bench.said(), "");
    bench.send(first, ::tlm::END_RESP);
    EXPECT_EQ(bench.said(), "");
    EXPECT_EQ(bench.monitor.statistics().reads, 2u);
}

class MonitorBefore : public ::testing::TestWithParam<Monitor::Beyond> {};
INSTANTIATE_TEST_SUITE_P(Parts, MonitorBefore, ::testing::Values(Monitor::Beyond::target, Monitor::Beyond::interconnect),
                         [](const auto& part) { return part.param == Monitor::Beyond::target ? "target" : "interconnect"; });

TEST_P(MonitorBefore, LetsAnInterconnectTranslateTheAddressButNoTarget) {
    PhasedBench bench("bench", GetParam());
    auto& payload = bench.request();
    bench.send(payload, ::tlm::BEGIN_REQ);
    payload.set_address(64);
    bench.send(payload, ::tlm::END_REQ);
    EXPECT_EQ(bench.monitor.violations().size(), GetParam() == Monitor::Beyond::target ? 1u : 0u);
}

}  // namespace
}  // namespace berth::tlm

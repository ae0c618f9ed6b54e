// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/register_bank.hpp"

#include "models/tlm/monitor.hpp"

#include <gtest/gtest.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <random>

namespace berth::tlm {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;

constexpr auto kRead = ::tlm::TLM_READ_COMMAND, kWrite = ::tlm::TLM_WRITE_COMMAND;

constexpr std::array kTable{
    Register{"identification", 0x0, Access::read_only, 0xB0, "who"},
    Register{"control", 0x4, Access::read_write, 0x1, "what"},
    Register{"cause", 0x8, Access::write_one_to_clear, 0x0, "why"},
    Register{"far", 0x20, Access::read_write, 0x7, "behind a gap"},
};

struct Bench : sc_core::sc_module {
    tlm_utils::simple_initiator_socket<Bench> socket{"socket"};
    Monitor monitor{"monitor"};
    RegisterBank bank{"bank", kTable, sc_time(2, SC_NS)};
    sc_time delay{10, SC_NS};

    explicit Bench(const sc_core::sc_module_name& name) : sc_module(name) {
        socket.bind(monitor.target);
        monitor.initiator.bind(bank.socket);
        sc_core::sc_start(sc_core::SC_ZERO_TIME);
    }

    /// A transaction as the test wants it, with the streaming width of a plain burst where none is given.
    ::tlm::tlm_response_status send(::tlm::tlm_command command, std::uint64_t address, void* data, unsigned length,
                                    std::optional<unsigned> width = {}, unsigned char* enables = nullptr) {
        ::tlm::tlm_generic_payload request;
        fill(request, command, address, data, length);
        request.set_streaming_width(width.value_or(length));
        request.set_byte_enable_ptr(enables);
        request.set_byte_enable_length(enables == nullptr ? 0 : 1);
        socket->b_transport(request, delay);
        return request.get_response_status();
    }
    unsigned debug(::tlm::tlm_command command, std::uint64_t address, void* data, unsigned length) {
        ::tlm::tlm_generic_payload request;
        fill(request, command, address, data, length);
        return socket->transport_dbg(request);
    }
    ::tlm::tlm_response_status write(std::uint64_t address, std::uint32_t word) { return send(kWrite, address, &word, 4); }
    std::uint32_t read(std::uint64_t address) {
        std::uint32_t word = 0xDEAD;
        EXPECT_EQ(send(kRead, address, &word, 4), ::tlm::TLM_OK_RESPONSE);
        return word;
    }

private:
    static void fill(::tlm::tlm_generic_payload& request, ::tlm::tlm_command command, std::uint64_t address, void* data, unsigned length) {
        request.set_command(command);
        request.set_address(address);
        request.set_data_ptr(static_cast<unsigned char*>(data));
        request.set_data_length(length);
    }
};

TEST(RegisterBank, AnswersByAccessAndAddsItsTimeToTheDelay) {
    Bench bench("bench");
    EXPECT_EQ(bench.read(0x0), 0xB0u);
    EXPECT_EQ(bench.delay, sc_time(12, SC_NS));
    EXPECT_EQ(bench.write(0x0, 5), ::tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(bench.read(0x0), 0xB0u) << "read only";
    bench.write(0x4, 42);
    EXPECT_EQ(bench.read(0x4), 42u);
    bench.bank.set(0x8, 0b111);
    bench.write(0x8, 0b101);
    EXPECT_EQ(bench.read(0x8), 0b010u) << "ones clear";
    EXPECT_TRUE(bench.monitor.violations().empty());
    EXPECT_EQ(bench.monitor.statistics().reads, 4u);
    EXPECT_EQ(bench.monitor.statistics().bytes_written, 12u);
}

TEST(RegisterBank, TakesABurstOfWordsOrNothingOfIt) {
    Bench bench("bench");
    std::array<std::uint32_t, 3> words{1, 2, 3};
    EXPECT_EQ(bench.send(kWrite, 0x0, words.data(), 12), ::tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(bench.read(0x4), 2u);
    words = {7, 8, 9};
    EXPECT_EQ(bench.send(kWrite, 0x4, words.data(), 12), ::tlm::TLM_ADDRESS_ERROR_RESPONSE);
    EXPECT_EQ(bench.read(0x4), 2u) << "a refused burst changes nothing";
}

TEST(RegisterBank, SaysWhyItRefuses) {
    Bench bench("bench");
    std::uint64_t data = 0;
    unsigned char enables = 0xFF;
    EXPECT_EQ(bench.send(kWrite, 0x4, &data, 4, 4, &enables), ::tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    EXPECT_EQ(bench.send(kWrite, 0x4, &data, 8, 4), ::tlm::TLM_BURST_ERROR_RESPONSE);
    EXPECT_EQ(bench.send(kWrite, 0x4, &data, 3), ::tlm::TLM_BURST_ERROR_RESPONSE);
    EXPECT_EQ(bench.send(kRead, 0x2, &data, 4), ::tlm::TLM_ADDRESS_ERROR_RESPONSE);
    EXPECT_EQ(bench.send(kRead, 0xC, &data, 4), ::tlm::TLM_ADDRESS_ERROR_RESPONSE);
    EXPECT_EQ(bench.send(kRead, UINT64_MAX - 3, &data, 4), ::tlm::TLM_ADDRESS_ERROR_RESPONSE);
    EXPECT_EQ(bench.send(::tlm::TLM_IGNORE_COMMAND, 0x4, &data, 4), ::tlm::TLM_COMMAND_ERROR_RESPONSE);
    EXPECT_EQ(bench.send(kRead, 0x20, &data, 4, 0), ::tlm::TLM_OK_RESPONSE) << "streaming width 0 means none";
    EXPECT_EQ(data, 7u);
    EXPECT_EQ(bench.monitor.statistics().errors, 7u);
    EXPECT_TRUE(bench.monitor.violations().empty());
}

TEST(RegisterBank, KeepsDebugAccessFreeOfSideEffects) {
    Bench bench("bench");
    int calls = 0;
    bench.bank.on_write([&](std::uint32_t, std::uint32_t) { ++calls; });
    std::uint32_t word = 99;
    EXPECT_EQ(bench.debug(kWrite, 0x4, &word, 4), 0u);
    EXPECT_EQ(bench.debug(kRead, 0x4, &word, 4), 4u);
    EXPECT_EQ(word, 1u);
    EXPECT_EQ(calls, 0);
    bench.write(0x20, 1);
    EXPECT_EQ(calls, 1);
}

TEST(RegisterBank, StaysSaneUnderRandomTraffic) {
    Bench bench("bench");
    std::mt19937 random(1);
    std::array<std::uint32_t, 16> data{};
    for (int i = 0; i < 20000; ++i) {
        const auto address = random() % 64;
        const unsigned length = 1 + random() % 40;
        const sc_time before = bench.delay;
        const bool whole = address % 4 == 0 && length % 4 == 0;
        const auto status = bench.send(random() % 2 ? kRead : kWrite, address, data.data(), length, random() % 50);
        EXPECT_NE(status, ::tlm::TLM_INCOMPLETE_RESPONSE);
        EXPECT_GE(bench.delay, before);
        if (!whole) {
            EXPECT_NE(status, ::tlm::TLM_OK_RESPONSE);
        }
    }
    EXPECT_EQ(bench.bank.value(0x0), 0xB0u);
    EXPECT_TRUE(bench.monitor.violations().empty());
}

}  // namespace
}  // namespace berth::tlm

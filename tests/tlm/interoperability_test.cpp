// SPDX-License-Identifier: Apache-2.0
// The accelerator and its parts among strangers who use everything that the base protocol allows. BERTH_TRANSACTIONS says how
// many transactions each case takes; the cases labelled slow take a million.
#include "models/tlm/burst.hpp"
#include "models/tlm/system_bus.hpp"
#include "tests/tlm/hostile_memory.hpp"
#include "tests/tlm/register_traffic.hpp"
#include "tests/tlm/soc_bench.hpp"

#include <bit>
#include <cstdlib>
#include <map>

namespace berth::test {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;
using tlm::Monitor;
using tlm::View;

std::uint64_t transactions() {
    const char* wanted = std::getenv("BERTH_TRANSACTIONS");
    return wanted == nullptr ? 20000 : std::strtoull(wanted, nullptr, 10);
}

class Interoperability : public ::testing::TestWithParam<View> {};
INSTANTIATE_TEST_SUITE_P(Views, Interoperability, ::testing::Values(View::lt, View::at),
                         [](const auto& view) { return view.param == View::lt ? "lt" : "at"; });

/// A processor and random traffic share the registers over a bus; the DMA's memory is hostile, and behind an interconnect that
/// moves addresses. A monitor stands on every link.
struct HostileBench : FirmwareBench {
    static constexpr std::uint64_t kShift = 0x4000'0000;

    tlm::SystemBus bus{"bus"};
    Mangler mangler{"mangler", kShift};
    HostileMemory memory{"memory", kMemoryBytes, kShift, 3};
    Monitor processor_link{"processor_link", Monitor::Beyond::interconnect}, traffic_link{"traffic_link", Monitor::Beyond::interconnect},
        csr_link{"csr_link"}, host_link{"host_link"}, dma_link{"dma_link", Monitor::Beyond::interconnect}, memory_link{"memory_link"};
    RegisterTraffic traffic;

    HostileBench(View view, const std::function<void(HostileBench&)>& firmware, std::function<void(RegisterTraffic&)> others)
        : FirmwareBench("bench", view, [this, firmware] { firmware(*this); }), traffic("traffic", 17, std::move(others)) {
        processor.csr.bind(processor_link.target);
        traffic.socket.bind(traffic_link.target);
        processor_link.initiator.bind(bus.from);
        traffic_link.initiator.bind(bus.from);
        bus.add(csr_link.target, 0, RegisterOracle::kWindow);
        csr_link.initiator.bind(accelerator.csr());
        processor.memory.bind(host_link.target);
        host_link.initiator.bind(memory.honest);
        accelerator.dma().bind(dma_link.target);
        dma_link.initiator.bind(mangler.target);
        mangler.initiator.bind(memory_link.target);
        memory_link.initiator.bind(memory.socket);
        put_image();
    }
    void put_image() { std::copy(image_bytes.begin(), image_bytes.end(), memory.bytes.begin()); }
    void run() {
        FirmwareBench::run({&processor_link, &traffic_link, &csr_link, &host_link, &dma_link, &memory_link});
        EXPECT_TRUE(traffic.done()) << "the traffic hangs";
    }
};

/// One access, held to the oracle.
void exchange(RegisterTraffic& traffic, RegisterOracle& oracle, RegisterAccess access) {
    const auto status = RegisterOracle::status(access);
    const auto given = access.data;
    ASSERT_EQ(traffic.send(access), status) << "command " << access.command << " address " << access.address << " length " << access.length
                                            << " width " << access.width << " enables " << access.enables;
    const bool read = access.command == ::tlm::TLM_READ_COMMAND;
    if (status != ::tlm::TLM_OK_RESPONSE || !read) {
        ASSERT_EQ(access.data, given) << "data came where none was asked for";
    }
    if (status != ::tlm::TLM_OK_RESPONSE) return;
    for (std::uint32_t at = 0; at < access.length; at += 4) {
        const auto offset = static_cast<std::uint32_t>(access.address + at);
        if (!read) oracle.written(offset, access.word(at));
        const auto expected = oracle.expected(offset);
        if (read && expected) {
            ASSERT_EQ(access.word(at), *expected) << "register " << offset;
        }
    }
}

void write(RegisterTraffic& traffic, RegisterOracle& oracle, std::uint32_t offset, std::uint32_t word) {
    RegisterAccess access;
    access.command = ::tlm::TLM_WRITE_COMMAND;
    access.address = offset;
    std::memcpy(access.data.data(), &word, sizeof word);
    exchange(traffic, oracle, access);
}

/// Rings that can be, over whatever lies in memory: most of it is no descriptor at all.
void set_rings_going(RegisterTraffic& traffic, RegisterOracle& oracle) {
    write(traffic, oracle, BERTH_REG_CONTROL, BERTH_CONTROL_SOFT_RESET);
    write(traffic, oracle, BERTH_REG_RING_BASE_LOW, traffic.some(HostileBench::kMemoryBytes / 64) * 64);
    write(traffic, oracle, BERTH_REG_COMPLETION_BASE_LOW, traffic.some(HostileBench::kMemoryBytes / 32) * 32);
    write(traffic, oracle, BERTH_REG_RING_ENTRIES, 1u << traffic.some(6));
    write(traffic, oracle, BERTH_REG_CONTROL, BERTH_CONTROL_ENABLE);
    write(traffic, oracle, BERTH_REG_TAIL, traffic.some(20));
}

TEST_P(Interoperability, AnswersAnyTrafficAtTheRegistersByTheBook) {
    bool over = false;
    HostileBench bench(
        GetParam(),
        [&](HostileBench& soc) {
            while (!over) soc.processor.sleep(sc_time(10, sc_core::SC_US));
            soc.put_image();
            soc.processor.write_register(BERTH_REG_CONTROL, BERTH_CONTROL_SOFT_RESET);
            soc.open();
            soc.load();
            soc.post(1, 12);
            EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
            EXPECT_TRUE(soc.answered(1, 12)) << "after all that it works as on the first day";
        },
        [&](RegisterTraffic& traffic) {
            RegisterOracle oracle(16);
            while (traffic.phased + traffic.blocking < transactions() && !::testing::Test::HasFatalFailure()) {
                if (traffic.some(200) == 0) set_rings_going(traffic, oracle);
                if (traffic.some(20) == 0) {
                    RegisterAccess look = random_access(traffic);
                    look.command = traffic.some(2) == 0 ? ::tlm::TLM_READ_COMMAND : ::tlm::TLM_WRITE_COMMAND;
                    EXPECT_LE(traffic.debug(look), look.length);
                }
                exchange(traffic, oracle, random_access(traffic));
            }
            over = true;
        });
    std::mt19937 random(4);
    for (auto& byte : bench.memory.bytes) byte = static_cast<std::byte>(random() % 5);
    bench.run();
    EXPECT_GE(bench.traffic.phased + bench.traffic.blocking, transactions());
    EXPECT_GT(bench.traffic.phased, transactions() / 4);
    EXPECT_GT(bench.memory.answered(), transactions() / 100) << "the rings did run";
}

/// Requests that come back done must be right; those that met a refused burst are repeated, as a driver does.
void serve_requests(HostileBench& soc, std::uint64_t& done) {
    soc.open();
    soc.load();
    std::mt19937 random(9);
    std::map<std::uint64_t, std::uint32_t> waiting;
    std::uint64_t tag = 0;
    bool loaded = true;
    while (soc.memory.answered() + soc.traffic.phased + soc.traffic.blocking < transactions()) {
        while (waiting.size() < 8) {
            ++tag;
            const auto task = static_cast<std::uint32_t>(random() % 2);
            soc.post(task, tag);
            waiting[tag] = task;
        }
        const berth_status status = berth_wait(&soc.device);
        if (status == BERTH_HALTED) {
            soc.processor.check(berth_recover(&soc.device, &loaded));
            ASSERT_TRUE(loaded);
            waiting.clear();
            continue;
        }
        soc.processor.check(status);
        berth_completion completion{};
        soc.processor.check(berth_take(&soc.device, &completion));
        ASSERT_TRUE(waiting.contains(completion.tag));
        ASSERT_TRUE(completion.outcome == BERTH_OUTCOME_DONE || completion.outcome == BERTH_OUTCOME_BUS_ERROR) << completion.outcome;
        if (completion.outcome == BERTH_OUTCOME_DONE) {
            ASSERT_TRUE(soc.answered(waiting[completion.tag], completion.tag));
            ++done;
        }
        waiting.erase(completion.tag);
    }
}

TEST_P(Interoperability, GivesRightAnswersOverAHostileMemory) {
    bool over = false;
    std::uint64_t done = 0;
    HostileBench bench(
        GetParam(),
        [&](HostileBench& soc) {
            serve_requests(soc, done);
            over = true;
        },
        [&](RegisterTraffic& traffic) {
            // Looks and mistakes alone: what would change anything is the processor's.
            while (!over) {
                RegisterAccess access = random_access(traffic);
                const auto status = RegisterOracle::status(access);
                if (status == ::tlm::TLM_OK_RESPONSE) access.command = ::tlm::TLM_READ_COMMAND;
                ASSERT_EQ(traffic.send(access), status);
                traffic.sleep(sc_time(200, SC_NS));
            }
        });
    // After the image has come through, one burst in a hundred or so is refused.
    bench.memory.verdict = [&bench, random = std::mt19937(2)](std::uint64_t address) mutable {
        if (address < bench.image_bytes.size() || random() % 100 != 0) return ::tlm::TLM_OK_RESPONSE;
        return random() % 2 == 0 ? ::tlm::TLM_GENERIC_ERROR_RESPONSE : ::tlm::TLM_COMMAND_ERROR_RESPONSE;
    };
    bench.run();
    EXPECT_GT(done, transactions() / 200);
    EXPECT_GT(bench.memory.refused(), 10u);
}

/// A DMA alone over a hostile memory of which some pages refuse.
struct DmaBench : sc_core::sc_module {
    static constexpr std::uint64_t kBytes = 1 << 18, kShift = 0x8000'0000;

    tlm::Dma dma;
    Mangler mangler{"mangler", kShift};
    HostileMemory memory{"memory", kBytes, kShift, 8};
    Monitor dma_link{"dma_link", Monitor::Beyond::interconnect}, memory_link{"memory_link"};
    std::function<void(DmaBench&)> program;
    bool done = false;

    DmaBench(View view, std::function<void(DmaBench&)> run)
        : sc_module(sc_core::sc_module_name("bench")), dma("dma", tlm::DmaParams{sc_time(1, SC_NS), 64, 8, view}), program(std::move(run)) {
        dma.socket.bind(dma_link.target);
        dma_link.initiator.bind(mangler.target);
        mangler.initiator.bind(memory_link.target);
        memory_link.initiator.bind(memory.socket);
        SC_HAS_PROCESS(DmaBench);
        SC_THREAD(main);
    }
    void main() {
        program(*this);
        done = true;
    }
    static bool refuses(std::uint64_t address) { return address / tlm::kPageBytes % 7 == 3; }

    /// The first byte of a range that no memory answers for, or its end.
    static std::uint64_t first_refused(std::uint64_t address, std::uint64_t bytes) {
        for (std::uint64_t at = address; at < address + bytes; at = (at / tlm::kPageBytes + 1) * tlm::kPageBytes)
            if (refuses(at) || at >= kBytes) return at;
        return address + bytes;
    }
};

void transfer_at_random(DmaBench& bench) {
    std::mt19937 random(6);
    auto& memory = bench.memory.bytes;
    while (bench.dma.bursts() < transactions()) {
        const std::uint64_t address = random() % DmaBench::kBytes, bytes = random() % (random() % 4 == 0 ? 12000 : 700);
        std::vector<std::byte> data(bytes);
        for (auto& byte : data) byte = static_cast<std::byte>(random());
        const auto given = data;
        const bool write = random() % 2 == 0;
        std::vector<std::byte> before(memory);
        const tlm::DmaResult said = write ? bench.dma.write(address, data) : bench.dma.read(address, data);
        const std::uint64_t refused = DmaBench::first_refused(address, bytes);
        ASSERT_EQ(said.ok(), refused == address + bytes);
        if (!said.ok()) {
            ASSERT_EQ(said.failed_address, refused);
        }
        const auto good = static_cast<std::ptrdiff_t>(refused - address), at = static_cast<std::ptrdiff_t>(address);
        ASSERT_TRUE(std::equal(data.begin(), data.begin() + good, memory.begin() + at)) << "what was before the failure is there";
        if (write) std::copy(given.begin(), given.end(), data.begin());
        if (!write) {
            ASSERT_EQ(before, memory);
        }
    }
}

TEST_P(Interoperability, MovesEveryByteOverAHostileMemoryAndSaysWhereItFailed) {
    DmaBench bench(GetParam(), transfer_at_random);
    bench.memory.verdict = [](std::uint64_t address) {
        return DmaBench::refuses(address) ? ::tlm::TLM_GENERIC_ERROR_RESPONSE : ::tlm::TLM_OK_RESPONSE;
    };
    sc_core::sc_start();
    EXPECT_TRUE(bench.done) << "the DMA hangs";
    for (const Monitor* link : {&bench.dma_link, &bench.memory_link}) EXPECT_TRUE(link->violations().empty()) << link->violations().front();
    EXPECT_GE(bench.dma_link.statistics().reads + bench.dma_link.statistics().writes, transactions());
    EXPECT_GT(bench.memory.refused(), transactions() / 1000);
    if (GetParam() == View::at) {
        EXPECT_GT(bench.memory.out_of_order(), transactions() / 20);
    }
}

/// Straight to the memory: a monitor would have much to say.
struct RudeBench : sc_core::sc_module {
    tlm::Dma dma;
    HostileMemory memory{"memory", DmaBench::kBytes, 0, 8};
    bool done = false;

    explicit RudeBench(View view)
        : sc_module(sc_core::sc_module_name("bench")), dma("dma", tlm::DmaParams{sc_time(1, SC_NS), 64, 8, view}) {
        memory.rude = true;
        dma.socket.bind(memory.socket);
        SC_HAS_PROCESS(RudeBench);
        SC_THREAD(main);
    }
    void main() {
        std::mt19937 random(6);
        for (int round = 0; round < 400; ++round) {
            const std::uint64_t address = random() % (DmaBench::kBytes - 3000);
            std::vector<std::byte> given(random() % 3000), got(given.size());
            for (auto& byte : given) byte = static_cast<std::byte>(random());
            ASSERT_TRUE(dma.write(address, given).ok());
            ASSERT_TRUE(dma.read(address, got).ok());
            ASSERT_EQ(given, got);
        }
        done = true;
    }
};

TEST_P(Interoperability, TrustsNoFieldThatComesBack) {
    RudeBench bench(GetParam());
    sc_core::sc_start();
    EXPECT_TRUE(bench.done);
}

}  // namespace
}  // namespace berth::test

// SPDX-License-Identifier: Apache-2.0
// The accelerator as firmware sees it, through the driver in C: docs/registers.md, sentence by sentence.
#include "tests/tlm/soc_bench.hpp"

#include <bit>
#include <map>
#include <random>

namespace berth::test {
namespace {

using platform::Command;
using platform::Descriptor;
using platform::Outcome;
using sc_core::SC_NS;
using sc_core::sc_time;
using sc_core::SC_US;

constexpr auto number = [](Outcome outcome) { return static_cast<std::uint32_t>(outcome); };

class InBothViews : public ::testing::TestWithParam<tlm::View> {};
INSTANTIATE_TEST_SUITE_P(ProgrammersView, InBothViews, ::testing::Values(tlm::View::lt, tlm::View::at),
                         [](const auto& view) { return std::string(view.param == tlm::View::lt ? "lt" : "at"); });

TEST(ProgrammersView, IdentifiesItself) {
    SocBench("soc", tlm::View::lt, [](SocBench& soc) {
        EXPECT_EQ(soc.processor.read_register(BERTH_REG_IDENTIFICATION), BERTH_IDENTIFICATION);
        EXPECT_EQ(soc.processor.read_register(BERTH_REG_VERSION) >> BERTH_VERSION_MAJOR_SHIFT, BERTH_REGISTERS_MAJOR);
        EXPECT_EQ(soc.processor.read_register(BERTH_REG_TILES), 16u);
        const std::uint32_t capability = soc.processor.read_register(BERTH_REG_CAPABILITY);
        EXPECT_EQ(1u << ((capability & BERTH_CAPABILITY_DESCRIPTOR_LOG2) >> BERTH_CAPABILITY_DESCRIPTOR_LOG2_SHIFT), sizeof(Descriptor));
        EXPECT_EQ(1u << ((capability & BERTH_CAPABILITY_COMPLETION_LOG2) >> BERTH_CAPABILITY_COMPLETION_LOG2_SHIFT),
                  sizeof(platform::Completion));
    }).run();
}

TEST(ProgrammersView, HasTheSameLayoutInCAndCpp) {
    EXPECT_EQ(offsetof(Descriptor, command), BERTH_DESCRIPTOR_COMMAND);
    EXPECT_EQ(offsetof(Descriptor, address), BERTH_DESCRIPTOR_ADDRESS);
    EXPECT_EQ(offsetof(Descriptor, result), BERTH_DESCRIPTOR_RESULT);
    EXPECT_EQ(offsetof(Descriptor, reserved), BERTH_DESCRIPTOR_RESERVED);
    EXPECT_EQ(sizeof(Descriptor), sizeof(berth_descriptor));
    EXPECT_EQ(offsetof(platform::Completion, finished_ps), BERTH_COMPLETION_FINISHED_PS);
    EXPECT_EQ(sizeof(platform::Completion), sizeof(berth_completion));
}

TEST_P(InBothViews, ServesRequestsOfSeveralTasksQueuedTogether) {
    SocBench("soc", GetParam(), [](SocBench& soc) {
        soc.open();
        soc.load();
        constexpr std::uint64_t kRequests = 40;
        std::uint64_t next = 0, tokens = 0;
        std::map<std::uint64_t, berth_completion> finished;
        while (finished.size() < kRequests) {
            for (; next < kRequests && berth_outstanding(&soc.device) < 8; ++next) {
                soc.post(next % 2, next);
                tokens += SocBench::sentence(next).ids.size();
            }
            const berth_completion completion = soc.finish();
            finished[completion.tag] = completion;
        }
        for (const auto& [tag, completion] : finished) {
            EXPECT_EQ(completion.outcome, BERTH_OUTCOME_DONE);
            EXPECT_TRUE(soc.answered(tag % 2, tag)) << tag;
        }
        soc.processor.sleep(sc_time(100, SC_US));
        berth_counters counters{};
        soc.processor.check(berth_read_counters(&soc.device, &counters));
        EXPECT_EQ(counters.requests, kRequests);
        EXPECT_EQ(counters.failed, 0u);
        EXPECT_EQ(counters.tokens, tokens);
        EXPECT_EQ(counters.array_reads, static_cast<std::uint64_t>(soc.accelerator.array_actions().reads));
        EXPECT_EQ(counters.dma_bytes_read, soc.image_bytes.size() + 64 * (kRequests + 1) + 8 * tokens);
        EXPECT_EQ(counters.dma_bytes_written, 32 * (kRequests + 1) + 8 * kRequests);
        EXPECT_NEAR(static_cast<double>(counters.cycles), sc_core::sc_time_stamp().to_seconds() * soc.config.timing.clock_hz, 1000.0);
    }).run();
}

Descriptor request(std::uint64_t tag) { return {Command::run_request, 0, SocBench::kTokens, 1, SocBench::kResults, tag}; }

/// One mistake, what the accelerator must say, and of which address.
struct Mistake {
    Descriptor descriptor;
    Outcome outcome;
    std::uint64_t address = 0;
};

std::vector<Mistake> mistakes(const SocBench& soc) {
    constexpr std::uint64_t kEnd = SocBench::kMemoryBytes;
    std::vector<Mistake> list;
    const auto add = [&](Outcome outcome, std::uint64_t address, auto&& change) {
        Descriptor descriptor = request(list.size());
        change(descriptor);
        list.push_back({descriptor, outcome, address});
    };
    add(Outcome::unknown_command, 0, [](Descriptor& d) { d.command = Command{0}; });
    add(Outcome::unknown_command, 0, [](Descriptor& d) { d.command = Command{0xFFFFFFFF}; });
    add(Outcome::bad_descriptor, 0, [](Descriptor& d) { d.reserved = 1; });
    add(Outcome::bad_descriptor, 0, [](Descriptor& d) { d.command = Command::unload, d.deadline_ps = 1; });
    add(Outcome::bad_descriptor, 0, [](Descriptor& d) { d.address = UINT64_MAX - 2; });
    add(Outcome::bad_descriptor, 0, [](Descriptor& d) { d.result = UINT64_MAX - 6; });
    add(Outcome::bad_request, 0, [](Descriptor& d) { d.task = 2; });
    add(Outcome::bad_request, 0, [](Descriptor& d) { d.length = 0; });
    add(Outcome::bad_request, 0, [](Descriptor& d) { d.length = 17; });
    add(Outcome::bad_request, 0, [](Descriptor& d) { d.length = UINT64_MAX / 2 + 1; });
    add(Outcome::bad_request, 0, [](Descriptor& d) { d.address = 0; });
    add(Outcome::bus_error, kEnd, [](Descriptor& d) { d.address = kEnd; });
    add(Outcome::bus_error, kEnd + 1, [](Descriptor& d) { d.result = kEnd + 1; });
    add(Outcome::bad_image, 0, [](Descriptor& d) { d = {Command::load_image, 0, 8, 4096, 0, d.tag}; });
    add(Outcome::bad_image, 0, [](Descriptor& d) { d = {Command::load_image, 0, 0, 0, 0, d.tag}; });
    add(Outcome::bad_image, 0, [&](Descriptor& d) { d = {Command::load_image, 0, 0, soc.image_bytes.size() - 1, 0, d.tag}; });
    add(Outcome::bus_error, kEnd, [](Descriptor& d) { d = {Command::load_image, 0, kEnd - 64, 4096, 0, d.tag}; });
    add(Outcome::bad_image, 0, [](Descriptor& d) { d = {Command::load_image, 0, 0, UINT64_MAX, 0, d.tag}; });
    add(Outcome::bad_descriptor, 0, [](Descriptor& d) { d = {Command::load_image, 0, 64, UINT64_MAX, 0, d.tag}; });
    add(Outcome::bad_request, 0, [](Descriptor& d) { d = {Command::unload, 7, 0, 0, 0, d.tag}; });
    add(Outcome::bad_request, 0, [](Descriptor& d) { d = {Command::set_power, 2, 0, 0, 0, d.tag}; });
    return list;
}

TEST_P(InBothViews, AnswersEveryMistakeAndGoesOn) {
    SocBench("soc", GetParam(), [](SocBench& soc) {
        soc.open();
        soc.load();
        for (const Mistake& mistake : mistakes(soc)) {
            soc.give(mistake.descriptor);
            const berth_completion said = soc.finish();
            EXPECT_EQ(said.tag, mistake.descriptor.tag);
            EXPECT_EQ(said.outcome, number(mistake.outcome)) << "mistake " << said.tag;
            EXPECT_EQ(said.failed_address, mistake.address) << "mistake " << said.tag;
            berth_fault fault{};
            soc.processor.check(berth_read_fault(&soc.device, &fault));
            EXPECT_EQ(fault.outcome, number(mistake.outcome));
            EXPECT_EQ(fault.address, mistake.address);
            EXPECT_FALSE(fault.halted);
        }
        soc.post(1, 5);
        EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
        EXPECT_TRUE(soc.answered(1, 5));
    }).run();
}

TEST(ProgrammersView, BelievesTheImagesOwnLengthAndNotTheDescriptors) {
    SocBench("soc", tlm::View::lt, [](SocBench& soc) {
        soc.open();
        for (const std::uint64_t length : {std::uint64_t{1} << 40, UINT64_MAX, soc.image_bytes.size() + 1}) {
            soc.give({Command::load_image, 0, 0, length, 0, 1});
            EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_BAD_IMAGE);
        }
        berth_counters counters{};
        soc.processor.check(berth_read_counters(&soc.device, &counters));
        EXPECT_LE(counters.dma_bytes_read, 3 * (SocBench::kMemoryBytes + 64)) << "no more was fetched than the first part";
    }).run();
}

TEST(ProgrammersView, SaysThatThereIsNoImage) {
    SocBench("soc", tlm::View::lt, [](SocBench& soc) {
        soc.open();
        soc.post(0, 3);
        EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_NO_IMAGE);
        soc.processor.check(berth_unload(&soc.device, 0, 4));
        EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_NO_IMAGE);
    }).run();
}

TEST(ProgrammersView, RefusesAnImageThatTheChipCannotHold) {
    SocBench("soc", tlm::View::lt,
             [](SocBench& soc) {
                 soc.open();
                 soc.processor.check(berth_load_image(&soc.device, 0, soc.image_bytes.size(), 9));
                 EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_NO_ROOM);
                 EXPECT_EQ(soc.status() & BERTH_STATUS_LOADED, 0u);
             },
             {"hierarchy.tiles=1", "hierarchy.imas_per_tile=1", "hierarchy.arrays_per_ima=1"})
        .run();
}

TEST(ProgrammersView, UnloadsATaskOrTheImage) {
    SocBench("soc", tlm::View::lt, [](SocBench& soc) {
        soc.open();
        soc.load();
        soc.post(1, 4);
        soc.processor.check(berth_unload(&soc.device, 1, 50));
        EXPECT_EQ(soc.finish().tag, 4u) << "requests before it are served";
        EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
        soc.post(1, 5);
        EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_BAD_REQUEST);
        soc.post(0, 6);
        EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
        soc.processor.check(berth_unload(&soc.device, BERTH_EVERY_TASK, 51));
        EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
        EXPECT_EQ(soc.status() & BERTH_STATUS_LOADED, 0u);
        soc.load();
        soc.post(1, 7);
        EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE) << "loading brings every task back";
        EXPECT_TRUE(soc.answered(1, 7));
    }).run();
}

TEST(ProgrammersView, ServesWhatWasQueuedBeforeANewImage) {
    SocBench("soc", tlm::View::lt, [](SocBench& soc) {
        soc.open();
        soc.load();
        for (std::uint64_t tag = 1; tag < 5; ++tag) soc.post(0, tag);
        soc.processor.check(berth_load_image(&soc.device, 0, soc.image_bytes.size(), 99));
        for (int i = 0; i < 5; ++i) EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
        for (std::uint64_t tag = 1; tag < 5; ++tag) EXPECT_TRUE(soc.answered(0, tag));
    }).run();
}

TEST(ProgrammersView, RefusesWorkWhileThePowerIsOff) {
    SocBench("soc", tlm::View::lt, [](SocBench& soc) {
        soc.open();
        soc.load();
        soc.processor.check(berth_set_power(&soc.device, false, 1));
        EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
        EXPECT_NE(soc.status() & BERTH_STATUS_POWERED_DOWN, 0u);
        const sc_time begin = sc_core::sc_time_stamp();
        soc.post(0, 2);
        EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_POWERED_DOWN);
        soc.processor.sleep(sc_time(100, SC_US));
        soc.processor.check(berth_set_power(&soc.device, true, 3));
        EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
        const double slept = (sc_core::sc_time_stamp() - begin).to_seconds();
        soc.post(0, 4);
        EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
        EXPECT_TRUE(soc.answered(0, 4)) << "cells keep their state";
        berth_counters counters{};
        soc.processor.check(berth_read_counters(&soc.device, &counters));
        EXPECT_NEAR(static_cast<double>(counters.powered_down_cycles), slept * soc.config.timing.clock_hz, 500.0);
    }).run();
}

TEST(ProgrammersView, HaltsAtRingsThatCannotBe) {
    struct Bad {
        std::uint32_t offset, word;
    };
    SocBench("soc", tlm::View::lt, [](SocBench& soc) {
        for (const Bad& bad : {Bad{BERTH_REG_RING_ENTRIES, 0}, Bad{BERTH_REG_RING_ENTRIES, 3}, Bad{BERTH_REG_RING_ENTRIES, 131072},
                               Bad{BERTH_REG_RING_BASE_LOW, 0x40010}, Bad{BERTH_REG_COMPLETION_BASE_LOW, 0x50004}}) {
            soc.open();
            soc.processor.write_register(BERTH_REG_CONTROL, 0);
            soc.processor.write_register(bad.offset, bad.word);
            soc.processor.write_register(BERTH_REG_CONTROL, BERTH_CONTROL_ENABLE);
            EXPECT_EQ(berth_wait(&soc.device), BERTH_HALTED);
            EXPECT_EQ(soc.processor.read_register(BERTH_REG_ERROR_CODE), BERTH_OUTCOME_BAD_RING);
        }
        bool loaded = true;
        soc.processor.check(berth_recover(&soc.device, &loaded));
        EXPECT_FALSE(loaded);
        soc.load();
    }).run();
}

TEST(ProgrammersView, HaltsAtARingOverrunAndRecovers) {
    SocBench("soc", tlm::View::lt, [](SocBench& soc) {
        soc.open(4);
        soc.load();
        bool loaded = false;
        for (const auto& [offset, word] : {std::pair{BERTH_REG_TAIL, 100u}, std::pair{BERTH_REG_TAKEN, 77u}}) {
            soc.processor.write_register(offset, word);
            EXPECT_EQ(berth_wait(&soc.device), BERTH_HALTED);
            berth_fault fault{};
            soc.processor.check(berth_read_fault(&soc.device, &fault));
            EXPECT_EQ(fault.outcome, BERTH_OUTCOME_RING_OVERRUN);
            soc.processor.check(berth_recover(&soc.device, &loaded));
            EXPECT_TRUE(loaded);
        }
        soc.post(0, 6);
        EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
    }).run();
}

TEST(ProgrammersView, HaltsWithTheAddressWhereTheRingsCannotBeReached) {
    SocBench("soc", tlm::View::lt, [](SocBench& soc) {
        constexpr std::uint64_t kOutside = 2 * SocBench::kMemoryBytes;
        bool loaded = false;
        soc.open();
        soc.device.rings.completions = kOutside;
        soc.processor.check(berth_recover(&soc.device, &loaded));
        soc.give(request(1));
        EXPECT_EQ(berth_wait(&soc.device), BERTH_HALTED);
        berth_fault fault{};
        soc.processor.check(berth_read_fault(&soc.device, &fault));
        EXPECT_EQ(fault.outcome, BERTH_OUTCOME_BUS_ERROR);
        EXPECT_EQ(fault.address, kOutside);

        soc.device.rings.descriptors = kOutside + 4096;
        soc.processor.check(berth_recover(&soc.device, &loaded));
        soc.processor.write_register(BERTH_REG_TAIL, 1);
        EXPECT_EQ(berth_wait(&soc.device), BERTH_HALTED);
        soc.processor.check(berth_read_fault(&soc.device, &fault));
        EXPECT_EQ(fault.address, kOutside + 4096);
    }).run();
}

TEST(ProgrammersView, OverwritesNoCompletionThatWasNotTaken) {
    SocBench("soc", tlm::View::lt, [](SocBench& soc) {
        soc.open(4);
        for (std::uint64_t tag = 0; tag < 4; ++tag) soc.give(request(tag));
        soc.processor.sleep(sc_time(10, SC_US));
        EXPECT_EQ(soc.processor.read_register(BERTH_REG_COMPLETED), 4u);
        for (std::uint64_t tag = 4; tag < 8; ++tag) soc.give(request(tag));
        soc.processor.sleep(sc_time(10, SC_US));
        EXPECT_EQ(soc.processor.read_register(BERTH_REG_COMPLETED), 4u) << "there is no room";
        EXPECT_EQ(soc.processor.read_register(BERTH_REG_HEAD), 4u);
        for (std::uint64_t tag = 0; tag < 8; ++tag) EXPECT_EQ(soc.finish().tag, tag);
    }).run();
}

TEST(ProgrammersView, RaisesTheInterruptForEnabledCausesAlone) {
    SocBench("soc", tlm::View::lt, [](SocBench& soc) {
        soc.open();
        soc.processor.write_register(BERTH_REG_INTERRUPT_ENABLE, BERTH_INTERRUPT_STATUS_WATCHDOG);
        soc.give(request(1));
        soc.processor.sleep(sc_time(10, SC_US));
        const std::uint32_t causes = soc.processor.read_register(BERTH_REG_INTERRUPT_STATUS);
        EXPECT_EQ(causes, BERTH_INTERRUPT_STATUS_COMPLETION | BERTH_INTERRUPT_STATUS_ERROR);
        EXPECT_FALSE(soc.irq.read());
        soc.processor.write_register(BERTH_REG_INTERRUPT_ENABLE, BERTH_INTERRUPT_STATUS_ERROR);
        soc.processor.sleep(sc_time(1, SC_NS));
        EXPECT_TRUE(soc.irq.read());
        soc.processor.write_register(BERTH_REG_INTERRUPT_STATUS, BERTH_INTERRUPT_STATUS_ERROR);
        soc.processor.sleep(sc_time(1, SC_NS));
        EXPECT_FALSE(soc.irq.read());
        EXPECT_EQ(soc.processor.read_register(BERTH_REG_INTERRUPT_STATUS), BERTH_INTERRUPT_STATUS_COMPLETION) << "writing 1 clears";
    }).run();
}

TEST_P(InBothViews, ResetsAtAnyTimeAndGoesOnAfterwards) {
    SocBench("soc", GetParam(), [](SocBench& soc) {
        std::mt19937 random(7);
        soc.open();
        soc.load();
        int kept = 0, whole = 0;
        for (int round = 0; round < 300; ++round) {
            const bool reload = random() % 4 == 0;
            if (reload) soc.processor.check(berth_load_image(&soc.device, 0, soc.image_bytes.size(), 999));
            for (std::uint64_t tag = 0; tag < random() % 7; ++tag) soc.post(random() % 2, tag);
            soc.processor.sleep(sc_time(random() % 60000, SC_NS));
            if (random() % 8 == 0) {
                soc.reset.write(true);
                soc.processor.sleep(sc_time(1, SC_NS));
                soc.reset.write(false);
            }
            bool loaded = false;
            soc.processor.check(berth_recover(&soc.device, &loaded));
            EXPECT_FALSE(soc.irq.read());
            kept += loaded;
            if (!loaded) soc.load();
            const std::uint64_t tag = 20 + random() % 13;
            soc.post(round % 2, tag);
            const berth_completion said = soc.finish();
            EXPECT_EQ(said.tag, tag);
            EXPECT_EQ(said.outcome, BERTH_OUTCOME_DONE);
            whole += soc.answered(round % 2, tag);
        }
        EXPECT_EQ(whole, 300);
        EXPECT_GT(kept, 150);
        EXPECT_LT(kept, 300) << "some resets came while the arrays were written";
    }).run();
}

TEST_P(InBothViews, GivesUpOnAMemoryThatNeverAnswersAndRecoversWhenItDoes) {
    SocBench("soc", GetParam(), [](SocBench& soc) {
        soc.open(8, 50);
        soc.load();
        EXPECT_EQ(soc.status() & BERTH_STATUS_HALTED, 0u) << "programming takes its time, and is no hang";
        for (int round = 0; round < 3; ++round) {
            soc.gate.mood = Gate::Mood::hang;
            soc.memory_hung = true;
            const sc_time begin = sc_core::sc_time_stamp();
            soc.post(0, 8);
            EXPECT_EQ(berth_wait(&soc.device), BERTH_HALTED);
            EXPECT_GE(sc_core::sc_time_stamp() - begin, sc_time(50, SC_US));
            EXPECT_LE(sc_core::sc_time_stamp() - begin, sc_time(101, SC_US)) << "one to two periods";
            berth_fault fault{};
            soc.processor.check(berth_read_fault(&soc.device, &fault));
            EXPECT_EQ(fault.outcome, BERTH_OUTCOME_WATCHDOG);
            soc.gate.mood = Gate::Mood::pass;
            bool loaded = false;
            soc.processor.check(berth_recover(&soc.device, &loaded));
            EXPECT_TRUE(loaded);
            soc.post(1, 9);
            EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
            EXPECT_TRUE(soc.answered(1, 9));
        }
    }).run();
}

TEST(ProgrammersView, LeavesTheWatchdogQuietWhileThereIsProgress) {
    SocBench("soc", tlm::View::lt, [](SocBench& soc) {
        soc.open(8, 30);
        soc.load();
        for (std::uint64_t tag = 0; tag < 60; ++tag) {
            soc.post(0, 12);
            EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
            if (tag % 5 == 0) soc.processor.sleep(sc_time(200, SC_US));
        }
        EXPECT_EQ(soc.status() & BERTH_STATUS_HALTED, 0u);
    }).run();
}

TEST_P(InBothViews, AnswersWithABusErrorWhereMemoryRefuses) {
    SocBench("soc", GetParam(), [](SocBench& soc) {
        soc.open();
        soc.load();
        const berth_request good = soc.stage(0, 11);
        soc.processor.check(berth_run(&soc.device, &good));
        // The descriptor still comes through, the tokens no more.
        const std::uint64_t before = soc.gate.asked;
        while (soc.gate.asked == before) soc.processor.sleep(sc_time(1, SC_NS));
        soc.gate.mood = Gate::Mood::refuse;
        EXPECT_EQ(berth_wait(&soc.device), BERTH_HALTED) << "neither can the completion be written";
        soc.gate.mood = Gate::Mood::pass;
        bool loaded = false;
        soc.processor.check(berth_recover(&soc.device, &loaded));
        soc.processor.check(berth_run(&soc.device, &good));
        EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
        EXPECT_TRUE(soc.answered(0, 11));
    }).run();
}

TEST(Driver, RefusesRingsThatCannotBeAndADeviceThatIsAnothers) {
    SocBench("soc", tlm::View::lt, [](SocBench& soc) {
        const berth_transport& transport = soc.processor.transport();
        const auto open = [&](berth_rings rings) { return berth_open(&soc.device, &transport, &rings); };
        EXPECT_EQ(open({SocBench::kDescriptors, SocBench::kCompletions, 6, 0}), BERTH_BAD_ARGUMENT);
        EXPECT_EQ(open({SocBench::kDescriptors + 32, SocBench::kCompletions, 8, 0}), BERTH_BAD_ARGUMENT);
        berth_transport wrong = transport;
        wrong.read_register = [](void*, std::uint32_t, std::uint32_t* word) {
            *word = 0xDEADBEEF;
            return 0;
        };
        const berth_rings rings{SocBench::kDescriptors, SocBench::kCompletions, 8, 0};
        EXPECT_EQ(berth_open(&soc.device, &wrong, &rings), BERTH_NO_DEVICE);
        wrong.read_register = [](void*, std::uint32_t, std::uint32_t*) { return -1; };
        EXPECT_EQ(berth_open(&soc.device, &wrong, &rings), BERTH_TRANSPORT);
    }).run();
}

TEST(Conservation, SaysWhatIsLeftInASimulationThatWasCutOff) {
    SocBench bench("soc", tlm::View::lt, [](SocBench& soc) {
        soc.open();
        soc.load();
        EXPECT_TRUE(soc.accelerator.leftovers().empty());
        soc.post(0, 12);
        soc.processor.sleep(sc_time(3, SC_US));
        const auto left = soc.accelerator.leftovers();
        ASSERT_EQ(left.size(), 2u);
        EXPECT_EQ(left[0], "13 tokens are in the pipeline");
        EXPECT_EQ(left[1], "1 requests have no answer");
        EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
    });
    bench.run();
}

TEST(Driver, SaysWhenTheRingIsFullOrNothingComes) {
    SocBench("soc", tlm::View::lt, [](SocBench& soc) {
        soc.open(2);
        berth_completion completion{};
        EXPECT_EQ(berth_take(&soc.device, &completion), BERTH_NONE);
        EXPECT_EQ(berth_wait(&soc.device), BERTH_TIMED_OUT);
        soc.post(0, 1);
        soc.post(0, 2);
        const berth_request third = soc.stage(0, 3);
        EXPECT_EQ(berth_run(&soc.device, &third), BERTH_FULL);
        EXPECT_EQ(berth_outstanding(&soc.device), 2u);
        (void)soc.finish();
        EXPECT_EQ(berth_run(&soc.device, &third), BERTH_OK);
        (void)soc.finish();
        EXPECT_EQ(soc.finish().tag, 3u);
    }).run();
}

}  // namespace
}  // namespace berth::test

// SPDX-License-Identifier: Apache-2.0
// Power lost while an image is written, and every kind of trouble at random times: whatever happens, the firmware hears of it, and an
// answer that says it is done is right.
#include "platform/accelerator/crossbar_timing.hpp"
#include "tests/tlm/soc_bench.hpp"

#include <map>
#include <random>
#include <tuple>

namespace berth::test {
namespace {

using platform::Command;
using platform::Descriptor;
using sc_core::SC_NS;
using sc_core::sc_time;
using sc_core::SC_US;

constexpr std::uint64_t kLoad = 1000, kVerify = 1001;

/// Tiles of six arrays: several are written one after the other.
std::vector<std::string> some_arrays_a_tile() {
    return {"hierarchy.tiles=64", "hierarchy.imas_per_tile=1", "hierarchy.arrays_per_ima=6", "hierarchy.mapper=separate"};
}

/// The next completion, waited for as long as programming may take.
berth_completion finish_slowly(SocBench& soc) {
    berth_completion completion{};
    for (int tries = 0; tries < 100; ++tries)
        if (const auto waited = berth_wait(&soc.device); waited != BERTH_TIMED_OUT) {
            soc.processor.check(waited);
            soc.processor.check(berth_take(&soc.device, &completion));
            return completion;
        }
    ADD_FAILURE() << "no completion came";
    return completion;
}

std::uint32_t outcome_of_load(SocBench& soc) {
    soc.processor.check(berth_load_image(&soc.device, 0, soc.image_bytes.size(), kLoad));
    return finish_slowly(soc).outcome;
}

std::uint32_t outcome_of_verify(SocBench& soc, std::uint64_t length = 0) {
    soc.processor.check(berth_verify_image(&soc.device, 0, length == 0 ? soc.image_bytes.size() : length, kVerify));
    return finish_slowly(soc).outcome;
}

/// Begins to load, and takes the power away when that share of the image's programming is done.
void lose_power(SocBench& soc, double share) {
    const sc_time begin = sc_core::sc_time_stamp();
    EXPECT_EQ(outcome_of_load(soc), BERTH_OUTCOME_DONE);
    const double written_s = soc.accelerator.controller().programming().time_s;
    const sc_time whole = sc_core::sc_time_stamp() - begin, fetch = whole - sc_time(written_s, sc_core::SC_SEC);
    soc.processor.check(berth_load_image(&soc.device, 0, soc.image_bytes.size(), kLoad));
    soc.processor.sleep(fetch + share * sc_time(written_s, sc_core::SC_SEC));
    soc.reset.write(true);
    soc.processor.sleep(sc_time(10, SC_NS));
    soc.reset.write(false);
    bool loaded = true;
    soc.processor.check(berth_recover(&soc.device, &loaded));
    EXPECT_FALSE(loaded);
}

TEST(PowerLoss, MarksTheImageAndRequestsSaySo) {
    SocBench(
        "soc", tlm::View::lt,
        [](SocBench& soc) {
            soc.open();
            soc.post(1, 5);
            EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_NO_IMAGE);
            EXPECT_EQ(outcome_of_verify(soc), BERTH_OUTCOME_NO_IMAGE) << "nothing to verify";
            lose_power(soc, 0.5);
            EXPECT_NE(soc.status() & BERTH_STATUS_UNVERIFIED, 0u);
            soc.post(1, 5);
            EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_UNVERIFIED);
            EXPECT_EQ(outcome_of_verify(soc), BERTH_OUTCOME_DONE);
            EXPECT_EQ(soc.status() & BERTH_STATUS_UNVERIFIED, 0u);
            soc.post(1, 5);
            EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
            EXPECT_TRUE(soc.answered(1, 5));
        },
        some_arrays_a_tile())
        .run();
}

TEST(PowerLoss, LeavesVerifyingTheRestToWrite) {
    SocBench(
        "soc", tlm::View::lt,
        [](SocBench& soc) {
            soc.open();
            lose_power(soc, 0.6);
            const auto& programming = soc.accelerator.controller().programming();
            const std::int64_t before = programming.arrays;
            const double time_before = programming.time_s, energy_before = programming.energy_j;
            const double whole_s = time_before / 2;
            const std::int64_t whole = before / 2;
            EXPECT_EQ(outcome_of_verify(soc), BERTH_OUTCOME_DONE);
            // Six arrays a tile: at 0.6 three of them are whole, and the fourth is not.
            EXPECT_EQ(programming.arrays - before, (whole + 1) / 2);
            const double reading_s = 6.0 * soc.config.crossbar.rows * platform::crossbar_timing(soc.config).stage_s;
            EXPECT_NEAR(programming.time_s - time_before, reading_s + whole_s / 2, 1e-3 * whole_s);
            EXPECT_GT(programming.energy_j, energy_before);
            const double energy = programming.energy_j;
            EXPECT_EQ(outcome_of_verify(soc), BERTH_OUTCOME_DONE) << "an image that is whole";
            EXPECT_EQ(programming.arrays - before, (whole + 1) / 2) << "nothing was written";
            EXPECT_GT(programming.energy_j, energy) << "but all of it read back";
        },
        some_arrays_a_tile())
        .run();
}

TEST(PowerLoss, IsNotMendedByAnotherImage) {
    SocBench(
        "soc", tlm::View::lt,
        [](SocBench& soc) {
            soc.open();
            lose_power(soc, 0.3);
            EXPECT_EQ(outcome_of_verify(soc, soc.image_bytes.size() - 1), BERTH_OUTCOME_BAD_IMAGE);
            compressor::WeightImage other = soc.image;
            other.base_checkpoint = "another";
            const std::vector<std::byte> bytes = compressor::serialise(other);
            soc.memory.load(0, bytes);
            EXPECT_EQ(outcome_of_verify(soc, bytes.size()), BERTH_OUTCOME_BAD_IMAGE);
            soc.memory.load(0, soc.image_bytes);
            EXPECT_EQ(outcome_of_load(soc), BERTH_OUTCOME_DONE) << "loading anew does";
            soc.post(0, 3);
            EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
        },
        some_arrays_a_tile())
        .run();
}

/// A firmware among random trouble.
class Troubled {
public:
    Troubled(SocBench& soc, std::uint64_t seed) : soc_(soc), random_(seed) {}

    void run(int rounds) {
        soc_.open(8, 50);
        while (outcome_of_load(soc_) != BERTH_OUTCOME_DONE) recover();
        for (int round = 0; round < rounds && !::testing::Test::HasFailure(); ++round) {
            for (std::uint64_t i = 1 + below(6); i > 0; --i) ask();
            make_trouble();
            take_all();
        }
        soc_.gate.mood = Gate::Mood::pass;
        recover();
        ask();
        take_all();
        EXPECT_GT(right_, 0) << "no answer was right in all that";
    }

private:
    std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
    void wait_some(std::uint64_t longest_ns) { soc_.processor.sleep(sc_time(static_cast<double>(below(longest_ns)), SC_NS)); }

    void ask() {
        const std::uint64_t tag = next_++;
        const auto task = static_cast<std::uint32_t>(below(2));
        asked_[tag] = task;
        const float wrong[] = {1e30F, 1e30F};
        soc_.processor.write_memory(SocBench::kResults + tag % 128 * SocBench::kSlot, wrong, sizeof wrong);
        berth_request request = soc_.stage(task, tag);
        if (below(2) == 0) scatter(request);
        soc_.processor.check(berth_run(&soc_.device, &request));
    }

    /// Names the request's tokens and result by lists, which lie behind them in their slots.
    void scatter(berth_request& request) {
        const auto cut = [&](std::uint64_t address, std::uint64_t bytes, std::uint64_t& named, std::uint32_t& entries) {
            const std::uint64_t middle = below(bytes + 1);
            const berth_piece pieces[] = {{address, middle}, {address + middle, 0}, {address + middle, bytes - middle}};
            const berth_piece room[] = {{address + 128, 32}, {address + 192, 32}};
            berth_list list{};
            soc_.processor.check(berth_write_list(&soc_.device, room, 2, pieces, 3, &list));
            named = list.address;
            entries = list.entries;
        };
        cut(request.tokens, request.length * 8, request.tokens, request.tokens_entries);
        cut(request.result, 8, request.result, request.result_entries);
    }

    /// A list in which something is wrong, for an image, a request or its result.
    void give_wrong_list() {
        const std::uint64_t outside = SocBench::kMemoryBytes + below(1 << 20);
        platform::PieceEntry entries[4];
        for (auto& entry : entries) entry = {SocBench::kTokens, below(40)};
        switch (below(5)) {
            case 0:
                entries[below(4)] = {outside, 1 + below(1 << 20)};
                break;
            case 1:
                entries[below(4)] = {random_(), random_()};
                break;
            case 2:  // a circle
                entries[3] = {kWrongLists, platform::kListLink | 4};
                break;
            case 3:
                entries[3] = {below(2) == 0 ? outside : random_(), platform::kListLink | below(1 << 22)};
                break;
            default:
                break;
        }
        soc_.processor.write_memory(kWrongLists, entries, sizeof entries);
        const std::uint64_t list = kWrongLists + (below(4) == 0 ? below(16) : 0);
        const auto count = static_cast<std::uint32_t>(below(4) == 0 ? random_() : 1 + below(4));
        Descriptor descriptor{Command::run_request, static_cast<std::uint32_t>(below(4)), SocBench::kTokens, below(20), list, 0, {}};
        // A good list of a result that lies among the tokens would make them another request's.
        if (below(2) == 0) {
            descriptor.command = below(3) == 0 ? Command::load_image : Command::run_request;
            descriptor.address = list;
            descriptor.address_entries = count;
            descriptor.result = outside;
        } else {
            entries[0] = {outside, 8};
            soc_.processor.write_memory(kWrongLists, entries, sizeof entries);
            descriptor.result_entries = count;
        }
        give(descriptor);
    }

    void make_trouble() {
        wait_some(30000);
        switch (below(11)) {
            case 0:
                return give({Command{static_cast<std::uint32_t>(random_())}, 0, 0, 0, 0, 0, {}});
            case 1:
                return give({Command::run_request, static_cast<std::uint32_t>(below(4)), random_(), below(20), random_(), 0, {}});
            case 2:
                return give({Command::load_image, 0, below(SocBench::kMemoryBytes), random_(), 0, 0, {}});
            case 3:
                return pulse_reset();
            case 4:
                soc_.processor.write_register(BERTH_REG_CONTROL, BERTH_CONTROL_SOFT_RESET);
                return recover();
            case 5:  // power lost in the middle of loading
                soc_.processor.check(berth_load_image(&soc_.device, 0, soc_.image_bytes.size(), kLoad));
                wait_some(5000000);
                return pulse_reset();
            case 6:
                soc_.gate.mood = Gate::Mood::refuse;
                wait_some(20000);
                soc_.gate.mood = Gate::Mood::pass;
                return;
            case 7:  // a memory that does not answer for longer than the watchdog waits
                soc_.gate.mood = Gate::Mood::hang;
                soc_.memory_hung = true;
                soc_.processor.sleep(sc_time(200, SC_US));
                soc_.gate.mood = Gate::Mood::pass;
                return;
            case 8:
            case 9:
                return give_wrong_list();
            default:  // a doorbell beyond the ring
                soc_.processor.write_register(BERTH_REG_TAIL, soc_.device.given + 100);
                return;
        }
    }

    void give(Descriptor descriptor) {
        descriptor.tag = kMistake;
        soc_.give(descriptor);
    }

    void pulse_reset() {
        soc_.reset.write(true);
        soc_.processor.sleep(sc_time(10, SC_NS));
        soc_.reset.write(false);
        recover();
    }

    /// Starts anew, as firmware does: what has no completion is lost, and an image that is not whole is mended or loaded.
    void recover() {
        for (bool whole = false; !whole;) {
            bool loaded = false;
            soc_.processor.check(berth_recover(&soc_.device, &loaded));
            asked_.clear();
            whole = loaded;
            if (loaded) return;
            const bool unverified = (soc_.status() & BERTH_STATUS_UNVERIFIED) != 0;
            whole = (unverified ? outcome_of_verify(soc_) : outcome_of_load(soc_)) == BERTH_OUTCOME_DONE;
        }
    }

    /// Takes completions until nothing is outstanding. Nothing may keep silent for ever.
    void take_all() {
        while (berth_outstanding(&soc_.device) > 0) {
            berth_status waited = BERTH_TIMED_OUT;
            for (int tries = 0; tries < 20 && waited == BERTH_TIMED_OUT; ++tries) waited = berth_wait(&soc_.device);
            if (waited == BERTH_HALTED) return recover();
            ASSERT_EQ(waited, BERTH_OK) << "neither an answer nor a halt: it hangs";
            berth_completion completion{};
            soc_.processor.check(berth_take(&soc_.device, &completion));
            judge(completion);
        }
        if ((soc_.status() & BERTH_STATUS_HALTED) != 0) recover();
    }

    void judge(const berth_completion& completion) {
        const auto asked = asked_.find(completion.tag);
        if (asked == asked_.end()) return;
        if (completion.outcome == BERTH_OUTCOME_DONE) {
            EXPECT_TRUE(soc_.answered(asked->second, completion.tag)) << "a wrong answer that says it is done";
            ++right_;
        }
        asked_.erase(asked);
    }

    static constexpr std::uint64_t kMistake = 2000, kWrongLists = 0x78000;

    SocBench& soc_;
    std::mt19937_64 random_;
    std::map<std::uint64_t, std::uint32_t> asked_;  ///< tag to task
    std::uint64_t next_ = 0;
    int right_ = 0;
};

class RandomTrouble : public ::testing::TestWithParam<std::tuple<tlm::View, std::uint64_t>> {};
INSTANTIATE_TEST_SUITE_P(ViewsAndSeeds, RandomTrouble,
                         ::testing::Combine(::testing::Values(tlm::View::lt, tlm::View::at), ::testing::Range<std::uint64_t>(0, 8)));

TEST_P(RandomTrouble, EndsInAnAnswerOrAHaltAndNoAnswerIsWrong) {
    const auto [view, seed] = GetParam();
    std::vector<std::string> settings = some_arrays_a_tile();
    // Bits come wrong as well, some of them beyond mending.
    for (const char* setting : {"interconnect.crc=crc16_ccitt", "interconnect.bit_error_rate=1e-6", "interconnect.retry_limit=0",
                                "buffer.ecc=secded", "buffer.bit_error_rate=1e-4"})
        settings.emplace_back(setting);
    SocBench soc(
        "soc", view, [seed](SocBench& bench) { Troubled(bench, seed).run(25); }, settings);
    soc.run();
}

}  // namespace
}  // namespace berth::test

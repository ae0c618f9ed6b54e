// SPDX-License-Identifier: Apache-2.0
// Images, requests and results that lie scattered in memory, named by lists.
#include "tests/tlm/soc_bench.hpp"
#include "tests/tlm/tasks_alike.hpp"

#include <algorithm>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace berth::test {
namespace {

using platform::Command;
using platform::Descriptor;
using platform::Outcome;
using Pieces = std::vector<berth_piece>;

constexpr std::uint64_t kEnd = SocBench::kMemoryBytes;
constexpr std::uint64_t kLists = 0x78000, kListBytes = 0x8000;   ///< room for lists
constexpr std::uint64_t kPages = 0x80000, kPageBytes = 0x80000;  ///< room for pages
constexpr std::uint64_t kEntry = sizeof(platform::PieceEntry);

/// `bytes` cut up and laid out in any order within a room, no two parts touching; pieces of no bytes among them.
Pieces scattered(std::uint64_t bytes, std::uint64_t longest, std::uint64_t room, std::mt19937_64& random) {
    Pieces pieces;
    for (std::uint64_t left = bytes; left > 0; left -= pieces.back().length)
        pieces.push_back({0, random() % 8 == 0 ? 0 : 1 + random() % std::min(left, longest)});
    std::vector<std::size_t> order(pieces.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::shuffle(order.begin(), order.end(), random);
    for (const std::size_t i : order) {
        pieces[i].address = room;
        room += pieces[i].length + 1 + random() % 5;
    }
    EXPECT_LE(room, kEnd);
    return pieces;
}

void put(SocBench& soc, const Pieces& pieces, std::span<const std::byte> bytes) {
    for (const berth_piece& piece : pieces) {
        soc.memory.load(piece.address, bytes.first(piece.length));
        bytes = bytes.subspan(piece.length);
    }
}

/// A list of the pieces in rooms of some entries each, in any order, joined by links.
berth_list listed(SocBench& soc, const Pieces& pieces, std::uint64_t room_bytes, std::mt19937_64& random) {
    Pieces rooms;
    for (std::uint64_t at = kLists; at + room_bytes <= kLists + kListBytes; at += room_bytes) rooms.push_back({at, room_bytes});
    std::shuffle(rooms.begin(), rooms.end(), random);
    berth_list list{};
    soc.processor.check(berth_write_list(&soc.device, rooms.data(), static_cast<std::uint32_t>(rooms.size()), pieces.data(),
                                         static_cast<std::uint32_t>(pieces.size()), &list));
    return list;
}

/// Puts the image into pages and leaves nothing of it where it was. @return their list.
berth_list scatter_image(SocBench& soc, std::uint64_t longest, std::mt19937_64& random, Pieces* where = nullptr) {
    const Pieces pieces = scattered(soc.image_bytes.size(), longest, kPages, random);
    put(soc, pieces, soc.image_bytes);
    soc.memory.load(0, std::vector<std::byte>(soc.image_bytes.size()));
    if (where != nullptr) *where = pieces;
    return listed(soc, pieces, 1024, random);
}

class InPieces : public ::testing::TestWithParam<tlm::View> {};
INSTANTIATE_TEST_SUITE_P(Views, InPieces, ::testing::Values(tlm::View::lt, tlm::View::at),
                         [](const auto& view) { return std::string(view.param == tlm::View::lt ? "lt" : "at"); });

TEST_P(InPieces, AnImageFromShuffledPagesIsTheSameImage) {
    SocBench("soc", GetParam(), [](SocBench& soc) {
        std::mt19937_64 random(1);
        soc.open();
        EXPECT_NE(soc.processor.read_register(BERTH_REG_CAPABILITY) & BERTH_CAPABILITY_SCATTER_GATHER, 0u);
        soc.load();
        const platform::Programming contiguous = soc.accelerator.controller().programming();
        const berth_list list = scatter_image(soc, 200, random);
        soc.processor.check(berth_load_image_list(&soc.device, &list, soc.image_bytes.size(), 1));
        EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
        const platform::Programming both = soc.accelerator.controller().programming();
        EXPECT_EQ(both.arrays, 2 * contiguous.arrays);
        EXPECT_EQ(both.cells.cells, 2 * contiguous.cells.cells);
        EXPECT_DOUBLE_EQ(both.energy_j, 2 * contiguous.energy_j);
        for (std::uint64_t tag = 1; tag < 9; ++tag) {
            soc.post(tag % 2, tag);
            EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
            EXPECT_TRUE(soc.answered(tag % 2, tag));
        }
        soc.processor.check(berth_verify_image_list(&soc.device, &list, soc.image_bytes.size(), 2));
        EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
        soc.memory.load(0, soc.image_bytes);
        soc.processor.check(berth_verify_image(&soc.device, 0, soc.image_bytes.size(), 3));
        EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE) << "byte by byte what lies in one range";
    }).run();
}

TEST_P(InPieces, CostsTheListAndNothingElseToFetch) {
    SocBench("soc", GetParam(), [](SocBench& soc) {
        std::mt19937_64 random(2);
        soc.open();
        const Pieces pieces = scattered(soc.image_bytes.size(), 500, kPages, random);
        put(soc, pieces, soc.image_bytes);
        berth_list list{};
        const berth_piece room{kLists, kListBytes};
        soc.processor.check(berth_write_list(&soc.device, &room, 1, pieces.data(), static_cast<std::uint32_t>(pieces.size()), &list));
        EXPECT_EQ(list.entries, pieces.size());
        soc.processor.check(berth_load_image_list(&soc.device, &list, soc.image_bytes.size(), 1));
        EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
        berth_counters counters{};
        soc.processor.check(berth_read_counters(&soc.device, &counters));
        EXPECT_EQ(counters.dma_bytes_read, sizeof(Descriptor) + kEntry * pieces.size() + soc.image_bytes.size());
    }).run();
}

TEST_P(InPieces, RequestsAndResultsMayLieAnywhere) {
    SocBench("soc", GetParam(), [](SocBench& soc) {
        std::mt19937_64 random(3);
        soc.open();
        soc.load();
        for (std::uint64_t tag = 1; tag < 30; ++tag) {
            berth_request request = soc.stage(tag % 2, tag);
            const std::uint64_t bytes = request.length * 8;
            std::vector<std::byte> words(bytes), guard(0x1000, std::byte{0xA5});
            soc.processor.read_memory(request.tokens, words.data(), bytes);
            const Pieces from = scattered(bytes, 13, kPages, random), to = scattered(8, 3, kPages + 0x8000, random);
            put(soc, from, words);
            soc.memory.load(kPages + 0x8000, guard);
            const berth_list tokens = listed(soc, from, 64, random);
            berth_list result{};
            const berth_piece room{kPages + 0x10000, 512};
            soc.processor.check(berth_write_list(&soc.device, &room, 1, to.data(), static_cast<std::uint32_t>(to.size()), &result));
            request.tokens = tokens.address, request.tokens_entries = tokens.entries;
            const std::uint64_t contiguous = request.result;
            request.result = result.address, request.result_entries = result.entries;
            soc.processor.check(berth_run(&soc.device, &request));
            EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
            std::vector<std::byte> logits;
            for (const berth_piece& piece : to)
                for (std::uint64_t i = 0; i < piece.length; ++i) {
                    logits.push_back(soc.memory.bytes()[piece.address + i]);
                    guard[piece.address + i - kPages - 0x8000] = logits.back();
                }
            soc.processor.write_memory(contiguous, logits.data(), logits.size());
            EXPECT_TRUE(soc.answered(tag % 2, tag)) << tag;
            EXPECT_TRUE(std::equal(guard.begin(), guard.end(), soc.memory.bytes().begin() + kPages + 0x8000)) << "and nothing beside them";
        }
    }).run();
}

TEST_P(InPieces, ResultsOfSeveralTasksFollowOneAnotherThroughThePieces) {
    SocBench("soc", GetParam(), [](SocBench& soc) {
        std::mt19937_64 random(4);
        soc.open();
        soc.load();
        constexpr std::uint64_t kTag = 9;
        berth_request request = soc.stage(2, kTag);
        const std::vector<std::uint32_t> tasks{1, 0};
        soc.processor.write_memory(request.tokens + request.length * 8, tasks.data(), tasks.size() * 4);
        std::vector<std::byte> words(request.length * 8 + tasks.size() * 4);
        soc.processor.read_memory(request.tokens, words.data(), words.size());
        const Pieces from = scattered(words.size(), 30, kPages, random), to = scattered(40, 5, kPages + 0x8000, random);
        put(soc, from, words);
        const berth_list tokens = listed(soc, from, 256, random);
        berth_list result{};
        const berth_piece room{kPages + 0x10000, 1024};
        soc.processor.check(berth_write_list(&soc.device, &room, 1, to.data(), static_cast<std::uint32_t>(to.size()), &result));
        const std::uint64_t contiguous = request.result;
        request.tokens = tokens.address, request.tokens_entries = tokens.entries;
        request.result = result.address, request.result_entries = result.entries;
        soc.processor.check(berth_run_tasks(&soc.device, &request));
        EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
        std::vector<std::byte> logits;
        for (const berth_piece& piece : to)
            for (std::uint64_t i = 0; i < piece.length; ++i) logits.push_back(soc.memory.bytes()[piece.address + i]);
        for (std::size_t i = 0; i < tasks.size(); ++i) {
            soc.processor.write_memory(contiguous, logits.data() + 8 * i, 8);
            EXPECT_TRUE(soc.answered(tasks[i], kTag)) << "task " << tasks[i];
        }
    }).run();
}

/// Entries at the begin of the room for lists, a descriptor that names them, and what the accelerator must say.
struct WrongList {
    const char* what;
    std::vector<platform::PieceEntry> entries;
    Descriptor descriptor;
    Outcome outcome;
    std::uint64_t address;
};

Descriptor run_of(std::uint64_t list, std::uint32_t entries) {
    Descriptor made{Command::run_request, 0, list, 1, SocBench::kResults, 7};
    made.address_entries = entries;
    return made;
}

Descriptor result_of(std::uint64_t list, std::uint32_t entries) {
    Descriptor made{Command::run_request, 0, SocBench::kTokens, 1, list, 7};
    made.result_entries = entries;
    return made;
}

Descriptor load_of(std::uint64_t bytes, std::uint32_t entries, Command command = Command::load_image) {
    Descriptor made{command, 0, kLists, bytes, 0, 7};
    made.address_entries = entries;
    return made;
}

std::vector<WrongList> wrong_lists(const SocBench& soc) {
    constexpr auto kBad = Outcome::bad_descriptor, kBus = Outcome::bus_error;
    const std::uint64_t size = soc.image_bytes.size();
    Descriptor reserved = run_of(kLists, 1), unload = load_of(0, 1, Command::unload), power = load_of(0, 1, Command::set_power);
    reserved.reserved = 1;
    Descriptor loaded_result = load_of(size, 0);
    loaded_result.result_entries = 1;
    return {
        {"at no multiple of 16", {{0, 8}}, run_of(kLists + 8, 1), kBad, kLists + 8},
        {"of a result, likewise", {{0, 8}}, result_of(kLists + 4, 1), kBad, kLists + 4},
        {"beyond the end of addresses", {}, run_of(UINT64_MAX - 15, 2), kBad, UINT64_MAX - 15},
        {"beyond the end of memory", {}, run_of(kEnd - 16, 2), kBus, kEnd},
        {"of a result there", {}, result_of(kEnd + 16, 1), kBus, kEnd + 16},
        {"of too many entries", {}, run_of(kLists, platform::kListEntriesAtMost + 1), kBad, kLists},
        {"of all too many entries", {}, load_of(UINT64_MAX, UINT32_MAX), kBad, kLists},
        {"with a piece beyond the end of addresses", {{0, 4}, {UINT64_MAX - 2, 4}}, run_of(kLists, 2), kBad, kLists + 16},
        {"of too few bytes", {{SocBench::kTokens, 7}}, run_of(kLists, 1), kBad, kLists},
        {"of too few bytes for a result", {{SocBench::kResults, 4}, {0, 3}}, result_of(kLists, 2), kBad, kLists},
        {"of too few bytes for an image", {{0, size - 1}}, load_of(size, 1), kBad, kLists},
        {"of too few bytes to verify", {{0, size - 1}}, load_of(size, 1, Command::verify_image), kBad, kLists},
        {"with a link before its end", {{kLists + 32, platform::kListLink | 1}, {0, 8}}, run_of(kLists, 2), kBad, kLists},
        {"with a link to nothing", {{0, 8}, {kLists + 32, platform::kListLink}}, run_of(kLists, 2), kBad, kLists + 16},
        {"with a link askew", {{0, 8}, {kLists + 40, platform::kListLink | 1}}, run_of(kLists, 2), kBad, kLists + 16},
        {"with a link out of memory", {{0, 8}, {kEnd, platform::kListLink | 1}}, run_of(kLists, 2), kBus, kEnd},
        {"that runs in a circle", {{0, 0}, {kLists, platform::kListLink | 2}}, run_of(kLists, 2), kBad, kLists + 16},
        {"with a piece out of memory", {{SocBench::kTokens, 4}, {kEnd + 3, 4}}, run_of(kLists, 2), kBus, kEnd + 3},
        {"of a result out of memory", {{kPages, 5}, {kEnd - 1, 3}}, result_of(kLists, 2), kBus, kEnd},
        {"of an image out of memory", {{0, 100}, {kEnd + 9, size - 100}}, load_of(size, 2), kBus, kEnd + 9},
        {"of another image", {{8, size}}, load_of(size, 1), Outcome::bad_image, 0},
        {"that unloads", {{0, 8}}, unload, kBad, 0},
        {"of power", {{0, 8}}, power, kBad, 0},
        {"of a result that is none", {{0, 8}}, loaded_result, kBad, 0},
        {"with a reserved word", {{SocBench::kTokens, 8}}, reserved, kBad, 0},
    };
}

TEST_P(InPieces, AWrongListIsAnsweredWithItsAddressAndChangesNothing) {
    SocBench("soc", GetParam(), [](SocBench& soc) {
        soc.open();
        soc.load();
        soc.stage(0, 0);
        for (const WrongList& wrong : wrong_lists(soc)) {
            soc.memory.load(kLists, std::as_bytes(std::span(wrong.entries)));
            soc.give(wrong.descriptor);
            const berth_completion said = soc.finish();
            EXPECT_EQ(said.outcome, static_cast<std::uint32_t>(wrong.outcome)) << "a list " << wrong.what;
            EXPECT_EQ(said.failed_address, wrong.address) << "a list " << wrong.what;
            berth_fault fault{};
            soc.processor.check(berth_read_fault(&soc.device, &fault));
            EXPECT_EQ(fault.address, wrong.address) << "a list " << wrong.what;
            EXPECT_FALSE(fault.halted);
        }
        soc.post(1, 5);
        EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
        EXPECT_TRUE(soc.answered(1, 5));
    }).run();
}

TEST_P(InPieces, ARefusedPieceIsNamedByItsAddress) {
    SocBench("soc", GetParam(), [](SocBench& soc) {
        std::mt19937_64 random(5);
        soc.open();
        Pieces pieces;
        const berth_list list = scatter_image(soc, 400, random, &pieces);
        for (int round = 0; round < 20; ++round) {
            const berth_piece& bad = pieces[random() % pieces.size()];
            if (bad.length == 0) continue;
            soc.gate.refuses = [&](std::uint64_t address) { return address >= bad.address && address < bad.address + bad.length; };
            soc.processor.check(berth_load_image_list(&soc.device, &list, soc.image_bytes.size(), 1));
            const berth_completion said = soc.finish();
            EXPECT_EQ(said.outcome, BERTH_OUTCOME_BUS_ERROR);
            EXPECT_EQ(said.failed_address, bad.address);
        }
        soc.gate.refuses = [](std::uint64_t) { return false; };
        soc.processor.check(berth_load_image_list(&soc.device, &list, soc.image_bytes.size(), 2));
        EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
        soc.post(0, 6);
        EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
        EXPECT_TRUE(soc.answered(0, 6));
    }).run();
}

TEST_P(InPieces, TasksAreBroughtInFromThePagesWhenTheListIsGone) {
    const auto four_tasks = tasks_alike({with_delta(7, 3), with_delta(8, 8), with_delta(9, 1), with_delta(10, 5)});
    SocBench(
        "soc", GetParam(),
        [](SocBench& soc) {
            std::mt19937_64 random(6);
            soc.open();
            Pieces pieces;
            const berth_list list = scatter_image(soc, 100, random, &pieces);
            soc.processor.check(berth_load_image_list(&soc.device, &list, soc.image_bytes.size(), 1));
            EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
            soc.memory.load(kLists, std::vector<std::byte>(kListBytes, std::byte{0xFF}));
            for (std::uint32_t task = 0; task < 4; ++task) {
                soc.post(task, 10 + task);
                EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
                EXPECT_TRUE(soc.answered(task, 10 + task));
            }
            EXPECT_EQ(soc.accelerator.controller().switches().count, 3u);
            const auto first = std::find_if(pieces.begin(), pieces.end(), [](const berth_piece& piece) { return piece.length > 0; });
            soc.gate.refuses = [&](std::uint64_t address) { return address == first->address; };
            soc.post(0, 20);
            const berth_completion said = soc.finish();
            EXPECT_EQ(said.outcome, BERTH_OUTCOME_BUS_ERROR);
            EXPECT_EQ(said.failed_address, first->address);
        },
        {"hierarchy.tiles=16", "residency.eviction=lru", "residency.slots=1", "queue.in_pipeline=1"}, four_tasks)
        .run();
}

TEST(ListDriver, LaysAListOutInTheRoomThereIs) {
    SocBench("soc", tlm::View::lt, [](SocBench& soc) {
        soc.open();
        const Pieces pieces(10, {kPages, 3});
        const auto write = [&](const Pieces& rooms, const Pieces& given) {
            berth_list list{};
            const auto said = berth_write_list(&soc.device, rooms.data(), static_cast<std::uint32_t>(rooms.size()), given.data(),
                                               static_cast<std::uint32_t>(given.size()), &list);
            return said == BERTH_OK ? static_cast<int>(list.entries) : -static_cast<int>(said);
        };
        EXPECT_EQ(write({{kLists, 160}}, pieces), 10);
        EXPECT_EQ(write({{kLists, 159}}, pieces), -BERTH_BAD_ARGUMENT) << "no room for the last";
        EXPECT_EQ(write({{kLists, 159}, {kLists + 160, 32}}, pieces), 9) << "eight of them and a link to the other two";
        std::uint64_t link[2];
        soc.processor.read_memory(kLists + 128, link, sizeof link);
        EXPECT_EQ(link[0], kLists + 160);
        EXPECT_EQ(link[1], BERTH_LIST_LINK | 2u);
        EXPECT_EQ(write({{kLists, 16}, {kLists + 160, 160}}, pieces), 1) << "a link alone";
        EXPECT_EQ(write({{kLists, 16}, {kLists + 160, 15}}, pieces), -BERTH_BAD_ARGUMENT);
        EXPECT_EQ(write({{kLists + 8, 320}}, pieces), -BERTH_BAD_ARGUMENT) << "askew";
        EXPECT_EQ(write({{kLists, 320}}, {}), -BERTH_BAD_ARGUMENT) << "a list of nothing";
        EXPECT_EQ(write({}, pieces), -BERTH_BAD_ARGUMENT);
        EXPECT_EQ(write({{kLists, 320}}, {{0, BERTH_LIST_LINK}}), -BERTH_BAD_ARGUMENT) << "a piece that looks like a link";
    }).run();
}

}  // namespace
}  // namespace berth::test

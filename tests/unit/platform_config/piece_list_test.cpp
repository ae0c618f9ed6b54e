// SPDX-License-Identifier: Apache-2.0
#include "platform/accelerator/piece_list.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

namespace berth::platform {
namespace {

/// Entries by address, as memory has them.
using Entries = std::map<std::uint64_t, PieceEntry>;

constexpr std::uint64_t kEntry = sizeof(PieceEntry);

PieceEntry link(std::uint64_t address, std::uint64_t entries) { return {address, kListLink | entries}; }

struct Walked {
    std::vector<tlm::Piece> pieces;
    std::optional<std::uint64_t> wrong;
    std::uint64_t fetched = 0;  ///< entries
};

/// Reads a list out of memory; what is not there reads 0.
Walked walk(const Entries& memory, std::uint64_t address, std::uint32_t entries) {
    PieceList list(address, entries);
    Walked walked;
    while (const auto next = list.next()) {
        std::vector<PieceEntry> part;
        for (std::uint64_t done = 0; done < next->bytes; done += kEntry) {
            const auto found = memory.find(next->address + done);
            part.push_back(found == memory.end() ? PieceEntry{0, 0} : found->second);
        }
        walked.fetched += part.size();
        list.take(part);
    }
    walked.pieces.assign(list.memory().pieces().begin(), list.memory().pieces().end());
    walked.wrong = list.wrong();
    return walked;
}

TEST(PieceList, FollowsLinksFromSegmentToSegment) {
    const Entries memory{{0x100, {7, 3}},        {0x110, {50, 0}}, {0x120, link(0x40, 1)},
                         {0x40, link(0x200, 2)}, {0x200, {1, 1}},  {0x210, {9, 9}}};
    const Walked walked = walk(memory, 0x100, 3);
    EXPECT_EQ(walked.wrong, std::nullopt);
    EXPECT_EQ(walked.pieces, (std::vector<tlm::Piece>{{7, 3}, {1, 1}, {9, 9}})) << "pieces of no bytes are none";
}

TEST(PieceList, NamesTheEntryThatIsWrong) {
    const struct {
        Entries memory;
        std::uint64_t address;
        std::uint32_t entries;
        std::uint64_t wrong;
        const char* why;
    } cases[] = {
        {{}, 0x108, 1, 0x108, "a list at no multiple of 16"},
        {{}, 0, 0, 0, "a list of no entries"},
        {{}, UINT64_MAX - 15, 2, UINT64_MAX - 15, "a list beyond the end of addresses"},
        {{}, 0x100, kListEntriesAtMost + 1, 0x100, "a list that is too long"},
        {{{0x110, {UINT64_MAX, 2}}}, 0x100, 2, 0x110, "a piece beyond the end of addresses"},
        {{{0x100, link(0x200, 1)}}, 0x100, 2, 0x100, "a link before the end"},
        {{{0x110, link(0x208, 1)}}, 0x100, 2, 0x110, "a link to no multiple of 16"},
        {{{0x110, link(0x200, 0)}}, 0x100, 2, 0x110, "a link to nothing"},
        {{{0x110, link(UINT64_MAX - 15, 2)}}, 0x100, 2, 0x110, "a link beyond the end of addresses"},
        {{{0x110, link(0x200, kListEntriesAtMost - 1)}}, 0x100, 2, 0x110, "more entries than a list may have"},
        {{{0x110, link(0x200, kListLink - 1)}}, 0x100, 2, 0x110, "more entries than there is memory"},
        {{{0x110, link(0x200, 2)}, {0x200, {1, 1}}, {0x210, {2, UINT64_MAX / 2}}, {0x220, {0, 0}}}, 0x100, 2, UINT64_MAX, "nothing"},
    };
    for (const auto& one : cases) {
        const Walked walked = walk(one.memory, one.address, one.entries);
        EXPECT_EQ(walked.wrong.value_or(UINT64_MAX), one.wrong) << one.why;
    }
}

TEST(PieceList, TakesAPieceUpToTheLastAddress) {
    EXPECT_EQ(walk({{0, {UINT64_MAX, 1}}}, 0, 1).wrong, std::nullopt);
    EXPECT_EQ(walk({{UINT64_MAX - 15, {3, 4}}}, UINT64_MAX - 15, 1).pieces.size(), 1u) << "as the list itself";
    EXPECT_EQ(walk({}, 0, kListEntriesAtMost).wrong, std::nullopt) << "of no bytes, all of them";
}

TEST(PieceList, EndsInACircleOfLinks) {
    const Walked alone = walk({{0x100, link(0x100, 1)}}, 0x100, 1);
    EXPECT_EQ(alone.wrong, 0x100u);
    EXPECT_EQ(alone.fetched, kListEntriesAtMost);
    const Walked two = walk({{0x100, {0, 5}}, {0x110, link(0x200, 3)}, {0x220, link(0x100, 2)}}, 0x100, 2);
    EXPECT_TRUE(two.wrong == 0x110u || two.wrong == 0x220u);
    EXPECT_LE(two.fetched, kListEntriesAtMost);
}

RC_GTEST_PROP(PieceList, GivesBackThePiecesHoweverItsEntriesLie, ()) {
    const auto count = *rc::gen::inRange<std::size_t>(1, 700);
    std::vector<tlm::Piece> pieces;
    Entries memory;
    std::uint64_t at = 0x1000;
    const std::uint64_t first = at;
    std::uint32_t first_entries = 0;
    std::uint64_t* link_length = nullptr;
    while (pieces.size() < count) {
        const auto here = std::min(count - pieces.size(), *rc::gen::inRange<std::size_t>(1, 400));
        const bool last = pieces.size() + here == count;
        const auto entries = here + (last ? 0 : 1);
        if (link_length != nullptr)
            *link_length = kListLink | entries;
        else
            first_entries = static_cast<std::uint32_t>(entries);
        for (std::size_t i = 0; i < here; ++i, at += kEntry) {
            pieces.push_back({*rc::gen::inRange<std::uint64_t>(0, 1u << 30), *rc::gen::inRange<std::uint64_t>(1, 1u << 20)});
            memory[at] = {pieces.back().address, pieces.back().bytes};
        }
        if (last) break;
        const std::uint64_t next = at + kEntry * *rc::gen::inRange<std::uint64_t>(1, 50);
        memory[at] = link(next, 0);
        link_length = &memory[at].length;
        at = next;
    }
    const Walked walked = walk(memory, first, first_entries);
    RC_ASSERT(!walked.wrong);
    RC_ASSERT(walked.pieces == pieces);
}

RC_GTEST_PROP(ScatteredMemory, HasEveryPartOfIt, ()) {
    ScatteredMemory memory;
    std::vector<std::uint64_t> flat;  // the address of every byte
    const auto pieces = *rc::gen::inRange(1, 12);
    for (int i = 0; i < pieces; ++i) {
        const tlm::Piece piece{*rc::gen::inRange<std::uint64_t>(0, 100000), *rc::gen::inRange<std::uint64_t>(0, 20)};
        memory.add(piece);
        for (std::uint64_t byte = 0; byte < piece.bytes; ++byte) flat.push_back(piece.address + byte);
    }
    RC_ASSERT(memory.bytes() == flat.size());
    const auto offset = *rc::gen::inRange<std::size_t>(0, flat.size() + 1);
    const auto count = *rc::gen::inRange<std::size_t>(0, flat.size() - offset + 1);
    std::vector<std::uint64_t> part;
    const ScatteredMemory cut = memory.part(offset, count);
    for (const tlm::Piece& piece : cut.pieces())
        for (std::uint64_t byte = 0; byte < piece.bytes; ++byte) part.push_back(piece.address + byte);
    RC_ASSERT(std::equal(part.begin(), part.end(), flat.begin() + static_cast<std::ptrdiff_t>(offset),
                         flat.begin() + static_cast<std::ptrdiff_t>(offset + count)));
}

TEST(ScatteredMemory, CountsNoFurtherThanItCan) {
    ScatteredMemory memory;
    for (int i = 0; i < 3; ++i) memory.add({0, UINT64_MAX / 2});
    EXPECT_EQ(memory.bytes(), UINT64_MAX);
    const ScatteredMemory part = memory.part(UINT64_MAX / 2 + 5, 10);
    ASSERT_EQ(part.pieces().size(), 1u);
    EXPECT_EQ(part.pieces().front(), (tlm::Piece{5, 10}));
}

}  // namespace
}  // namespace berth::platform

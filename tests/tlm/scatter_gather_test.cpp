// SPDX-License-Identifier: Apache-2.0
// A transfer over pieces of memory: what a flat copy moves, in one stream of bursts, and the address of what failed.
#include "models/tlm/burst.hpp"
#include "tests/tlm/dma_bench.hpp"
#include "tests/tlm/hostile_memory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

namespace berth::tlm {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;
using test::HostileMemory;

constexpr std::uint64_t kBytes = 1 << 16;
constexpr std::uint32_t kBurst = DmaBench::kBurst;

std::uint64_t bytes_of(const std::vector<Piece>& pieces) {
    return std::accumulate(pieces.begin(), pieces.end(), std::uint64_t{0}, [](auto sum, const Piece& piece) { return sum + piece.bytes; });
}

std::vector<std::byte> gathered(std::span<const std::byte> memory, const std::vector<Piece>& pieces) {
    std::vector<std::byte> bytes;
    for (const Piece& piece : pieces) {
        const auto part = memory.subspan(piece.address, piece.bytes);
        bytes.insert(bytes.end(), part.begin(), part.end());
    }
    return bytes;
}

/// Pieces that do not meet, in any order: unaligned, some of no bytes, some longer than a page.
std::vector<Piece> random_pieces(std::mt19937& random) {
    std::vector<Piece> pieces;
    for (std::uint64_t at = random() % 100; at < kBytes - 12000; at += pieces.back().bytes + random() % 3000)
        pieces.push_back({at, random() % 5 == 0 ? 0 : random() % (random() % 4 == 0 ? 9000 : 200)});
    std::shuffle(pieces.begin(), pieces.end(), random);
    return pieces;
}

std::vector<std::byte> random_bytes(std::uint64_t count, std::mt19937& random) {
    std::vector<std::byte> bytes(count);
    for (auto& byte : bytes) byte = static_cast<std::byte>(random());
    return bytes;
}

/// The bursts that a stream over pieces has.
std::vector<Piece> bursts_of(const std::vector<Piece>& pieces) {
    std::vector<Piece> bursts;
    for (Piece left : pieces)
        while (left.bytes > 0) {
            const std::uint64_t length = first_burst(left.address, left.bytes, kBurst);
            bursts.push_back({left.address, length});
            left = {left.address + length, left.bytes - length};
        }
    return bursts;
}

std::string view_name(View view) { return view == View::lt ? "lt" : "at"; }

class ScatterGather : public ::testing::TestWithParam<View> {};
INSTANTIATE_TEST_SUITE_P(Views, ScatterGather, ::testing::Values(View::lt, View::at),
                         [](const auto& view) { return view_name(view.param); });

TEST_P(ScatterGather, MovesWhatAFlatCopyDoes) {
    DmaBench bench("bench", GetParam(), 5, [](DmaBench& b) {
        std::mt19937 random(3);
        for (int round = 0; round < 60; ++round) {
            const auto from = random_pieces(random), to = random_pieces(random);
            std::vector<std::byte> got(bytes_of(from));
            ASSERT_TRUE(b.dma.read(from, got).ok());
            ASSERT_EQ(got, gathered(b.memory.bytes(), from)) << "round " << round;

            const auto given = random_bytes(bytes_of(to), random);
            std::vector<std::byte> expected(b.memory.bytes().begin(), b.memory.bytes().end());
            std::uint64_t done = 0;
            for (const Piece& piece : to) {
                std::copy_n(given.begin() + static_cast<std::ptrdiff_t>(done), piece.bytes,
                            expected.begin() + static_cast<std::ptrdiff_t>(piece.address));
                done += piece.bytes;
            }
            ASSERT_TRUE(b.dma.write(to, given).ok());
            ASSERT_TRUE(std::equal(expected.begin(), expected.end(), b.memory.bytes().begin())) << "round " << round;
        }
    });
    sc_core::sc_start();
    EXPECT_TRUE(bench.monitor.violations().empty()) << bench.monitor.violations().front();
}

TEST_P(ScatterGather, CutsEachPieceAtItsOwnPagesAndBursts) {
    const std::vector<Piece> pieces{{4090, 100}, {0, 0}, {64, 64}, {8191, 2}, {20, 0}};
    std::vector<Piece> seen;
    DmaBench bench("bench", GetParam(), 1, [&](DmaBench& b) {
        b.dma.watch([&](const Dma::BurstSeen& burst) { seen.push_back({burst.address, burst.bytes}); });
        std::vector<std::byte> got(166);
        EXPECT_TRUE(b.dma.read(pieces, got).ok());
    });
    sc_core::sc_start();
    EXPECT_EQ(seen, (std::vector<Piece>{{4090, 6}, {4096, 64}, {4160, 30}, {64, 64}, {8191, 1}, {8192, 1}}));
}

TEST_P(ScatterGather, IsDoneAtOnceWithNothingToMove) {
    bool done = false;
    DmaBench bench("bench", GetParam(), 1, [&](DmaBench& b) {
        const std::vector<Piece> none{{100, 0}, {UINT64_MAX, 0}};
        EXPECT_TRUE(b.dma.read(none, std::span<std::byte>{}).ok());
        EXPECT_TRUE(b.dma.read(std::span<const Piece>{}, std::span<std::byte>{}).ok());
        EXPECT_EQ(sc_core::sc_time_stamp(), sc_core::SC_ZERO_TIME);
        done = true;
    });
    sc_core::sc_start();
    EXPECT_TRUE(done);
    EXPECT_EQ(bench.dma.bursts(), 0u);
}

TEST_P(ScatterGather, RefusesPiecesOfOtherLengthsThanItsBytes) {
    bool done = false;
    DmaBench bench("bench", GetParam(), 1, [&](DmaBench& b) {
        std::vector<std::byte> bytes(100);
        for (const std::vector<Piece>& wrong :
             {std::vector<Piece>{{0, 99}}, {{0, 60}, {200, 41}}, {{0, UINT64_MAX}, {0, 101}}, std::vector<Piece>{}})
            EXPECT_THROW((void)b.dma.read(wrong, bytes), std::invalid_argument);
        EXPECT_EQ(b.dma.transfers(), 0u);
        done = true;
    });
    sc_core::sc_start();
    EXPECT_TRUE(done);
}

TEST_P(ScatterGather, StreamsOverPiecesAsOverOneRange) {
    std::vector<Piece> pieces;
    for (std::uint64_t i = 0; i < 16; ++i) pieces.push_back({i * 5 % 16 * 4096, kBurst});
    sc_time end;
    DmaBench bench("bench", GetParam(), 16, [&](DmaBench& b) {
        std::vector<std::byte> got(16 * kBurst);
        ASSERT_TRUE(b.dma.read(pieces, got).ok());
        end = sc_core::sc_time_stamp();
    });
    sc_core::sc_start();
    // The latency once, then the port's four cycles a burst: no piece costs a pause.
    EXPECT_EQ(end, sc_time(DmaBench::kLatency + 16 * kBurst / DmaBench::kBus, SC_NS));
}

class StreamOfPieces : public ::testing::TestWithParam<std::tuple<View, std::uint32_t>> {};
INSTANTIATE_TEST_SUITE_P(Outstanding, StreamOfPieces,
                         ::testing::Combine(::testing::Values(View::lt, View::at), ::testing::Values(1u, 2u, 3u, 8u, 32u)),
                         [](const auto& of) { return view_name(std::get<0>(of.param)) + std::to_string(std::get<1>(of.param)); });

TEST_P(StreamOfPieces, IssuesEveryBurstWhenTheClosedFormSays) {
    const auto [view, outstanding] = GetParam();
    std::mt19937 random(outstanding);
    const auto pieces = random_pieces(random);
    std::vector<Dma::BurstSeen> seen;
    sc_time end;
    DmaBench bench("bench", view, outstanding, [&](DmaBench& b) {
        b.dma.watch([&](const Dma::BurstSeen& burst) { seen.push_back(burst); });
        std::vector<std::byte> got(bytes_of(pieces));
        ASSERT_TRUE(b.dma.read(pieces, got).ok());
        end = sc_core::sc_time_stamp();
    });
    sc_core::sc_start();
    const auto bursts = bursts_of(pieces);
    ASSERT_EQ(seen.size(), bursts.size());
    ASSERT_GT(seen.size(), 100u);
    EXPECT_EQ(seen.front().issued, sc_core::SC_ZERO_TIME);
    for (std::size_t k = 0; k < seen.size(); ++k) {
        ASSERT_EQ((Piece{seen[k].address, seen[k].bytes}), bursts[k]) << "this memory answers in order";
        if (k == 0) continue;
        sc_time expected = seen[k - 1].issued + DmaBench::cycle();
        if (k >= outstanding) expected = std::max(expected, seen[k - outstanding].answered);
        ASSERT_EQ(seen[k].issued, expected) << "burst " << k;
    }
    EXPECT_EQ(end, seen.back().answered);
}

/// On a memory that answers late, out of order, and refuses where the test says so.
struct HostileBench : sc_core::sc_module {
    Dma dma;
    HostileMemory memory{"memory", kBytes, 0, 8};
    std::function<void(HostileBench&)> program;
    bool done = false;

    HostileBench(View view, std::function<void(HostileBench&)> run)
        : sc_module(sc_core::sc_module_name("bench")), dma("dma", DmaParams{DmaBench::cycle(), kBurst, 8, view}), program(std::move(run)) {
        dma.socket.bind(memory.socket);
        SC_HAS_PROCESS(HostileBench);
        SC_THREAD(main);
        SC_THREAD(interrupt);
    }
    void main() {
        program(*this);
        done = true;
    }
    void interrupt() {
        for (;;) {
            wait(abort_at);
            dma.abort();
        }
    }
    sc_core::sc_event abort_at;
};

TEST_P(ScatterGather, NamesTheFirstRefusedBurstInTheOrderOfTheStream) {
    int failures = 0;
    HostileBench bench(GetParam(), [&](HostileBench& b) {
        std::mt19937 random(11);
        for (int round = 0; round < 300; ++round) {
            const auto pieces = random_pieces(random);
            const auto bursts = bursts_of(pieces);
            // Two bursts, whose addresses need not be in the order of the stream.
            std::size_t bad[] = {random() % bursts.size(), random() % bursts.size()};
            const std::size_t first = std::min(bad[0], bad[1]);
            const bool refuses = round % 4 != 0;
            b.memory.verdict = [&](std::uint64_t address) {
                const bool wrong = address == bursts[bad[0]].address || address == bursts[bad[1]].address;
                return refuses && wrong ? ::tlm::TLM_GENERIC_ERROR_RESPONSE : ::tlm::TLM_OK_RESPONSE;
            };
            std::vector<std::byte> got(bytes_of(pieces));
            const DmaResult said = b.dma.read(pieces, got);
            ASSERT_EQ(said.ok(), !refuses);
            const auto expected = gathered(b.memory.bytes, pieces);
            std::uint64_t good = expected.size();
            if (refuses) {
                ASSERT_EQ(said.failed_address, bursts[first].address) << "round " << round;
                good = bytes_of({bursts.begin(), bursts.begin() + static_cast<std::ptrdiff_t>(first)});
                ++failures;
            }
            ASSERT_TRUE(std::equal(got.begin(), got.begin() + static_cast<std::ptrdiff_t>(good), expected.begin()))
                << "what was before the failure is there";
        }
    });
    sc_core::sc_start();
    EXPECT_TRUE(bench.done) << "the DMA hangs";
    EXPECT_EQ(failures, 225);
    if (GetParam() == View::at) {
        EXPECT_GT(bench.memory.out_of_order(), 1000u);
    }
}

TEST_P(ScatterGather, EndsInTheMiddleWhenItIsAborted) {
    int cut = 0;
    HostileBench bench(GetParam(), [&](HostileBench& b) {
        std::mt19937 random(12);
        for (int round = 0; round < 100; ++round) {
            const auto pieces = random_pieces(random);
            std::vector<std::byte> got(bytes_of(pieces));
            const std::uint64_t before = b.dma.bursts();
            b.abort_at.notify(sc_time(static_cast<double>(random() % 2000), SC_NS));
            const DmaResult said = b.dma.read(pieces, got);
            cut += said.aborted && b.dma.bursts() - before < bursts_of(pieces).size();
            ASSERT_EQ(said.status, ::tlm::TLM_OK_RESPONSE);
            ASSERT_EQ(b.dma.transfers(), 0u);
            b.abort_at.cancel();
            std::vector<std::byte> after(bytes_of(pieces));
            ASSERT_TRUE(b.dma.read(pieces, after).ok()) << "the next transfer is none of the abort's";
            ASSERT_EQ(after, gathered(b.memory.bytes, pieces));
        }
    });
    sc_core::sc_start();
    EXPECT_TRUE(bench.done) << "the DMA hangs";
    EXPECT_GT(cut, 50);
}

}  // namespace
}  // namespace berth::tlm

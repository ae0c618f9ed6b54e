// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/tile_counter.hpp"

#include <array>
#include <cstring>

#if defined(__x86_64__) && defined(__linux__)
#include <cpuid.h>
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace berth::crossbar {

#if defined(__x86_64__) && defined(__linux__)

#define BERTH_TILES __attribute__((target("avx512f,avx512bw,amx-tile,amx-int8")))

namespace {

constexpr std::size_t kTileRows = 16, kDepth = 64, kColumnTiles = 4;

struct alignas(64) TileConfig {
    std::uint8_t palette = 1, start_row = 0, reserved[14] = {};
    std::uint16_t row_bytes[16] = {};
    std::uint8_t rows[16] = {};

    TileConfig() {
        for (int tile = 0; tile < 8; ++tile) row_bytes[tile] = 64, rows[tile] = kTileRows;
    }
};

/// Eight rows, a bit each, as eight bytes.
constexpr std::array<std::uint64_t, 256> spread_table() {
    std::array<std::uint64_t, 256> table{};
    for (std::uint64_t bits = 0; bits < 256; ++bits)
        for (std::uint64_t row = 0; row < 8; ++row) table[bits] |= (bits >> row & 1u) << (8 * row);
    return table;
}

constexpr auto kSpread = spread_table();

/// Sums of 32 reads and two times 16 columns, over all rows: tiles 0 to 3.
BERTH_TILES void multiply(const std::uint8_t* inputs, const std::uint8_t* cells, std::size_t depth, std::uint8_t* sums) {
    constexpr std::size_t tile = kTileRows * 64;
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (std::size_t k = 0; k < depth; ++k) {
        _tile_loadd(4, inputs + k * tile, 64);
        _tile_loadd(5, inputs + (depth + k) * tile, 64);
        _tile_loadd(6, cells + k * kColumnTiles * tile, 64);
        _tile_loadd(7, cells + (k * kColumnTiles + 1) * tile, 64);
        _tile_dpbuud(0, 4, 6);
        _tile_dpbuud(1, 4, 7);
        _tile_dpbuud(2, 5, 6);
        _tile_dpbuud(3, 5, 7);
    }
    _tile_stored(0, sums, 64);
    _tile_stored(1, sums + tile, 64);
    _tile_stored(2, sums + kColumnTiles * tile, 64);
    _tile_stored(3, sums + (kColumnTiles + 1) * tile, 64);
}

/// Packs the four tiles' sums of one read into bytes. Column tile t has columns 16 i + 4 t + j at 4 i + j, which packing puts in order.
BERTH_TILES void pack(const std::uint8_t* sums, std::uint8_t* counts) {
    constexpr std::size_t tile = kTileRows * 64;
    const __m512i a = _mm512_load_si512(sums), b = _mm512_load_si512(sums + tile), c = _mm512_load_si512(sums + 2 * tile),
                  d = _mm512_load_si512(sums + 3 * tile);
    _mm512_store_si512(counts, _mm512_packus_epi16(_mm512_packus_epi32(a, b), _mm512_packus_epi32(c, d)));
}

/// Cells' bits as bytes, in the order of tiles: lines of four rows, each row's byte of 16 columns beside each other.
BERTH_TILES void spread_cells(const CellLine* lines, std::size_t row_bytes, std::uint8_t* cells) {
    constexpr std::size_t tile = kTileRows * 64;
    const __m512i lower_rows = _mm512_set1_epi32(0x08040201), upper_rows = _mm512_set1_epi32(static_cast<int>(0x80402010u));
    alignas(64) std::uint8_t four_times[64];
    for (std::size_t byte = 0; byte < 64; ++byte) four_times[byte] = static_cast<std::uint8_t>(byte % 16 / 4);
    const __m512i first_columns = _mm512_load_si512(four_times);
    for (std::size_t i = 0; i < row_bytes; ++i) {
        const __m512i bits = _mm512_load_si512(lines[i].bytes.data());
        for (std::size_t t = 0; t < kColumnTiles; ++t) {
            const __m512i columns = _mm512_shuffle_epi8(bits, _mm512_add_epi8(first_columns, _mm512_set1_epi8(static_cast<char>(4 * t))));
            std::uint8_t* const place = cells + (i / 8 * kColumnTiles + t) * tile + i % 8 * 2 * 64;
            _mm512_store_si512(place, _mm512_maskz_set1_epi8(_mm512_test_epi8_mask(columns, lower_rows), 1));
            _mm512_store_si512(place + 64, _mm512_maskz_set1_epi8(_mm512_test_epi8_mask(columns, upper_rows), 1));
        }
    }
}

BERTH_TILES void multiply_all(const std::uint8_t* inputs, const std::uint8_t* cells, std::size_t reads, std::size_t depth,
                              std::uint8_t* sums, std::uint8_t* counts) {
    constexpr std::size_t tile = kTileRows * 64;
    const TileConfig config;
    _tile_loadconfig(&config);
    // A group's sums are packed while the unit multiplies the next group.
    const auto sums_of = [sums](std::size_t group) { return sums + group % 2 * 2 * kColumnTiles * tile; };
    const std::size_t groups = reads / (2 * kTileRows);
    const auto pack_half = [&](std::size_t group, std::size_t half) BERTH_TILES {
        for (std::size_t read = half * kTileRows; read < (half + 1) * kTileRows; ++read)
            pack(sums_of(group) + half * kColumnTiles * tile + read % kTileRows * 64, counts + (group * 2 * kTileRows + read) * 64);
    };
    for (std::size_t group = 0; group <= groups; ++group)
        for (std::size_t half = 0; half < 2; ++half) {
            if (group < groups)
                multiply(inputs + 2 * group * depth * tile, cells + half * 2 * tile, depth, sums_of(group) + half * 2 * tile);
            if (group > 0) pack_half(group - 1, half);
        }
    _tile_release();
}

bool processor_has_tiles() {
    constexpr unsigned kTiles = 1u << 24, kTilesOfBytes = 1u << 25;
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0 || (d & kTiles) == 0 || (d & kTilesOfBytes) == 0) return false;
    return __builtin_cpu_supports("avx512bw") != 0;
}

bool system_permits_tiles() {
    constexpr long kRequestPermission = 0x1023, kTileData = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
    return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

}  // namespace

bool TileCounter::available() {
    static const bool found = processor_has_tiles() && system_permits_tiles();
    return found;
}

void TileCounter::take_inputs(const std::vector<std::uint32_t>& bits, int tokens, int row_bytes) {
    row_bytes_ = std::size_t(row_bytes);
    depth_ = (row_bytes_ * 8 + kDepth - 1) / kDepth;
    const std::size_t given = std::size_t(tokens) * 8;
    reads_ = (given + 2 * kTileRows - 1) / (2 * kTileRows) * (2 * kTileRows);
    inputs_.assign(reads_ * depth_, Line{});
    for (std::size_t read = 0; read < given; ++read)
        for (std::size_t i = 0; i < row_bytes_; ++i) {
            const std::uint64_t bytes = kSpread[bits[read * row_bytes_ + i] & 0xffu];
            Line& line = inputs_[(read / kTileRows * depth_ + i / 8) * kTileRows + read % kTileRows];
            std::memcpy(line.bytes + i % 8 * 8, &bytes, 8);
        }
    cells_.assign(depth_ * kColumnTiles * kTileRows, Line{});
    sums_.resize(2 * 2 * kColumnTiles * kTileRows);
    counts_.resize(reads_);
}

const std::uint8_t* TileCounter::count(const CellLine* lines) {
    spread_cells(lines, row_bytes_, cells_.front().bytes);
    multiply_all(inputs_.front().bytes, cells_.front().bytes, reads_, depth_, sums_.front().bytes, counts_.front().bytes);
    return counts_.front().bytes;
}

#else

bool TileCounter::available() { return false; }

void TileCounter::take_inputs(const std::vector<std::uint32_t>&, int, int) {}

const std::uint8_t* TileCounter::count(const CellLine*) { return nullptr; }

#endif

}  // namespace berth::crossbar

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace berth::interconnect {

/// One link of a tree, with what passes over it. Steps are in the order in which the first flit meets them.
struct TreeStep {
    int link = 0;
    std::int64_t flits = 0;
    int next = -1;      ///< gather: the step this one feeds; -1 at the root
    int previous = -1;  ///< multicast: the step that feeds this one; -1 at the root
};

struct Tree {
    std::vector<TreeStep> steps;
    std::int64_t router_flits = 0;  ///< flits times routers they pass
    std::int64_t link_flits = 0;    ///< flits times links they pass
};

/// A rectangular mesh of routers, each shared by a few tiles, as square as can be; packets go along the row first, then
/// along the column (dimension-ordered, so free of deadlock). Pure geometry: links are numbers, time is the network's.
class Mesh {
public:
    Mesh(int tiles, int tiles_per_router, int flit_bits);

    [[nodiscard]] int width() const { return width_; }
    [[nodiscard]] int height() const { return height_; }
    [[nodiscard]] int links() const { return width_ * height_ * kDirections + 2 * tiles_; }
    [[nodiscard]] bool leaves_router(int link) const { return link < width_ * height_ * kDirections + tiles_; }

    [[nodiscard]] std::int64_t flits(std::int64_t bytes) const { return (bytes * 8 + flit_bits_ - 1) / flit_bits_; }

    /// Links between routers on the way from one tile to another.
    [[nodiscard]] int hops(int from, int to) const;

    /// Links from one tile to another: out of the tile, through the routers, into the tile. Empty where they are the same.
    [[nodiscard]] std::vector<int> route(int from, int to) const;

    /// The same bytes to many tiles: a packet is copied where the ways part, so no link carries it twice.
    [[nodiscard]] Tree multicast(int from, std::span<const int> to, std::int64_t bytes) const;

    /// Partial sums of many tiles to one: each tile has `share` bytes of a vector of `whole`; where ways meet, sums of the
    /// same outputs are added, so no link carries more than the whole vector.
    [[nodiscard]] Tree gather(std::span<const int> from, int to, std::int64_t share, std::int64_t whole) const;

private:
    static constexpr int kDirections = 4;

    [[nodiscard]] int router(int tile) const { return tile / tiles_per_router_; }
    [[nodiscard]] int into_tile(int tile) const { return width_ * height_ * kDirections + tile; }
    [[nodiscard]] int out_of_tile(int tile) const { return width_ * height_ * kDirections + tiles_ + tile; }
    void count_flits(Tree& tree) const;

    int tiles_, tiles_per_router_, flit_bits_;
    int width_, height_;
};

}  // namespace berth::interconnect

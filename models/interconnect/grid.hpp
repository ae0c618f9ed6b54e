// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/interconnect/topology.hpp"

#include <cmath>

namespace berth::interconnect {

/// Routers on a rectangular grid, as square as can be, every place of it taken; four links leave each.
class Grid : public Topology {
public:
    [[nodiscard]] int routers() const override { return width_ * height_; }
    [[nodiscard]] std::int64_t ports() const override { return std::int64_t{routers()} * (kDirections + shape().tiles_per_router); }

protected:
    enum Direction { east, west, south, north };
    static constexpr int kDirections = 4;

    explicit Grid(const TopologyShape& shape) : Topology(shape) {
        const int taken = shape.routers_of_tiles();
        width_ = static_cast<int>(std::ceil(std::sqrt(static_cast<double>(taken))));
        height_ = static_cast<int>(ceil_div(taken, width_));
    }

    [[nodiscard]] int width() const { return width_; }
    [[nodiscard]] int height() const { return height_; }
    [[nodiscard]] int column(int router) const { return router % width_; }
    [[nodiscard]] int row(int router) const { return router / width_; }
    [[nodiscard]] int router_links() const override { return routers() * kDirections; }

    static int link_out(int router, Direction direction) { return router * kDirections + direction; }
    static Direction direction_of(int link) { return static_cast<Direction>(link % kDirections); }

    /// The router in that direction; on a grid without an end, round it.
    [[nodiscard]] int neighbour(int router, Direction direction) const {
        const int x = column(router), y = row(router);
        switch (direction) {
            case east:
                return y * width_ + (x + 1) % width_;
            case west:
                return y * width_ + (x + width_ - 1) % width_;
            case south:
                return (y + 1) % height_ * width_ + x;
            case north:
                return (y + height_ - 1) % height_ * width_ + x;
        }
        return router;
    }
    [[nodiscard]] Ends router_link_ends(int link) const override {
        return {link / kDirections, neighbour(link / kDirections, direction_of(link))};
    }

private:
    int width_, height_;
};

}  // namespace berth::interconnect

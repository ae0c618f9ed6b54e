// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/error.hpp"
#include "models/mapping/placement.hpp"
#include "platform/config.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace berth::platform {

/// A column that a plane has on paper and for which there is nothing on the chip.
struct LostColumn {
    int row_block = 0, polarity = 0;
    std::int64_t column = 0;  ///< of the plane's in that polarity: slice * outputs + channel

    bool operator==(const LostColumn&) const = default;
};

/// How a chip goes around what is dead in it. A tile's IMAs are those that work, in their order, and the columns of each of their arrays
/// likewise: every dead one before a spare moves those behind it on by one. What the self-test finds is steered past with switches that
/// stand once it is done.
struct Repair {
    /// Of the tiles that hold something, and of arrays that do.
    struct Counts {
        std::int64_t dead = 0, replaced = 0, lost = 0, spares_left = 0;
    } imas, columns;
    std::vector<std::vector<LostColumn>> lost{};  ///< by plane; none where a spare takes the place of everything that a plane needs
    std::optional<std::int64_t> lost_on{};        ///< a tile on which something is lost

    [[nodiscard]] bool whole() const { return !lost_on; }
};

/// @param planes placed, on tiles below `tiles`.
[[nodiscard]] Repair repair_of(std::span<const mapping::PlacedPlane> planes, std::int64_t tiles, const PlatformConfig& config);

/// Whether the chip looks for dead parts when an image is loaded: it has spares, or something may be dead.
[[nodiscard]] bool tests_itself(const PlatformConfig& config);

/// An image that needs a part for which there is no spare.
class NoSpare : public InputError {
public:
    NoSpare(const Repair& repair, const PlatformConfig& config);
};

/// {imas{dead, replaced, lost, spares_left}, columns{...}}, or null where the chip does not test itself.
[[nodiscard]] boost::json::value repair_block(const Repair& repair, const PlatformConfig& config);

}  // namespace berth::platform

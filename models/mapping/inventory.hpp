// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/constant_table.hpp"
#include "models/core/ledger.hpp"
#include "models/mapping/placement.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace berth::mapping {

/// What a component is counted in: so many in every array, IMA or tile, in the chip, for every kEmbeddingBankBytes of the
/// image's embedding tables, for every array beyond the first behind one set of converters, or for every byte of low-rank factors that
/// the tiles' memory holds; or in every chip where there are several.
enum class Scope { array, ima, tile, chip, embedding_bank, bank, factor_byte, linked_chip };

/// What of a chip an image takes, or what there is.
struct Extent {
    std::int64_t tiles = 0;            ///< whole ones
    std::int64_t embedding_banks = 0;  ///< of kEmbeddingBankBytes
    std::int64_t banks = 0;            ///< arrays beyond the sites': see Placement
    std::int64_t factor_bytes = 0;     ///< of low-rank factors in the tiles' memory
    std::int64_t chips = 1;            ///< that the tiles are on
};

inline constexpr std::int64_t kEmbeddingBankBytes = 65536;

/// One kind of component and what it costs, every number from a table row.
struct Component {
    std::string path;  ///< "tile.ima.adc"
    Scope scope{};
    double count = 0.0;                    ///< in each of the scope; a router that four tiles share counts 0.25
    double area_mm2 = 0.0;                 ///< of one
    double peak_power_w = 0.0;             ///< of one, fully active, where published; else 0
    double static_power_w = 0.0;           ///< of one, whatever it does
    std::map<std::string, double> energy;  ///< joules of one action, by the action's name
};

/// The parts list of a platform: components with counts, areas, powers and the energy of each of their actions. Read from
/// the preset, which names a table row for every number. A cost is "row" or {"row": "...", "times": [number, ...]}, the row's
/// value times the numbers (an array's area is that of its cells).
class Inventory {
public:
    /// No parts.
    Inventory() = default;

    /// json: {path: {"scope", "count", "area": cost, "peak_power": cost?, "static_power": cost?, "energy": {action: cost}?}};
    /// a path that is null has been taken out by a platform that extends another.
    /// @throws InputError naming the path.
    Inventory(const boost::json::value& json, const ConstantTable& constants, const std::string& path);

    [[nodiscard]] const std::vector<Component>& components() const { return components_; }

    /// Joules of one action. @throws InputError when the parts list does not have the component or the action: a platform
    /// that does something it cannot pay for is an error in its preset.
    [[nodiscard]] double energy(const std::string& path, const std::string& action) const;

    /// Prices an action that the parts list does not, where it has no price of its own. @throws InputError when there is no such component.
    void price(const std::string& path, const std::string& action, double joules);

    /// Has so many times as many of a component, where the parts list has it.
    void scale_count(const std::string& path, double factor);

    /// Has everything of a component cost so many times as much, where the parts list has it.
    void scale_cost(const std::string& path, double factor);

    /// Books `count` actions. Zero is not booked.
    void record(Ledger& ledger, const std::string& path, const std::string& action, std::uint64_t count) const;

    /// mm2 by component path of what `extent` says, and of every chip's own parts.
    [[nodiscard]] std::map<std::string, double> area(const Extent& extent, const HierarchyParams& hierarchy) const;
    /// Watts by component path, fully active and at rest, of the same.
    [[nodiscard]] std::map<std::string, double> peak_power(const Extent& extent, const HierarchyParams& hierarchy) const;
    [[nodiscard]] std::map<std::string, double> static_power(const Extent& extent, const HierarchyParams& hierarchy) const;

    /// Whether anything is counted in such a scope.
    [[nodiscard]] bool counts(Scope scope) const;

    /// How many of the component are in one IMA. @throws InputError when the parts list does not have it.
    [[nodiscard]] double count_in_ima(const std::string& path, const HierarchyParams& hierarchy) const;

private:
    [[nodiscard]] const Component& find(const std::string& path, const std::string& wanted_for) const;

    std::string where_;
    std::vector<Component> components_;
};

}  // namespace berth::mapping

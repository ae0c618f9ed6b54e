// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/params.hpp"

#include <boost/json.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace berth::platform {

/// Names that ResidencyParams::eviction can take.
[[nodiscard]] std::vector<std::string> eviction_names();

/// How tasks that the chip cannot hold all at once take turns on its arrays.
struct ResidencyParams {
    std::string eviction;
    int slots;

    static constexpr std::tuple fields{
        Choice{"eviction", &ResidencyParams::eviction, &eviction_names, "which task gives its arrays up for one that is not on the chip"},
        Field{"slots", &ResidencyParams::slots, "task", 0, 4096,
              "tasks on the chip at once, where any gives up its arrays; 0: as many as fit"},
    };
};

/// What a slot was used for since its task was programmed.
struct SlotUse {
    std::uint64_t last = 0;      ///< the request that used it last, counted from the beginning; 0: none yet
    std::uint64_t requests = 0;  ///< that used it
};

/// Decides whose arrays are written over.
class Eviction {
public:
    virtual ~Eviction() = default;

    /// @param slots not empty. @return the place of the one that is to be written over.
    [[nodiscard]] virtual std::size_t victim(std::span<const SlotUse> slots) const = 0;
};

/// One line of the registration table.
struct EvictionEntry {
    std::string_view name, meaning, source;
    std::unique_ptr<const Eviction> (*make)();  ///< null: nobody gives anything up, and all tasks must fit
};

/// Every policy there is. To add one: a file of its own with its make function, and a line here.
[[nodiscard]] std::span<const EvictionEntry> evictions();

/// Null for "none". @throws std::invalid_argument for a name that is not registered.
[[nodiscard]] std::unique_ptr<const Eviction> make_eviction(std::string_view name);

/// [{name, meaning, source}], as `berth list evictions` shows them.
[[nodiscard]] boost::json::array describe_evictions();

[[nodiscard]] std::unique_ptr<const Eviction> make_lru_eviction();
[[nodiscard]] std::unique_ptr<const Eviction> make_least_used_eviction();

}  // namespace berth::platform

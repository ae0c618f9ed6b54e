// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>

#include <cstdint>
#include <map>
#include <string>

namespace berth {

/// Energy as an observer: components report how often they did what, the ledger multiplies by the table's energy of
/// that action. Component paths read "tile.ima.adc"; the sum over components is the total by construction.
class Ledger {
public:
    /// Adds `count` actions. @param energy joules of one action, the same at every call for one (component, action).
    void add(const std::string& component, const std::string& action, std::uint64_t count, double energy);

    /// Adds energy that flows whether or not anything happens: `watts` for `seconds`.
    void add_static(const std::string& component, double watts, double seconds);

    [[nodiscard]] double total() const;         ///< joules
    [[nodiscard]] double static_total() const;  ///< joules, the part of total() that add_static gave
    [[nodiscard]] std::uint64_t count(const std::string& component, const std::string& action) const;

    /// {path: {energy_j, actions: {name: count}}}
    [[nodiscard]] boost::json::object components() const;

private:
    struct Action {
        std::uint64_t count = 0;
        double energy = 0.0;
    };
    struct Component {
        std::map<std::string, Action> actions;
        double static_energy = 0.0;
        [[nodiscard]] double energy() const;
    };
    std::map<std::string, Component> components_;
};

}  // namespace berth

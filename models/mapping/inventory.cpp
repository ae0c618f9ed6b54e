// SPDX-License-Identifier: Apache-2.0
#include "models/mapping/inventory.hpp"

#include "models/core/params.hpp"
#include "models/cost/cost.hpp"

#include <algorithm>

namespace berth::mapping {
namespace {

struct ScopeName {
    Scope scope;
    const char* name;
};

constexpr ScopeName kScopes[] = {{Scope::array, "array"},
                                 {Scope::ima, "ima"},
                                 {Scope::tile, "tile"},
                                 {Scope::chip, "chip"},
                                 {Scope::embedding_bank, "embedding_bank"},
                                 {Scope::bank, "bank"},
                                 {Scope::factor_byte, "factor_byte"},
                                 {Scope::linked_chip, "linked_chip"}};

Scope read_scope(const boost::json::value& json, const std::string& where) {
    std::vector<std::string> names;
    for (const auto& [scope, name] : kScopes) {
        if (json.is_string() && json.get_string() == name) return scope;
        names.emplace_back(name);
    }
    throw InputError(where, "is " + detail::shown(json), detail::alternatives(names));
}

double read_count(const boost::json::value& json, const std::string& where) {
    boost::system::error_code bad;
    const double count = json.to_number<double>(bad);
    constexpr double most = 1e9;
    if (bad || !(count >= 0 && count <= most))
        throw InputError(where, "is " + detail::shown(json), "how many there are: a number from 0 to 1e9");
    return count;
}

std::map<std::string, double> read_energies(const boost::json::value& json, const ConstantTable& constants, const std::string& where) {
    if (!json.is_object()) throw InputError(where, "is " + detail::shown(json), "an object of actions");
    std::map<std::string, double> energies;
    for (const auto& entry : json.get_object()) {
        const std::string action(entry.key());
        energies[action] = cost::read_cost(entry.value(), constants, "energy", where + "." + action);
    }
    return energies;
}

Component read_component(const std::string& path, const boost::json::value& json, const ConstantTable& constants,
                         const std::string& where) {
    if (!json.is_object()) throw InputError(where, "is " + detail::shown(json), "a component, or null where it has been taken out");
    const auto& object = json.get_object();
    const std::vector<std::string> known{"scope", "count", "area", "peak_power", "static_power", "energy"};
    for (const auto& entry : object)
        if (std::find(known.begin(), known.end(), entry.key()) == known.end())
            throw InputError(where + "." + std::string(entry.key()), "is not known", detail::alternatives(known));
    const auto needed = [&](const char* key, const char* expected) -> const boost::json::value& {
        return detail::required(object, key, where + "." + key, expected);
    };
    const auto optional_cost = [&](const char* key) {
        const auto* given = object.if_contains(key);
        return given && !given->is_null() ? cost::read_cost(*given, constants, "power", where + "." + key) : 0.0;
    };
    Component component;
    component.path = path;
    component.scope = read_scope(needed("scope", "what it is counted in"), where + ".scope");
    component.count = read_count(needed("count", "how many there are in each of the scope"), where + ".count");
    component.area_mm2 = cost::read_cost(needed("area", "a row of the tables"), constants, "area", where + ".area");
    component.peak_power_w = optional_cost("peak_power");
    component.static_power_w = optional_cost("static_power");
    if (const auto* energy = object.if_contains("energy")) component.energy = read_energies(*energy, constants, where + ".energy");
    return component;
}

/// How many of the component stand in so many whole tiles, chips, banks and so many bytes.
double how_many(const Component& component, const Extent& extent, const HierarchyParams& hierarchy) {
    const auto imas = static_cast<double>(extent.tiles) * hierarchy.imas_per_tile;
    switch (component.scope) {
        case Scope::array:
            return component.count * imas * hierarchy.arrays_per_ima;
        case Scope::ima:
            return component.count * imas;
        case Scope::tile:
            return component.count * static_cast<double>(extent.tiles);
        case Scope::chip:
            return component.count * static_cast<double>(extent.chips);
        case Scope::embedding_bank:
            return component.count * static_cast<double>(extent.embedding_banks);
        case Scope::bank:
            return component.count * static_cast<double>(extent.banks);
        case Scope::factor_byte:
            return component.count * static_cast<double>(extent.factor_bytes);
        case Scope::linked_chip:
            return extent.chips > 1 ? component.count * static_cast<double>(extent.chips) : 0.0;
    }
    return 0.0;
}

std::map<std::string, double> sum(const std::vector<Component>& components, double Component::*quantity, const Extent& extent,
                                  const HierarchyParams& hierarchy) {
    std::map<std::string, double> result;
    for (const Component& component : components) result[component.path] = component.*quantity * how_many(component, extent, hierarchy);
    return result;
}

}  // namespace

Inventory::Inventory(const boost::json::value& json, const ConstantTable& constants, const std::string& path) : where_(path) {
    if (!json.is_object()) throw InputError(path, "is " + detail::shown(json), "an object of components");
    for (const auto& entry : json.get_object()) {
        const std::string name(entry.key());
        if (!entry.value().is_null()) components_.push_back(read_component(name, entry.value(), constants, path + "." + name));
    }
}

const Component& Inventory::find(const std::string& path, const std::string& wanted_for) const {
    for (const Component& component : components_)
        if (component.path == path) return component;
    throw InputError(where_ + "." + path, "is missing", "a component that can pay for " + wanted_for);
}

double Inventory::energy(const std::string& path, const std::string& action) const {
    const Component& component = find(path, "\"" + action + "\"");
    const auto found = component.energy.find(action);
    if (found == component.energy.end()) throw InputError(where_ + "." + path + ".energy." + action, "is missing", "a row of the tables");
    return found->second;
}

void Inventory::price(const std::string& path, const std::string& action, double joules) {
    (void)find(path, "\"" + action + "\"");
    for (Component& component : components_)
        if (component.path == path) component.energy.try_emplace(action, joules);
}

void Inventory::scale_count(const std::string& path, double factor) {
    for (Component& component : components_)
        if (component.path == path) component.count *= factor;
}

void Inventory::scale_cost(const std::string& path, double factor) {
    for (Component& component : components_) {
        if (component.path != path) continue;
        for (double* cost : {&component.area_mm2, &component.peak_power_w, &component.static_power_w}) *cost *= factor;
        for (auto& [action, joules] : component.energy) joules *= factor;
    }
}

void Inventory::record(Ledger& ledger, const std::string& path, const std::string& action, std::uint64_t count) const {
    if (count != 0) ledger.add(path, action, count, energy(path, action));
}

std::map<std::string, double> Inventory::area(const Extent& extent, const HierarchyParams& hierarchy) const {
    return sum(components_, &Component::area_mm2, extent, hierarchy);
}

std::map<std::string, double> Inventory::peak_power(const Extent& extent, const HierarchyParams& hierarchy) const {
    return sum(components_, &Component::peak_power_w, extent, hierarchy);
}

std::map<std::string, double> Inventory::static_power(const Extent& extent, const HierarchyParams& hierarchy) const {
    return sum(components_, &Component::static_power_w, extent, hierarchy);
}

bool Inventory::counts(Scope scope) const {
    return std::any_of(components_.begin(), components_.end(), [scope](const Component& component) { return component.scope == scope; });
}

double Inventory::count_in_ima(const std::string& path, const HierarchyParams& hierarchy) const {
    const Component& component = find(path, "an IMA");
    if (component.scope == Scope::array) return component.count * hierarchy.arrays_per_ima;
    if (component.scope == Scope::ima) return component.count;
    throw InputError(where_ + "." + path + ".scope", "is neither ima nor array", "a component that belongs to an IMA");
}

}  // namespace berth::mapping

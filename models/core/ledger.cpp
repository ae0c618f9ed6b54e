// SPDX-License-Identifier: Apache-2.0
#include "models/core/ledger.hpp"

#include <stdexcept>

namespace berth {

double Ledger::Component::energy() const {
    double sum = static_energy;
    for (const auto& [name, action] : actions) sum += static_cast<double>(action.count) * action.energy;
    return sum;
}

void Ledger::add(const std::string& component, const std::string& action, std::uint64_t count, double energy) {
    Action& entry = components_[component].actions[action];
    if (entry.count != 0 && entry.energy != energy) throw std::logic_error(component + "." + action + " has two energies");
    entry.count += count;
    entry.energy = energy;
}

void Ledger::add_static(const std::string& component, double watts, double seconds) {
    components_[component].static_energy += watts * seconds;
}

double Ledger::total() const {
    double sum = 0.0;
    for (const auto& [path, component] : components_) sum += component.energy();
    return sum;
}

double Ledger::static_total() const {
    double sum = 0.0;
    for (const auto& [path, component] : components_) sum += component.static_energy;
    return sum;
}

std::uint64_t Ledger::count(const std::string& component, const std::string& action) const {
    const auto found = components_.find(component);
    if (found == components_.end()) return 0;
    const auto entry = found->second.actions.find(action);
    return entry == found->second.actions.end() ? 0 : entry->second.count;
}

boost::json::object Ledger::components() const {
    boost::json::object list;
    for (const auto& [path, component] : components_) {
        boost::json::object actions;
        for (const auto& [name, action] : component.actions) actions[name] = action.count;
        list[path] = boost::json::object{{"energy_j", component.energy()}, {"actions", std::move(actions)}};
    }
    return list;
}

}  // namespace berth

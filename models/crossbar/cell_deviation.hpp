// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace berth::crossbar {

/// A normal distribution of what a cell's conductance differs by, as a function of the conductance it should have. Siemens for
/// cells with resistances, else unit currents.
class Deviation {
public:
    virtual ~Deviation() = default;

    [[nodiscard]] virtual double mean(double /*conductance*/) const { return 0.0; }

    /// Standard deviation, never negative.
    [[nodiscard]] virtual double sigma(double conductance) const = 0;
};

/// What a deviation may depend on beside the conductance.
struct DeviationContext {
    double sigma = 0.0;              ///< of models whose size is the user's, dimensionless
    double seconds = 0.0;            ///< time since programming
    double largest = 0.0;            ///< conductance of a cell's highest level
    std::span<const double> rows{};  ///< values of the table rows that the model names, in their order
};

/// One line of a registration table of deviations.
struct DeviationEntry {
    std::string_view name, meaning, source;
    std::vector<std::string_view> rows;  ///< of platform/tables, in the order that make expects; "coefficient" or conductance
    bool in_siemens;                     ///< published in microsiemens: wants cells with resistances
    double least_s, most_s;              ///< times that the model was published for
    std::unique_ptr<const Deviation> (*make)(const DeviationContext& context);
};

/// What programming leaves: see docs/cells.md. "none" is no entry and makes no deviation.
[[nodiscard]] const std::vector<DeviationEntry>& programming_errors();

/// What time adds to it.
[[nodiscard]] const std::vector<DeviationEntry>& retention_models();

/// What one read of a cell adds at unit input, anew in every read.
[[nodiscard]] const std::vector<DeviationEntry>& read_noises();

/// The names in a table, "none" first.
[[nodiscard]] std::vector<std::string> programming_error_names();
[[nodiscard]] std::vector<std::string> retention_names();
[[nodiscard]] std::vector<std::string> read_noise_names();

/// The entry of a name; null for "none". @throws std::invalid_argument for a name that is not there.
[[nodiscard]] const DeviationEntry* find_deviation(const std::vector<DeviationEntry>& table, std::string_view name);

/// [{name, meaning, source}] of a table, as `berth list` shows them.
[[nodiscard]] boost::json::array describe_deviations(const std::vector<DeviationEntry>& table);

}  // namespace berth::crossbar

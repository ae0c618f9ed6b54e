// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace berth {

/// Where sources differ: the lowest and the highest that is published, in the row's unit, around its value.
struct ConstantRange {
    double low = 0.0, high = 0.0;
    std::string source;
    std::string with;  ///< the row whose draw this one shares, where one number explains both; empty: its own
};

/// One physical constant as published. `value` is in `unit`; `si` is the same in SI (J, W, s, m2, Hz, ...), except that
/// areas are kept in mm2, the unit of every report.
struct ConstantRow {
    std::string id;  ///< "isaac.adc.convert.energy": table, component, what
    double value = 0.0;
    std::string unit;
    std::string per;  ///< what one unit of it is spent on or holds: "conversion", "array"
    double node_nm = 0.0;
    std::string source;
    std::string mark;  ///< C primary, S secondary, D derived from other rows (the source says how)
    double si = 0.0;
    std::string dimension;  ///< "energy", "area", ...: what the unit measures
    std::optional<ConstantRange> range;
};

/// Tables of physical constants. Reading a row marks it as used, so a report can name every source it rests on.
class ConstantTable {
public:
    /// Adds the rows of one JSON file: {"table", "node_nm", "source", "rows": [{id, value, unit, per, mark, source, node_nm?,
    /// range?: {low, high, source, with?}}]}. A row without a node of its own has the table's; 0 says that it has none.
    /// @throws InputError naming file and path on a missing or unknown key, an unknown unit, a range that does not hold the
    /// value, or a row that stands twice.
    void load(const std::filesystem::path& file);

    /// @param dimension what the row must measure: "energy", "power", "area", "time", "frequency", ...; another is an error. Only a
    /// "coefficient" of a published formula may be negative.
    /// @param wanted_by the JSON path that names the row, for messages.
    /// @return the value in SI (areas: mm2). @throws InputError where there is no such row or it measures another thing.
    [[nodiscard]] double value(std::string_view id, std::string_view dimension, const std::string& wanted_by) const;

    /// The whole row, of any dimension. Marks it as used. @throws InputError where there is no such row.
    [[nodiscard]] const ConstantRow& row(std::string_view id, const std::string& wanted_by) const;

    /// The rows read so far, by id: [{row, value, unit, per, node, mark, source, range}]; range is null or {low, high, source}.
    [[nodiscard]] boost::json::array sources() const;

    /// The same for every row.
    [[nodiscard]] boost::json::array all_sources() const;

    /// The rows read so far that have a range, by id.
    [[nodiscard]] std::vector<std::string> uncertain() const;

    /// Puts another number in a row's place; `factor` times the published one. For sensitivity alone: reports show rows as
    /// they were published.
    void scale(std::string_view id, double factor) { rows_.find(id)->second.si *= factor; }

    [[nodiscard]] const std::map<std::string, ConstantRow, std::less<>>& rows() const { return rows_; }

private:
    std::map<std::string, ConstantRow, std::less<>> rows_;
    mutable std::set<std::string, std::less<>> used_;
};

}  // namespace berth

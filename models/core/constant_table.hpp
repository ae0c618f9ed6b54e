// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace berth {

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
};

/// Tables of physical constants. Reading a row marks it as used, so a report can name every source it rests on.
class ConstantTable {
public:
    /// Adds the rows of one JSON file: {"table", "node_nm", "source", "rows": [{id, value, unit, per, mark, source}]}.
    /// @throws InputError naming file and path on a missing or unknown key, an unknown unit, or a row that stands twice.
    void load(const std::filesystem::path& file);

    /// @param dimension what the row must measure: "energy", "power", "area", "time", "frequency", ...; another is an error.
    /// @param wanted_by the JSON path that names the row, for messages.
    /// @return the value in SI (areas: mm2). @throws InputError where there is no such row or it measures another thing.
    [[nodiscard]] double value(std::string_view id, std::string_view dimension, const std::string& wanted_by) const;

    /// The rows read so far, by id: [{row, value, unit, per, node, mark, source}].
    [[nodiscard]] boost::json::array sources() const;

    [[nodiscard]] const std::map<std::string, ConstantRow, std::less<>>& rows() const { return rows_; }

private:
    std::map<std::string, ConstantRow, std::less<>> rows_;
    std::map<std::string, std::string, std::less<>> dimensions_;
    mutable std::set<std::string, std::less<>> used_;
};

}  // namespace berth

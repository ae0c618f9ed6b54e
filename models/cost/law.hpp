// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/constant_table.hpp"

#include <boost/json.hpp>

#include <map>
#include <span>
#include <string>
#include <string_view>

namespace berth::cost {

/// Attribute::dimension of one that is a row of what the scaled row measures.
inline constexpr std::string_view kOfTheRow = "what the row measures";

/// One thing that a law asks for: a number within the range for which the law was published.
struct Attribute {
    std::string_view name, unit;
    double min, max;
    std::string_view meaning;
    std::string_view dimension = "";  ///< what a table row, or another cost, must measure to give the number; empty: a number alone
};

/// What a law is given, checked: its attributes, the row that it scales (null where it scales none), and the tables for its
/// coefficients.
struct Question {
    std::map<std::string, double, std::less<>> attributes;
    const ConstantRow* row = nullptr;
    const ConstantTable* constants = nullptr;
    std::string where;  ///< the JSON path of the cost, for messages

    [[nodiscard]] double operator[](std::string_view name) const { return attributes.find(name)->second; }
    /// A coefficient from its row.
    [[nodiscard]] double coefficient(const std::string& id, std::string_view dimension = "ratio") const {
        return constants->value(id, dimension, where);
    }
};

/// A published rule that gives a cost where no table has a row: one line of the registration table.
struct LawEntry {
    std::string_view name;
    std::string_view dimension;  ///< what it gives: "energy", "area", ...; empty: what the row that it scales measures
    std::span<const Attribute> attributes;
    std::string_view meaning, source;
    double (*evaluate)(const Question&);  ///< in SI (areas: mm2)
};

/// Every law there is. To add one: a file of its own with its attributes and function, and a line in laws.cpp.
[[nodiscard]] std::span<const LawEntry> laws();

/// Evaluates {"law": name, attribute: number, ..., "row": row?} as a preset has it.
/// A key that is null has been taken out by a platform that extends another.
/// @param dimension what is wanted. @param where the JSON path, for messages.
/// @throws InputError naming the path: a law that is not known or gives another thing, a missing or unknown attribute, one
/// outside the law's range, a row that is missing or cannot be scaled.
[[nodiscard]] double evaluate_law(const boost::json::object& json, const ConstantTable& constants, std::string_view dimension,
                                  const std::string& where);

/// [{name, meaning, source, gives, parameters}], as `berth list laws` shows them.
[[nodiscard]] boost::json::array describe_laws();

}  // namespace berth::cost

// SPDX-License-Identifier: Apache-2.0
#include "models/cost/cost.hpp"

#include "models/core/params.hpp"
#include "models/cost/law.hpp"

namespace berth::cost {
namespace {

constexpr const char* kExpected = R"(a row of the tables, or {"row": ..., "times": [numbers]}, {"law": ...} or {"sum": [costs]})";

double product(const boost::json::value& factors, const std::string& where) {
    if (!factors.is_array()) throw InputError(where, "is " + detail::shown(factors), "an array of numbers");
    double result = 1.0;
    for (std::size_t i = 0; i < factors.get_array().size(); ++i) {
        const auto& factor = factors.get_array()[i];
        boost::system::error_code bad;
        const double value = factor.to_number<double>(bad);
        constexpr double most = 1e9;
        if (bad || !(value >= 0 && value <= most))
            throw InputError(where + "[" + std::to_string(i) + "]", "is " + detail::shown(factor), "a number from 0 to 1e9");
        result *= value;
        if (result > most) throw InputError(where, "multiply to more than 1e9", "factors whose product is at most 1e9");
    }
    return result;
}

double factor_of(const boost::json::object& json, const std::string& where) {
    const auto* factors = json.if_contains("times");
    return factors ? product(*factors, where + ".times") : 1.0;
}

void check_keys(const boost::json::object& json, std::string_view kind, const std::string& where) {
    for (const auto& entry : json)
        if (entry.key() != kind && entry.key() != "times")
            throw InputError(where + "." + std::string(entry.key()), "is not known", std::string(kind) + " or times");
}

double read_sum(const boost::json::value& costs, const ConstantTable& constants, std::string_view dimension, const std::string& where) {
    if (!costs.is_array() || costs.get_array().empty()) throw InputError(where, "is " + detail::shown(costs), "an array of costs");
    double sum = 0.0;
    for (std::size_t i = 0; i < costs.get_array().size(); ++i)
        sum += read_cost(costs.get_array()[i], constants, dimension, where + "[" + std::to_string(i) + "]");
    return sum;
}

}  // namespace

double read_cost(const boost::json::value& json, const ConstantTable& constants, std::string_view dimension, const std::string& where) {
    if (json.is_string()) return constants.value(std::string(json.get_string()), dimension, where);
    if (!json.is_object()) throw InputError(where, "is " + detail::shown(json), kExpected);
    const auto& object = json.get_object();
    const double factor = factor_of(object, where);
    if (object.contains("law")) return factor * evaluate_law(object, constants, dimension, where);
    if (const auto* costs = object.if_contains("sum")) {
        check_keys(object, "sum", where);
        return factor * read_sum(*costs, constants, dimension, where + ".sum");
    }
    check_keys(object, "row", where);
    const auto& row = detail::required(object, "row", where + ".row", "a row of the tables");
    if (!row.is_string()) throw InputError(where + ".row", "is " + detail::shown(row), "a row of the tables");
    return factor * constants.value(std::string(row.get_string()), dimension, where + ".row");
}

}  // namespace berth::cost

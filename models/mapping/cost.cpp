// SPDX-License-Identifier: Apache-2.0
#include "models/mapping/cost.hpp"

#include "models/core/params.hpp"

namespace berth::mapping {
namespace {

constexpr const char* kExpected = R"(a row of the tables, or {"row": ..., "times": [numbers]})";

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

}  // namespace

double read_cost(const boost::json::value& json, const ConstantTable& constants, std::string_view dimension, const std::string& where) {
    if (json.is_string()) return constants.value(std::string(json.get_string()), dimension, where);
    if (!json.is_object()) throw InputError(where, "is " + detail::shown(json), kExpected);
    const auto& object = json.get_object();
    for (const auto& entry : object)
        if (entry.key() != "row" && entry.key() != "times")
            throw InputError(where + "." + std::string(entry.key()), "is not known", "row or times");
    const auto& row = detail::required(object, "row", where + ".row", "a row of the tables");
    if (!row.is_string()) throw InputError(where + ".row", "is " + detail::shown(row), "a row of the tables");
    const double factor = product(detail::required(object, "times", where + ".times", "an array of numbers"), where + ".times");
    return factor * constants.value(std::string(row.get_string()), dimension, where + ".row");
}

}  // namespace berth::mapping

// SPDX-License-Identifier: Apache-2.0
#include "models/core/params.hpp"

#include <fmt/format.h>

namespace berth::detail {

std::string alternatives(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) text += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + names[i];
    return text.empty() ? "nothing" : text;
}

std::string shown(const boost::json::value& value) {
    constexpr std::size_t longest = 60;
    std::string text = value.is_double() ? shown(value.get_double()) : boost::json::serialize(value);
    return text.size() <= longest ? text : text.substr(0, longest) + "...";
}

std::string shown(double number) { return fmt::format("{}", number); }

}  // namespace berth::detail

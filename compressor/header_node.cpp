// SPDX-License-Identifier: Apache-2.0
#include "compressor/header_node.hpp"

#include "models/core/error.hpp"
#include "models/core/params.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace berth::compressor {

void HeaderNode::refuse(const std::string& fault, const std::string& expected) const {
    const bool root = path_.ends_with(':');
    throw InputError(root ? path_.substr(0, path_.size() - 1) : path_, fault, expected);
}

const boost::json::object& HeaderNode::object() const {
    if (!value_->is_object()) refuse("is " + detail::shown(*value_), "an object");
    return value_->get_object();
}

bool HeaderNode::has(std::string_view key) const { return object().contains(key); }

HeaderNode HeaderNode::operator[](std::string_view key) const {
    const boost::json::value* below = object().if_contains(key);
    const std::string path = path_ + (path_.ends_with(':') ? "" : ".") + std::string(key);
    if (!below) throw InputError(path, "is missing", "a value");
    return {*below, path};
}

std::size_t HeaderNode::size() const {
    if (!value_->is_array()) refuse("is " + detail::shown(*value_), "a list");
    return value_->get_array().size();
}

HeaderNode HeaderNode::operator[](std::size_t index) const {
    if (index >= size()) refuse(fmt::format("has {} elements", size()), fmt::format("more than {}", index));
    return {value_->get_array()[index], fmt::format("{}[{}]", path_, index)};
}

std::int64_t HeaderNode::integer(std::int64_t least, std::int64_t most) const {
    boost::system::error_code bad;
    const auto value = value_->to_number<std::int64_t>(bad);
    if (bad || value < least || value > most)
        refuse("is " + detail::shown(*value_), fmt::format("a whole number from {} to {}", least, most));
    return value;
}

std::uint64_t HeaderNode::unsigned_integer() const {
    boost::system::error_code bad;
    const auto value = value_->to_number<std::uint64_t>(bad);
    if (bad) refuse("is " + detail::shown(*value_), "a whole number that is not negative");
    return value;
}

double HeaderNode::number(double least, double most) const {
    boost::system::error_code bad;
    const auto value = value_->to_number<double>(bad);
    if (bad || !(value >= least && value <= most))
        refuse("is " + detail::shown(*value_), fmt::format("a number from {} to {}", least, most));
    return value;
}

bool HeaderNode::flag() const {
    if (!value_->is_bool()) refuse("is " + detail::shown(*value_), "true or false");
    return value_->get_bool();
}

std::string HeaderNode::text() const {
    if (!value_->is_string()) refuse("is " + detail::shown(*value_), "text");
    return std::string(value_->get_string());
}

std::string HeaderNode::one_of(const std::vector<std::string>& names) const {
    const std::string name = text();
    if (std::find(names.begin(), names.end(), name) == names.end()) refuse("is " + name, detail::alternatives(names));
    return name;
}

}  // namespace berth::compressor

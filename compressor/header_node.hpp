// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace berth::compressor {

/// A value in a JSON document that was read from outside, with the path that leads to it. Every access checks type and
/// range. @throws InputError naming the path, in every member.
class HeaderNode {
public:
    HeaderNode(const boost::json::value& value, std::string path) : value_(&value), path_(std::move(path)) {}

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] bool is_null() const { return value_->is_null(); }
    [[nodiscard]] bool is_text() const { return value_->is_string(); }
    [[nodiscard]] bool is_number() const { return value_->is_number(); }

    [[nodiscard]] bool has(std::string_view key) const;
    [[nodiscard]] HeaderNode operator[](std::string_view key) const;
    [[nodiscard]] HeaderNode operator[](std::size_t index) const;
    /// Elements of an array.
    [[nodiscard]] std::size_t size() const;

    [[nodiscard]] std::int64_t integer(std::int64_t least, std::int64_t most) const;
    [[nodiscard]] int count(int least, int most) const { return static_cast<int>(integer(least, most)); }
    [[nodiscard]] std::uint64_t unsigned_integer() const;
    [[nodiscard]] double number(double least, double most) const;
    [[nodiscard]] bool flag() const;
    [[nodiscard]] std::string text() const;
    /// A text that is one of the names.
    [[nodiscard]] std::string one_of(const std::vector<std::string>& names) const;
    [[nodiscard]] const boost::json::object& object() const;

    [[noreturn]] void refuse(const std::string& fault, const std::string& expected) const;

private:
    const boost::json::value* value_;
    std::string path_;
};

}  // namespace berth::compressor
